import { EventEmitter } from 'node:events';
import type { I2cChip } from './chips.ts';

const PINS = 20;
const PWM_PINS = [3, 5, 6, 9, 10, 11];

/**
 * The far end of a Firmata cable at the byte level (protocol 2.3), so that the real johnny-five and
 * firmata packages run. It answers version, firmware, capability and analog-mapping queries, keeps the
 * digital pins' levels and passes I²C writes to chips.
 */
export class FirmataDevice extends EventEmitter {
  readonly path: string;
  isOpen = false;
  readonly levels = new Array<number>(PINS).fill(0);
  readonly history: { pin: number; level: number }[] = [];
  readonly chips = new Map<number, I2cChip>();
  readonly #message: number[] = [];
  /** A board without Firmata on it says nothing. */
  silent = false;
  openFault: Error | undefined;

  constructor(path = '/dev/ttyFAKE') {
    super();
    this.path = path;
  }

  open(opened: (error: Error | null) => void): void {
    if (this.openFault) {
      opened(this.openFault);
      return;
    }
    this.isOpen = true;
    this.emit('open');
    opened(null);
    this.#say([0xf9, 2, 3, ...this.#firmware()]);
  }

  write(data: Iterable<number>, written?: () => void): boolean {
    for (const byte of data) {
      this.#receive(byte);
    }
    written?.();
    return true;
  }

  close(closed?: (error: Error | null) => void): void {
    this.isOpen = false;
    this.emit('close');
    closed?.(null);
  }

  /** Drives an input from outside, as the board would report its port. */
  drive(pin: number, level: 0 | 1): void {
    this.levels[pin] = level;
    const port = pin >> 3;
    let bits = 0;
    for (let bit = 0; bit < 8; bit++) {
      bits |= (this.levels[port * 8 + bit] ?? 0) << bit;
    }
    this.#say([0x90 | port, bits & 0x7f, bits >> 7]);
  }

  #firmware(): number[] {
    const name = [...'Fake'].flatMap((letter) => [letter.charCodeAt(0) & 0x7f, 0]);
    return [0xf0, 0x79, 2, 3, ...name, 0xf7];
  }

  #say(bytes: number[]): void {
    // Never while the host still writes: a cable does not answer in the middle of a call.
    queueMicrotask(() => {
      if (this.isOpen && !this.silent) {
        this.emit('data', Buffer.from(bytes));
      }
    });
  }

  #receive(byte: number): void {
    const message = this.#message;
    if (message[0] === 0xf0) {
      message.push(byte);
      if (byte === 0xf7) {
        this.#sysex(message.splice(0).slice(1, -1));
      }
      return;
    }
    message.push(byte);
    const [command = 0, first = 0, second = 0] = message;
    const size =
      command === 0xf0 || command === 0xff || command === 0xf9
        ? 1
        : command >= 0xc0 && command < 0xe0
          ? 2
          : 3;
    if (command === 0xf0 || message.length < size) {
      return;
    }
    message.length = 0;
    if ((command & 0xf0) === 0x90 && command < 0xf0) {
      this.#setPort(command & 0x0f, first | (second << 7));
    } else if (command === 0xf5) {
      this.#setPin(first, second);
    } else if (command === 0xf9) {
      this.#say([0xf9, 2, 3]);
    }
  }

  #setPort(port: number, bits: number): void {
    for (let bit = 0; bit < 8; bit++) {
      this.#setPin(port * 8 + bit, (bits >> bit) & 1);
    }
  }

  #setPin(pin: number, level: number): void {
    if (pin < PINS && this.levels[pin] !== level) {
      this.levels[pin] = level;
      this.history.push({ pin, level });
      this.emit('pin', pin, level);
    }
  }

  #sysex(body: number[]): void {
    const [command, ...rest] = body;
    if (command === 0x79) {
      this.#say(this.#firmware());
    } else if (command === 0x6b) {
      const modes = (pin: number) =>
        PWM_PINS.includes(pin) ? [0, 1, 1, 1, 3, 8, 6, 1, 0x7f] : [0, 1, 1, 1, 6, 1, 0x7f];
      const all = Array.from({ length: PINS }, (_, pin) => modes(pin)).flat();
      this.#say([0xf0, 0x6c, ...all, 0xf7]);
    } else if (command === 0x69) {
      const channels = Array.from({ length: PINS }, (_, pin) => (pin >= 14 ? pin - 14 : 0x7f));
      this.#say([0xf0, 0x6a, ...channels, 0xf7]);
    } else if (command === 0x76) {
      const [address = 0, , ...pairs] = rest;
      for (let at = 0; at + 1 < pairs.length; at += 2) {
        this.chips.get(address)?.write((pairs[at] ?? 0) | ((pairs[at + 1] ?? 0) << 7));
        this.emit('i2c');
      }
    }
  }
}
