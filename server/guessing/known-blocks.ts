import type { Attempt } from './guess-limits.ts';

/** Bound on the attempts that are remembered; beyond it the oldest is forgotten, and looked up again. */
const BLOCKED_MAX = 20_000;

/**
 * The attempts that this node knows to be blocked, so that whoever goes on is refused without a look into
 * the database. It only repeats what the database said: a block is never lifted before its time.
 */
export class KnownBlocks {
  readonly #until = new Map<string, number>();

  /** Remembers how long an attempt like this one is blocked. */
  remember(one: Attempt, retryAfterMs: number, now: number): void {
    const key = keyOf(one);
    this.#until.delete(key);
    this.#until.set(key, now + retryAfterMs);
    const [oldest] = this.#until.keys();
    if (this.#until.size > BLOCKED_MAX && oldest !== undefined) {
      this.#until.delete(oldest);
    }
  }

  /** Milliseconds until an attempt like this one may be made; 0 when nothing is known against it. */
  waitMs(one: Attempt, now: number): number {
    const key = keyOf(one);
    const waitMs = Math.max(0, (this.#until.get(key) ?? now) - now);
    if (waitMs === 0) {
      this.#until.delete(key);
    }
    return waitMs;
  }
}

function keyOf({ asker, credentialId }: Attempt): string {
  return `${asker.id} ${credentialId}`;
}
