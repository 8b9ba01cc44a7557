import type { Attempt } from './guess-limits.ts';
import type { GuessRefusal } from './guesses.ts';

/** Bound on the attempts that are remembered; beyond it the oldest is forgotten, and looked up again. */
const BLOCKED_MAX = 20_000;

/**
 * The attempts that this node knows to be blocked, so that whoever goes on is refused without a look into
 * the database. It only repeats what the database said: a block is never lifted before its time.
 */
export class KnownBlocks {
  readonly #blocks = new Map<string, GuessRefusal & { until: number }>();

  /** Remembers why and how long an attempt like this one is blocked. */
  remember(one: KnownAttempt, refusal: GuessRefusal, now: number): void {
    const key = keyOf(one);
    this.#blocks.delete(key);
    this.#blocks.set(key, { ...refusal, until: now + refusal.retryAfterMs });
    const [oldest] = this.#blocks.keys();
    if (this.#blocks.size > BLOCKED_MAX && oldest !== undefined) {
      this.#blocks.delete(oldest);
    }
  }

  /** Why an attempt like this one may not be made; undefined when nothing is known against it. */
  refusal(one: KnownAttempt, now: number): GuessRefusal | undefined {
    const key = keyOf(one);
    const block = this.#blocks.get(key);
    if (!block || block.until <= now) {
      this.#blocks.delete(key);
      return undefined;
    }
    return { retryAfterMs: block.until - now, needs: block.needs };
  }
}

/** A phone's live code counts apart, and so is blocked apart. */
type KnownAttempt = Attempt & { isLive?: boolean | undefined };

function keyOf({ asker, credentialId, isLive }: KnownAttempt): string {
  return `${isLive === true ? 'live' : 'code'} ${asker.id} ${credentialId}`;
}
