import type { Verdict } from '../../shared/verdict.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Store } from '../store/store.ts';
import { monthOf } from './audit.ts';
import { bodyOf } from './body.ts';
import { RETENTION_MONTHS_MAX } from './checkpoint.ts';
import { rowsOf } from './subject-index.ts';

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
}

/** The kinds of audit rows that are a check of somebody's status. */
const checkKinds = [
  'verification',
  'firstLevel',
  'secondLevel',
  'secondLevel.codeSent',
  'secondLevel.mailed',
] as const;

const CHECKS_MAX = 1000;

/** A citizen's checks, newest first. Only the holder of the keys can tell whose rows are whose. */
export async function checksOf(
  deps: { store: Store; keyring: Keyring; now: number },
  codiceFiscale: string,
): Promise<Check[]> {
  const mac = deps.keyring.codeMac(codiceFiscale);
  const rows = await rowsOf(deps.store, {
    months: monthsBack(deps.now).map(({ from, to }) => {
      return { subject: deps.keyring.pseudonym(monthOf(from), mac), from, to };
    }),
    kinds: checkKinds,
    limit: CHECKS_MAX,
  });
  return rows.flatMap((row) => {
    const { at, body } = row;
    const kind = checkKinds.find((one) => one === row.kind);
    const { asker, site, policy, verdict, reference } = bodyOf<Check>(body);
    // An altered row may hold anything; the citizen sees no part of one.
    if (!kind || !isText(asker) || !isText(site) || !isText(policy) || !isText(verdict?.outcome)) {
      return [];
    }
    return [{ at, kind, asker, site, policy, verdict, reference }];
  });
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** The months of which rows may still be kept, newest first; Unix milliseconds. */
function monthsBack(now: number): { from: number; to: number }[] {
  const date = new Date(now);
  const begin = (back: number) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - back, 1);
  return Array.from({ length: RETENTION_MONTHS_MAX + 1 }, (_, back) => {
    return { from: begin(back), to: begin(back - 1) };
  });
}
