import type { Clock } from '../../shared/clock.ts';
import type { Key, Keypad, KeypadEvents } from '../ports.ts';

/** A keypad whose keys a script presses. */
export class SimulatedKeypad implements Keypad {
  readonly #clock: Clock;
  #events: KeypadEvents | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async start(events: KeypadEvents): Promise<void> {
    this.#events = events;
    events.health({ state: 'ready', since: this.#clock.now() });
  }

  async stop(): Promise<void> {
    this.#events = undefined;
  }

  press(key: Key): void {
    this.#events?.key(key);
  }

  /** Types a text key by key. */
  type(text: string): void {
    for (const character of text) {
      this.press({ kind: 'character', character });
    }
  }
}
