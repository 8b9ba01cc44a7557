import type { Lookup, Store, Tx } from '../store/store.ts';
import {
  type Attempt,
  afterFailure,
  type Guess,
  guessLimits,
  keysOf,
  waitMs,
} from './guess-limits.ts';
import { guessesByKey, writeGuesses } from './guess-rows.ts';

/** Bound on blocked keys read in one go; with more, only the keys of the batch's attempts are read. */
const BLOCKED_MAX = 256;
const blockedNow: Lookup<Guess> = {
  head: `select key, failures, last_at as "lastAt", blocked_until as "blockedUntil"
    from guess where blocked_until > (select keys.key from keys) limit ${BLOCKED_MAX + 1}`,
  keyType: 'bigint',
  isJoined: true,
};
/**
 * The failure counts of one batch of attempts, changed in memory in the batch's order and written at once.
 * All blocked keys are read in one go, since usually there are none; the counts of failed attempts are read
 * when they are needed. Two nodes that count the same key in the same millisecond may lose one failure.
 */
export class Guesses {
  readonly #known: Map<string, Guess>;
  readonly #changed = new Map<string, Guess>();

  private constructor(known: Map<string, Guess>) {
    this.#known = known;
  }

  static async read(
    store: Store,
    tx: Tx,
    attempts: readonly Attempt[],
    now: number,
  ): Promise<Guesses> {
    const blocked = await store.lookup(tx, blockedNow, [now]);
    const rows =
      blocked.length > BLOCKED_MAX
        ? await store.lookup(tx, guessesByKey, allKeysOf(attempts))
        : blocked;
    return new Guesses(new Map(rows.map((row) => [row.key, row])));
  }

  /** Milliseconds until this attempt may be made; 0 when it may be made now. */
  waitMs(one: Attempt, now: number): number {
    // The usual case: nobody is blocked anywhere.
    if (this.#known.size === 0) {
      return 0;
    }
    return waitMs(
      keysOf(one).map(([, key]) => this.#known.get(key)),
      now,
    );
  }

  /** Reads the counts of failed attempts; required before {@link recordFailure}. */
  async preload(store: Store, tx: Tx, attempts: readonly Attempt[]): Promise<void> {
    for (const row of await store.lookup(tx, guessesByKey, allKeysOf(attempts))) {
      this.#known.set(row.key, row);
    }
  }

  /** Counts the failure of a preloaded attempt. */
  recordFailure(one: Attempt, now: number): void {
    for (const [scope, key] of keysOf(one)) {
      const guess = afterFailure(key, this.#known.get(key), guessLimits[scope], now);
      this.#known.set(key, guess);
      this.#changed.set(key, guess);
    }
  }

  async write(store: Store, tx: Tx): Promise<void> {
    if (this.#changed.size > 0) {
      await writeGuesses(store, tx, this.#changed.values());
    }
  }
}

function allKeysOf(attempts: readonly Attempt[]): string[] {
  return [...new Set(attempts.flatMap((one) => keysOf(one).map(([, key]) => key)))];
}
