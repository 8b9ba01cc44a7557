import type { Clock } from '../../shared/clock.ts';
import { VarcoError } from '../../shared/errors.ts';
import type { Health, Indicator, Signal, Turnstile } from '../ports.ts';

const PULSE_MS_MAX = 10_000;

/** A lamp that reports its signal to a watcher. */
export class SimulatedIndicator implements Indicator {
  readonly #watch: (signal: Signal) => void;
  readonly #clock: Clock;

  constructor(clock: Clock, watch: (signal: Signal) => void = () => {}) {
    this.#clock = clock;
    this.#watch = watch;
  }

  async start(events: { health(health: Health): void }): Promise<void> {
    events.health({ state: 'ready', since: this.#clock.now() });
    this.show('off');
  }

  async stop(): Promise<void> {
    this.show('off');
  }

  show(signal: Signal): void {
    this.#watch(signal);
  }
}

/** A turnstile without a relay: shut at start, at stop, and after each pulse. */
export class SimulatedTurnstile implements Turnstile {
  readonly #watch: (relay: 'open' | 'shut') => void;
  readonly #clock: Clock;
  #relay: 'stopped' | 'shut' | 'open' = 'stopped';
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, watch: (relay: 'open' | 'shut') => void = () => {}) {
    this.#clock = clock;
    this.#watch = watch;
  }

  async start(events: { health(health: Health): void }): Promise<void> {
    this.#set('shut');
    events.health({ state: 'ready', since: this.#clock.now() });
  }

  async stop(): Promise<void> {
    this.#cancel?.();
    this.#set('shut');
    this.#relay = 'stopped';
  }

  /** @throws VarcoError `turnstileStopped` before start or after stop. */
  async open(pulseMs: number): Promise<void> {
    if (this.#relay === 'stopped') {
      throw new VarcoError('turnstileStopped', 'The turnstile is not started');
    }
    if (this.#relay === 'open') {
      return;
    }
    this.#set('open');
    const boundedMs = Math.min(pulseMs, PULSE_MS_MAX);
    this.#cancel = this.#clock.after(boundedMs, () => this.#set('shut'));
  }

  #set(relay: 'open' | 'shut'): void {
    this.#relay = relay;
    this.#watch(relay);
  }
}
