import { EventEmitter } from 'node:events';
import {
  AVRADC,
  AVREEPROM,
  AVRIOPort,
  AVRTimer,
  AVRTWI,
  AVRUSART,
  adcConfig,
  avrInstruction,
  CPU,
  EEPROMMemoryBackend,
  eepromConfig,
  PinState,
  portBConfig,
  portCConfig,
  portDConfig,
  timer0Config,
  timer1Config,
  timer2Config,
  twiConfig,
  usart0Config,
} from 'avr8js';
import type { I2cChip } from './chips.ts';

const HERTZ = 16_000_000;
const FLASH_BYTES = 32_768;
const SLICE_MAX_MS = 20;

/**
 * An Arduino Uno: an ATmega328P that runs any firmware in real time, with its serial line as the port
 * that johnny-five is handed, its digital pins and an I²C bus for chips.
 */
export class VirtualUno extends EventEmitter {
  readonly path = '/dev/ttyUNO';
  isOpen = false;
  readonly chips = new Map<number, I2cChip>();
  readonly #flash: Uint16Array;
  readonly #waiting: number[] = [];
  #sent: number[] = [];
  #machine: Machine | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ranAt = 0;

  constructor(hex: string) {
    super();
    this.#flash = loadHex(hex);
  }

  /** Opening the port pulls DTR, which resets the board. */
  open(opened: (error: Error | null) => void): void {
    this.#machine = this.#boot();
    this.isOpen = true;
    this.#ranAt = performance.now();
    this.#run();
    opened(null);
    this.emit('open');
  }

  write(data: Iterable<number>, written?: () => void): boolean {
    for (const byte of data) {
      this.#waiting.push(byte);
    }
    this.#feed();
    written?.();
    return true;
  }

  close(closed?: (error: Error | null) => void): void {
    clearTimeout(this.#timer);
    this.isOpen = false;
    this.#machine = undefined;
    this.#waiting.length = 0;
    this.emit('close');
    closed?.(null);
  }

  /** A pin's level as the firmware drives it; an input is low here. */
  level(pin: number): 0 | 1 {
    const port = this.#machine?.ports[portOf(pin)[0]];
    return port?.pinState(portOf(pin)[1]) === PinState.High ? 1 : 0;
  }

  /** Drives an input from outside. */
  drive(pin: number, level: 0 | 1): void {
    const [port, bit] = portOf(pin);
    this.#machine?.ports[port].setPin(bit, level === 1);
  }

  #boot(): Machine {
    const cpu = new CPU(this.#flash.slice());
    const ports = {
      D: new AVRIOPort(cpu, portDConfig),
      B: new AVRIOPort(cpu, portBConfig),
      C: new AVRIOPort(cpu, portCConfig),
    };
    const usart = new AVRUSART(cpu, usart0Config, HERTZ);
    usart.onByteTransmit = (byte) => this.#sent.push(byte);
    usart.onRxComplete = () => this.#feed();
    const parts = [
      ...[timer0Config, timer1Config, timer2Config].map((config) => new AVRTimer(cpu, config)),
      new AVRADC(cpu, adcConfig),
      new AVREEPROM(cpu, new EEPROMMemoryBackend(1_024), eepromConfig),
    ];
    wireI2c(new AVRTWI(cpu, twiConfig, HERTZ), this.chips);
    for (const [name, port] of Object.entries(ports)) {
      port.addListener(() => this.emit('pins', name));
    }
    return { cpu, ports, usart, parts };
  }

  #feed(): void {
    const usart = this.#machine?.usart;
    if (usart && this.#waiting.length > 0 && !usart.rxBusy && usart.rxEnable) {
      usart.writeByte(this.#waiting.shift() ?? 0);
    }
  }

  /** Runs as many cycles as time went by, then hands over what the board sent. */
  #run(): void {
    const machine = this.#machine;
    if (!machine) {
      return;
    }
    const { cpu } = machine;
    const now = performance.now();
    const end = cpu.cycles + (Math.min(now - this.#ranAt, SLICE_MAX_MS) * HERTZ) / 1_000;
    this.#ranAt = now;
    while (cpu.cycles < end) {
      avrInstruction(cpu);
      cpu.tick();
    }
    this.#feed();
    if (this.#sent.length > 0) {
      const bytes = Buffer.from(this.#sent);
      this.#sent = [];
      this.emit('data', bytes);
    }
    this.#timer = setTimeout(() => this.#run(), 1);
  }
}

interface Machine {
  cpu: CPU;
  ports: Record<'B' | 'C' | 'D', AVRIOPort>;
  usart: AVRUSART;
  parts: unknown[];
}

function portOf(pin: number): ['B' | 'C' | 'D', number] {
  return pin < 8 ? ['D', pin] : pin < 14 ? ['B', pin - 8] : ['C', pin - 14];
}

function wireI2c(twi: AVRTWI, chips: ReadonlyMap<number, I2cChip>): void {
  let chip: I2cChip | undefined;
  twi.eventHandler = {
    start: () => twi.completeStart(),
    stop() {
      chip?.stop?.();
      chip = undefined;
      twi.completeStop();
    },
    connectToSlave(address, isWriting) {
      chip = chips.get(address);
      chip?.start?.(isWriting);
      twi.completeConnect(chip !== undefined);
    },
    writeByte(byte) {
      chip?.write(byte);
      twi.completeWrite(chip !== undefined);
    },
    readByte: () => twi.completeRead(chip?.read() ?? 0xff),
  };
}

/** Intel HEX, its data records. */
function loadHex(text: string): Uint16Array {
  const program = new Uint8Array(FLASH_BYTES);
  for (const line of text.split(/\r?\n/)) {
    if (/^:[0-9A-F]{6}00/i.test(line)) {
      const bytes = Buffer.from(line.slice(1), 'hex');
      program.set(bytes.subarray(4, 4 + (bytes[0] ?? 0)), bytes.readUInt16BE(1));
    }
  }
  return new Uint16Array(program.buffer);
}
