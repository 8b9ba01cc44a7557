import type { Verdict } from '../../shared/verdict.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Store } from '../store/store.ts';
import { monthOf } from './audit.ts';
import { bodyOf } from './body.ts';
import { RETENTION_MONTHS_MAX } from './checkpoint.ts';
import { rowsOf, type SubjectRow } from './subject-index.ts';

/**
 * The answer to a check: a gate's verdict, a first-level answer (`areas` with yes or no, or whether a card
 * is `valid`), or the outcome of a request for the second level.
 */
export type CheckAnswer =
  | Verdict
  | { outcome: string; areas?: Record<string, boolean>; valid?: boolean };

/** A check of a citizen, as the citizen may see it: who asked what, where and when, and the answer. */
export interface Check {
  at: number;
  kind: (typeof checkKinds)[number];
  asker: string;
  site: string;
  policy: string;
  verdict: CheckAnswer;
  /** The reference that the reading page showed to whoever asked. */
  reference?: string | undefined;
  /** This many refused attempts from one place, all within a quarter of an hour; absent: a single check. */
  attempts?: number | undefined;
  /** The first of several attempts; the last is `at`. Unix milliseconds. */
  since?: number | undefined;
}

/** The kinds of audit rows that are a check of somebody's status. */
const checkKinds = [
  'verification',
  'firstLevel',
  'secondLevel',
  'secondLevel.codeSent',
  'secondLevel.mailed',
] as const;

/** Rows read at a time. */
const ROWS_AT_ONCE = 500;

export interface ChecksDeps {
  store: Store;
  keyring: Keyring;
  now: number;
}

/**
 * A citizen's checks, newest first: all that the audit keeps, some at a time. A moment's checks are never
 * torn apart. Only the holder of the keys can tell whose rows are whose.
 *
 * @param before Unix milliseconds; only earlier ones.
 */
export async function* checksOf(
  { store, keyring, now }: ChecksDeps,
  codiceFiscale: string,
  options: { before?: number | undefined; rowsAtOnce?: number } = {},
): AsyncGenerator<Check[]> {
  const mac = keyring.codeMac(codiceFiscale);
  const months = monthsBack(now).map(({ from, to }) => {
    return { subject: keyring.pseudonym(monthOf(from), mac), from, to };
  });
  const rowsAtOnce = options.rowsAtOnce ?? ROWS_AT_ONCE;
  let before = options.before ?? Number.MAX_SAFE_INTEGER;
  for (let limit = rowsAtOnce; ; ) {
    const rows = await rowsOf(store, { months, kinds: checkKinds, before, limit });
    if (rows.length < limit) {
      yield rows.flatMap(toChecks);
      return;
    }
    // The last moment may go on beyond the limit: it is read again, from its beginning.
    const oldest = rows.at(-1)?.at ?? 0;
    const whole = rows.filter(({ at }) => at > oldest);
    if (whole.length === 0) {
      limit *= 2;
      continue;
    }
    yield whole.flatMap(toChecks);
    before = oldest + 1;
    limit = rowsAtOnce;
  }
}

/** An altered row may hold anything; the citizen sees no part of one. */
function toChecks(row: SubjectRow): Check[] {
  const kind = checkKinds.find((one) => one === row.kind);
  const { asker, site, policy, verdict, reference, ...counted } = bodyOf<Check & { until: number }>(
    row.body,
  );
  if (!kind || !isText(asker) || !isText(site) || !isText(policy) || !isText(verdict?.outcome)) {
    return [];
  }
  const { attempts, since, until } = counted;
  const check = { at: row.at, kind, asker, site, policy, verdict, reference };
  if (!isWhole(attempts) || !isWhole(since) || !isWhole(until)) {
    return [check];
  }
  return [{ ...check, at: Math.min(until, row.at), attempts, since: Math.min(since, row.at) }];
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

/** The months of which rows may still be kept, newest first; Unix milliseconds. */
function monthsBack(now: number): { from: number; to: number }[] {
  const date = new Date(now);
  const begin = (back: number) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - back, 1);
  return Array.from({ length: RETENTION_MONTHS_MAX + 1 }, (_, back) => {
    return { from: begin(back), to: begin(back - 1) };
  });
}
