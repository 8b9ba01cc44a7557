/** The failure count of one key. */
export interface Guess {
  key: string;
  failures: number;
  lastAt: number;
  blockedUntil: number;
  /** Until then right tries wait for the key's row too, so that none slips past a count under way. */
  watchedUntil: number;
}

/** How many failures are free, how they expire, and how the wait grows. */
export interface Limit {
  free: number;
  /** One failure expires for each such period without another. */
  leakMs: number;
  firstMs: number;
  longestMs: number;
  /** From this many failures on a key is watched; absent: while it is blocked. */
  watchFrom?: number;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Failures of one key within any 24 hours, at most. Sound where a block lasts as long as one leak. Pure. */
export function perDay({ free, leakMs }: Limit): number {
  return free + Math.floor(DAY_MS / leakMs);
}

/**
 * The limits by what a key counts. A kiosk is blocked long before it could exhaust its site's count alone.
 *
 * A credential is counted at each gate, and once more over **all** gates, desks and the reading page: within
 * 24 hours at most {@link perDay} of `credential` and of `credentialLive` together, 19 tries. Whoever has a
 * picture of somebody's code can use up the former; the owner still passes with the live code of a phone,
 * which counts under a key of its own that no picture reaches.
 */
export const guessLimits = {
  credentialAtGate: { free: 5, leakMs: 600_000, firstMs: 30_000, longestMs: 3_600_000 },
  credential: {
    free: 7,
    leakMs: 3.5 * HOUR_MS,
    firstMs: 3.5 * HOUR_MS,
    longestMs: 3.5 * HOUR_MS,
    watchFrom: 3,
  },
  credentialLive: {
    free: 3,
    leakMs: 8 * HOUR_MS,
    firstMs: 8 * HOUR_MS,
    longestMs: 8 * HOUR_MS,
    watchFrom: 1,
  },
  kiosk: { free: 30, leakMs: 30_000, firstMs: 10_000, longestMs: 300_000 },
  operator: { free: 10, leakMs: 60_000, firstMs: 30_000, longestMs: 900_000 },
  site: { free: 300, leakMs: 5000, firstMs: 5000, longestMs: 60_000 },
  /** A user of the public page, by network address. */
  reader: { free: 10, leakMs: 60_000, firstMs: 10_000, longestMs: 900_000 },
  /**
   * Wrong one-time codes of one person at one asker, over all codes: the tenth locks the pair for a day, and
   * any ten take at least a day.
   */
  oneTimeCode: { free: 10, leakMs: DAY_MS, firstMs: DAY_MS, longestMs: DAY_MS },
} as const satisfies Record<string, Limit>;
export type Scope = keyof typeof guessLimits;

/** After this long without a failure every count has expired. */
export const GUESS_RETENTION_MS = DAY_MS;

/** An attempt to guess the codice fiscale of a credential. */
export interface Attempt {
  asker: { id: string; site: string };
  credentialId: string;
}

/**
 * The keys under which an attempt counts, each with its scope.
 *
 * @param isLive the code shown was a phone's live code, current and not used before.
 */
export function keysOf({ asker, credentialId }: Attempt, isLive: boolean): [Scope, string][] {
  const shared: [Scope, string][] = [
    [scopeOf(asker.id), `a ${asker.id}`],
    ['site', `s ${asker.site}`],
  ];
  return isLive
    ? [['credentialLive', `v ${credentialId}`], ...shared]
    : [
        ['credentialAtGate', `c ${credentialId} ${asker.id}`],
        ['credential', credentialKey(credentialId)],
        ...shared,
      ];
}

/** The key of a credential's count over all gates. */
export function credentialKey(credentialId: string): string {
  return `d ${credentialId}`;
}

function scopeOf(askerId: string): 'operator' | 'reader' | 'kiosk' {
  if (askerId.startsWith('reader:')) {
    return 'reader';
  }
  return askerId.startsWith('operator:') ? 'operator' : 'kiosk';
}

/** Milliseconds until an attempt with these counts may be made; 0 when it may be made now. Pure. */
export function waitMs(guesses: readonly (Guess | undefined)[], now: number): number {
  return Math.max(0, ...guesses.map((guess) => (guess ? guess.blockedUntil - now : 0)));
}

/** The failures of a count that have not expired. Pure. */
export function failuresOf(guess: Guess | undefined, limit: Limit, now: number): number {
  const leaked = guess ? Math.floor(Math.max(0, now - guess.lastAt) / limit.leakMs) : 0;
  return Math.max(0, (guess?.failures ?? 0) - leaked);
}

/** The count after one more failure. Pure. */
export function afterFailure(
  key: string,
  before: Guess | undefined,
  limit: Limit,
  now: number,
): Guess {
  const failures = failuresOf(before, limit, now) + 1;
  const over = failures - limit.free;
  const wait = over < 0 ? 0 : Math.min(limit.longestMs, limit.firstMs * 2 ** Math.min(over, 30));
  const blockedUntil = Math.max(before?.blockedUntil ?? 0, over < 0 ? 0 : now + wait);
  const watched = limit.watchFrom === undefined ? 0 : failures - limit.watchFrom + 1;
  const watchedUntil = Math.max(blockedUntil, watched > 0 ? now + watched * limit.leakMs : 0);
  return { key, failures, lastAt: now, blockedUntil, watchedUntil };
}
