import type { Lookup, Store, Tx } from '../store/store.ts';
import {
  type Attempt,
  afterFailure,
  type Guess,
  guessLimits,
  keysOf,
  waitMs,
} from './guess-limits.ts';
import { guessesByKey, lockGuesses, writeGuesses } from './guess-rows.ts';

/** Bound on watched keys read in one go; with more, only the keys of the batch's attempts are read. */
const WATCHED_MAX = 256;
const watchedNow: Lookup<Guess> = {
  head: `select key, failures, last_at as "lastAt", blocked_until as "blockedUntil",
    watched_until as "watchedUntil"
    from guess where watched_until > (select keys.key from keys) limit ${WATCHED_MAX + 1}`,
  keyType: 'bigint',
  isJoined: true,
};
const nobody: ReadonlySet<Attempt> = new Set();

/**
 * Why an attempt is not looked at. `needs`: this code was tried too often everywhere, so that only a phone's
 * live code is answered; the person may also show a card, or documents to staff.
 */
export interface GuessRefusal {
  retryAfterMs: number;
  needs?: 'liveCode' | undefined;
}

/**
 * The failure counts of one batch of attempts, changed in memory in the batch's order and written at once.
 *
 * The keys that somebody is guessing at are read in one go, since usually there are none. The counts of
 * failed attempts, and of all attempts at a watched key, are **locked** before they decide anything: two
 * nodes never let the same try of a count through twice. A right try at a key that is not watched locks
 * nothing: as many of those as there are nodes fit between {@link Limit.watchFrom} and the limit.
 */
export class Guesses {
  readonly #known: Map<string, Guess>;
  readonly #live: ReadonlySet<Attempt>;
  readonly #changed = new Map<string, Guess>();
  readonly #exhausted: Attempt[] = [];

  private constructor(known: Map<string, Guess>, live: ReadonlySet<Attempt>) {
    this.#known = known;
    this.#live = live;
  }

  /** @param live those of the attempts with a phone's live code, current and not used before. */
  static async read(
    store: Store,
    tx: Tx,
    attempts: readonly Attempt[],
    now: number,
    live: ReadonlySet<Attempt> = nobody,
  ): Promise<Guesses> {
    const watched = await store.lookup(tx, watchedNow, [now]);
    const rows =
      watched.length > WATCHED_MAX
        ? await store.lookup(tx, guessesByKey, allKeysOf(attempts, live))
        : watched;
    return new Guesses(new Map(rows.map((row) => [row.key, row])), live);
  }

  /** The counts of these attempts, all of them locked: for checks that people type one by one. */
  static async locked(
    store: Store,
    tx: Tx,
    attempts: readonly Attempt[],
    now: number,
    live: ReadonlySet<Attempt> = nobody,
  ): Promise<Guesses> {
    return new Guesses(await lockGuesses(store, tx, allKeysOf(attempts, live), now), live);
  }

  /** Whether this attempt, right or wrong, must be locked before it is decided. */
  watches(one: Attempt, now: number): boolean {
    // The usual case: nobody is guessing anywhere.
    return (
      this.#known.size > 0 &&
      this.#keysOf(one).some(([, key]) => (this.#known.get(key)?.watchedUntil ?? 0) > now)
    );
  }

  /** Locks and reads the counts of attempts; required before {@link recordFailure}. */
  async lock(store: Store, tx: Tx, attempts: readonly Attempt[], now: number): Promise<void> {
    if (attempts.length > 0) {
      const keys = allKeysOf(attempts, this.#live);
      for (const [key, row] of await lockGuesses(store, tx, keys, now)) {
        this.#known.set(key, row);
      }
    }
  }

  /** Why this attempt may not be made now; undefined when it may. */
  refusal(one: Attempt, now: number): GuessRefusal | undefined {
    if (this.#known.size === 0) {
      return undefined;
    }
    const keys = this.#keysOf(one);
    const wait = (among: typeof keys) =>
      waitMs(
        among.map(([, key]) => this.#known.get(key)),
        now,
      );
    const retryAfterMs = wait(keys);
    if (retryAfterMs === 0) {
      return undefined;
    }
    const isExhausted = wait(keys.filter(([scope]) => scope === 'credential')) > 0;
    return { retryAfterMs, needs: isExhausted ? 'liveCode' : undefined };
  }

  /** Counts the failure of a locked attempt. */
  recordFailure(one: Attempt, now: number): void {
    for (const [scope, key] of this.#keysOf(one)) {
      const guess = afterFailure(key, this.#known.get(key), guessLimits[scope], now);
      this.#known.set(key, guess);
      this.#changed.set(key, guess);
      const isOfCredential = scope === 'credential' || scope === 'credentialLive';
      if (isOfCredential && guess.blockedUntil > now) {
        this.#exhausted.push(one);
      }
    }
  }

  /** The attempts after which a credential was tried as often as it may be: its owner is to know. */
  get exhausted(): readonly Attempt[] {
    return this.#exhausted;
  }

  async write(store: Store, tx: Tx): Promise<void> {
    if (this.#changed.size > 0) {
      await writeGuesses(store, tx, this.#changed.values());
    }
  }

  #keysOf(one: Attempt) {
    return keysOf(one, this.#live.has(one));
  }
}

function allKeysOf(attempts: readonly Attempt[], live: ReadonlySet<Attempt>): string[] {
  return [...new Set(attempts.flatMap((one) => keysOf(one, live.has(one)).map(([, key]) => key)))];
}
