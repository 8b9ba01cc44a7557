import type { Audit } from '../../audit/audit.ts';
import type { Store } from '../../store/store.ts';
import type { FleetActor } from './actor.ts';

/** Within this time one row is written for an actor and a route, and the rest is counted. */
const WINDOW_MS = 60_000;
/** Actors and routes that are counted at once, at most. */
const COUNTED_MAX = 5_000;

/** What somebody was refused: a route's pattern, and the actions of the table that it is for. */
export interface Refused {
  route: string;
  actions: readonly string[];
}

interface Counted extends Refused {
  actor: string;
  from: number;
  /** Beside the one that has its row. */
  repeats: number;
}

/**
 * Who tried what they may not, in the audit. One row for each actor and route in a minute, and one more
 * with the number of the repeats: who is refused in a loop does not fill the disk.
 */
export class Refusals {
  readonly #store: Store;
  readonly #audit: Audit;
  readonly #now: () => number;
  #counted = new Map<string, Counted>();

  constructor(deps: { store: Store; audit: Audit; now: () => number }) {
    this.#store = deps.store;
    this.#audit = deps.audit;
    this.#now = deps.now;
  }

  start(): void {}

  /** Writes what is counted and has no row yet. */
  stop(): Promise<void> {
    return this.#writeRepeats(() => true);
  }

  async note(who: Pick<FleetActor, 'id'>, { route, actions }: Refused): Promise<void> {
    const key = `${who.id} ${route}`;
    const now = this.#now();
    const open = this.#counted.get(key);
    if (open && now - open.from < WINDOW_MS) {
      open.repeats += 1;
      return;
    }
    if (open || this.#counted.size >= COUNTED_MAX) {
      await this.#writeRepeats(({ from }) => now - from >= WINDOW_MS || !open);
    }
    const counted = { actor: who.id, route, actions, from: now, repeats: 0 };
    this.#counted.set(key, counted);
    await this.#append([{ actor: who.id, route, actions }]);
  }

  /** Writes the repeats of the minutes that are over, once a minute. */
  settle(): Promise<void> {
    const now = this.#now();
    return this.#writeRepeats(({ from }) => now - from >= WINDOW_MS);
  }

  async #writeRepeats(isOver: (counted: Counted) => boolean): Promise<void> {
    const over = [...this.#counted].filter(([, counted]) => isOver(counted));
    for (const [key] of over) {
      this.#counted.delete(key);
    }
    const repeated = over.filter(([, { repeats }]) => repeats > 0);
    await this.#append(repeated.map(([, counted]) => ({ ...counted })));
  }

  async #append(bodies: readonly Record<string, unknown>[]): Promise<void> {
    if (bodies.length > 0) {
      const events = bodies.map((body) => ({ kind: 'access.refused', body }));
      await this.#store.transaction((tx) => this.#audit.append(tx, events));
    }
  }
}
