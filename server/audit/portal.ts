import type { Verdict } from '../../shared/verdict.ts';
import type { Keyring } from '../credential/keyring.ts';
import type { Store } from '../store/store.ts';
import { monthOf } from './audit.ts';
import { RETENTION_MONTHS_MAX } from './checkpoint.ts';

/** A check of the citizen, as the citizen may see it: who, where, when, which question, which answer. */
export interface Check {
  at: number;
  asker: string;
  site: string;
  policy: string;
  verdict: Verdict;
}

const CHECKS_MAX = 1000;

/** What the citizen's portal shows of the audit: only who holds the keys can tell whose rows are whose. */
export async function checksOf(
  deps: { store: Store; keyring: Keyring; now: number },
  codiceFiscale: string,
): Promise<Check[]> {
  const mac = deps.keyring.codeMac(codiceFiscale);
  const rows = await deps.store.db
    .selectFrom('audit')
    .select(['at', 'body'])
    .where(
      'subject',
      'in',
      monthsBack(deps.now).map((month) => deps.keyring.pseudonym(month, mac)),
    )
    .where('kind', 'in', ['verification', 'secondLevel'])
    .orderBy('at', 'desc')
    .limit(CHECKS_MAX)
    .execute();
  return rows.map(({ at, body }) => {
    const { asker, site, policy, verdict } = JSON.parse(body) as Check;
    return { at, asker, site, policy, verdict };
  });
}

function monthsBack(now: number): string[] {
  const date = new Date(now);
  return Array.from({ length: RETENTION_MONTHS_MAX + 1 }, (_, back) =>
    monthOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - back, 1)),
  );
}
