import type { Health, Key, ScannerEvents } from '../../hardware/ports.ts';
import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { KioskLog } from '../log.ts';
import type { KioskSession } from '../session/kiosk-session.ts';
import { printedReceipt } from '../session/printed-receipt.ts';
import type { Screen } from '../session/screen.ts';
import type { Effect } from '../session/state.ts';
import type { KioskPorts } from './kiosk-ports.ts';
import { Voice } from './voice.ts';

/** What the peripherals report, the scanner apart. */
export interface PeripheralEvents {
  key(key: Key): void;
  painted(sequence: number): void;
  health(part: string, health: Health): void;
}

/** An effect that a peripheral carries out and whose end nobody awaits. */
export type PeripheralEffect = Effect & {
  name: 'print' | 'signal' | 'expect' | 'turnVolume' | 'resetVolume';
};

/** The kiosk's peripherals as one: started in order, stopped with the turnstile first. */
export class Peripherals {
  readonly #ports: KioskPorts;
  #session: KioskSession;
  readonly #clock: Clock;
  readonly #log: KioskLog;
  readonly #voice: Voice | undefined;
  #screen: Screen | undefined;
  #shown = '';
  #paintedAt: number | undefined;

  constructor(deps: { ports: KioskPorts; session: KioskSession; clock: Clock; log: KioskLog }) {
    const { speaker } = deps.ports;
    this.#ports = deps.ports;
    this.#session = deps.session;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#voice = speaker ? new Voice(speaker, deps.session.voice) : undefined;
  }

  /** Starts every port but the scanner, the display first, so that the first screen is seen at once. */
  async start(events: PeripheralEvents, first: Screen): Promise<void> {
    const ports = this.#ports;
    const health = (part: string) => (value: Health) => events.health(part, value);
    const key = (pressed: Key) => events.key(pressed);
    const painted = (sequence: number) => {
      this.#paintedAt = this.#clock.monotonic();
      events.painted(sequence);
    };
    await ports.display.start({ key, painted, health: health('display') });
    this.show(first, false);
    await ports.indicator.start({ health: health('indicator') });
    await ports.sounds?.start({ health: health('sounds') });
    await ports.turnstile.start({ health: health('turnstile') });
    await ports.speaker?.start({ health: health('speech') });
    this.use(this.#session);
    await ports.headset?.start({
      plugged: (plugged) => this.#screen && this.#voice?.plug(plugged, this.#screen),
      health: health('headset'),
    });
    await ports.printer?.start({ health: health('printer') });
    await ports.keypad?.start({ key, health: health('keypad') });
  }

  /** When the display last painted, by the monotonic clock; `undefined`: never. */
  get paintedAt(): number | undefined {
    return this.#paintedAt;
  }

  /** Another config is in force. */
  use(session: KioskSession): void {
    this.#session = session;
    this.#voice?.use(session.voice);
    if (session.volume !== undefined) {
      this.#ports.speaker?.setUsualVolume?.(session.volume);
    }
  }

  /** The scanner comes last: nobody is read before the rest is there. */
  startScanner(events: ScannerEvents): Promise<void> {
    return this.#ports.scanner.start(events);
  }

  async stop(): Promise<void> {
    const { turnstile, indicator, sounds, scanner, keypad, speaker, headset, printer, display } =
      this.#ports;
    const all = [turnstile, indicator, sounds, scanner, keypad, speaker, headset, printer, display];
    for (const port of all) {
      await port?.stop();
    }
  }

  /** A key was pressed: what is being said stops at once. */
  hush(): void {
    this.#voice?.hush();
  }

  /** Shows a screen if it differs from what is shown, and says it. */
  show(screen: Screen, isAnswer: boolean): void {
    this.#screen = screen;
    const text = JSON.stringify(screen);
    if (text !== this.#shown) {
      this.#shown = text;
      this.#ports.display.show(screen);
    }
    this.#voice?.present(screen, isAnswer);
  }

  run(effect: PeripheralEffect): void {
    const { indicator, sounds, scanner, speaker } = this.#ports;
    switch (effect.name) {
      case 'print':
        void this.#print(effect);
        return;
      case 'signal':
        indicator.show(effect.signal);
        sounds?.show(effect.signal);
        return;
      case 'expect':
        scanner.expect(effect.symbologies);
        return;
      case 'turnVolume':
        speaker?.turnVolume();
        return;
      case 'resetVolume':
        speaker?.resetVolume();
        return;
    }
  }

  /** A receipt that can't be printed is still on the screen: it keeps nobody from passing. */
  async #print({ receipt, companion, language }: Effect & { name: 'print' }): Promise<void> {
    try {
      const { mode } = this.#session;
      await this.#ports.printer?.print(printedReceipt(receipt, { companion, language, mode }));
    } catch (error) {
      this.#log.warn({ event: 'printFailed', code: errorCode(error) }, 'receipt');
    }
  }
}
