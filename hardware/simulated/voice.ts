import type { Clock } from '../../shared/clock.ts';
import type { Headset, Health, PrintedReceipt, Printer, Speaker } from '../ports.ts';

/** Observes a simulated speaker. */
export interface SpeakerWatch {
  spoken(text: string, language: string): void;
  /** `volume`: it was changed, or reset to the usual one. */
  played(sound: 'click' | 'silence' | 'volume'): void;
}

const VOLUME_USUAL = 80;

/** A silent speaker that reports everything to a watcher. */
export class SimulatedSpeaker implements Speaker {
  readonly #clock: Clock;
  readonly #watch: SpeakerWatch | undefined;
  #volume = VOLUME_USUAL;

  constructor(clock: Clock, watch?: SpeakerWatch) {
    this.#clock = clock;
    this.#watch = watch;
  }

  async start(events: { health(health: Health): void }): Promise<void> {
    events.health({ state: 'ready', since: this.#clock.now() });
  }

  async stop(): Promise<void> {}

  say(text: string, language: string): void {
    this.#watch?.spoken(text, language);
  }

  silence(): void {
    this.#watch?.played('silence');
  }

  click(): void {
    this.#watch?.played('click');
  }

  turnVolume(): number {
    this.#volume = this.#volume >= 100 ? 20 : this.#volume + 20;
    this.#watch?.played('volume');
    return this.#volume;
  }

  resetVolume(): void {
    this.#volume = VOLUME_USUAL;
  }
}

/** A headset that a script plugs in. */
export class SimulatedHeadset implements Headset {
  readonly #clock: Clock;
  #plugged: ((plugged: boolean) => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async start(events: {
    plugged(plugged: boolean): void;
    health(health: Health): void;
  }): Promise<void> {
    this.#plugged = (plugged) => events.plugged(plugged);
    events.health({ state: 'ready', since: this.#clock.now() });
  }

  async stop(): Promise<void> {
    this.#plugged = undefined;
  }

  plug(plugged: boolean): void {
    this.#plugged?.(plugged);
  }
}

/** A printer that hands each receipt to a watcher. */
export class SimulatedPrinter implements Printer {
  readonly #clock: Clock;
  readonly #printed: (receipt: PrintedReceipt) => void;

  constructor(clock: Clock, printed: (receipt: PrintedReceipt) => void = () => {}) {
    this.#clock = clock;
    this.#printed = printed;
  }

  async start(events: { health(health: Health): void }): Promise<void> {
    events.health({ state: 'ready', since: this.#clock.now() });
  }

  async stop(): Promise<void> {}

  async print(receipt: PrintedReceipt): Promise<void> {
    this.#printed(receipt);
  }
}
