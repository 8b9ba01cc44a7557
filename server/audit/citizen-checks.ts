import type { Verdict } from '../../shared/verdict.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Store } from '../store/store.ts';
import { monthOf } from './audit.ts';
import { bodyOf } from './body.ts';
import { RETENTION_MONTHS_MAX } from './checkpoint.ts';
import { rowsOf } from './subject-index.ts';

/**
 * What was answered: a gate's verdict, a first-level answer (`areas`, each with yes or no, or a card's
 * being `valid`), or how a request for the second level ended.
 */
export type CheckAnswer =
  | Verdict
  | { outcome: string; areas?: Record<string, boolean>; valid?: boolean };

/** A check of the citizen, as the citizen may see it: who, where, when, which question, which answer. */
export interface Check {
  at: number;
  kind: (typeof checkKinds)[number];
  asker: string;
  site: string;
  policy: string;
  verdict: CheckAnswer;
  /** What the reading page showed to whoever asked. */
  reference?: string;
}

/** The audit's kinds that are a look at a citizen's status. */
const checkKinds = [
  'verification',
  'firstLevel',
  'secondLevel',
  'secondLevel.codeSent',
  'secondLevel.mailed',
] as const;

const CHECKS_MAX = 1000;

/** What the citizen's portal shows of the audit: only who holds the keys can tell whose rows are whose. */
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
  return rows.flatMap(({ at, kind, body }) => {
    const { asker, site, policy, verdict, reference } = bodyOf<Check>(body);
    // An altered row may hold anything; the citizen sees no part of one.
    if (!isText(asker) || !isText(site) || !isText(policy) || !isText(verdict?.outcome)) {
      return [];
    }
    const check = { at, kind: kind as Check['kind'], asker, site, policy, verdict };
    return [reference === undefined ? check : { ...check, reference }];
  });
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** This month and those before it, of which rows may be kept; Unix milliseconds. */
function monthsBack(now: number): { from: number; to: number }[] {
  const date = new Date(now);
  const begin = (back: number) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - back, 1);
  return Array.from({ length: RETENTION_MONTHS_MAX + 1 }, (_, back) => {
    return { from: begin(back), to: begin(back - 1) };
  });
}
