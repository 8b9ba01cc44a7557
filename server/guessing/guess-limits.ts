/** The failure count of one key. */
export interface Guess {
  key: string;
  failures: number;
  lastAt: number;
  blockedUntil: number;
}

/** How many failures are free, how they expire, and how the wait grows. */
export interface Limit {
  free: number;
  /** One failure expires for each such period without another. */
  leakMs: number;
  firstMs: number;
  longestMs: number;
}

/**
 * The limits by what a key counts. A credential is counted **per gate**, so that holding a picture of
 * somebody's code does not suffice to lock its owner out of every gate. A kiosk is blocked long before it
 * could exhaust its site's count alone.
 */
export const guessLimits = {
  credentialAtGate: { free: 5, leakMs: 600_000, firstMs: 30_000, longestMs: 3_600_000 },
  kiosk: { free: 30, leakMs: 30_000, firstMs: 10_000, longestMs: 300_000 },
  operator: { free: 10, leakMs: 60_000, firstMs: 30_000, longestMs: 900_000 },
  site: { free: 300, leakMs: 5000, firstMs: 5000, longestMs: 60_000 },
  /** A user of the public page, by network address. */
  reader: { free: 10, leakMs: 60_000, firstMs: 10_000, longestMs: 900_000 },
  /** A credential on the public page from any address, since addresses are cheap. Blocks no gate or desk. */
  credentialRead: { free: 30, leakMs: 600_000, firstMs: 60_000, longestMs: 3_600_000 },
} as const satisfies Record<string, Limit>;
export type Scope = keyof typeof guessLimits;

/** After this long without a failure every count has expired. */
export const GUESS_RETENTION_MS = 86_400_000;

/** An attempt to guess the codice fiscale of a credential. */
export interface Attempt {
  asker: { id: string; site: string };
  credentialId: string;
}

/** The keys under which an attempt counts, each with its scope. */
export function keysOf({ asker, credentialId }: Attempt): [Scope, string][] {
  const own: [Scope, string][] = [
    ['credentialAtGate', `c ${credentialId} ${asker.id}`],
    [scopeOf(asker.id), `a ${asker.id}`],
    ['site', `s ${asker.site}`],
  ];
  return scopeOf(asker.id) === 'reader' ? [...own, ['credentialRead', `r ${credentialId}`]] : own;
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

/** The count after one more failure. Pure. */
export function afterFailure(key: string, before: Guess | undefined, limit: Limit, now: number) {
  const leaked = before ? Math.floor(Math.max(0, now - before.lastAt) / limit.leakMs) : 0;
  const failures = Math.max(0, (before?.failures ?? 0) - leaked) + 1;
  const over = failures - limit.free;
  const wait = over < 0 ? 0 : Math.min(limit.longestMs, limit.firstMs * 2 ** Math.min(over, 30));
  const blockedUntil = Math.max(before?.blockedUntil ?? 0, over < 0 ? 0 : now + wait);
  return { key, failures, lastAt: now, blockedUntil };
}
