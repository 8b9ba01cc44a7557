import type { DecidedFact, Fact } from '../../shared/fact.ts';
import { requestKey } from '../audit/request-key.ts';
import { lookupOf, type Store, type Tx } from '../store/store.ts';
import type { FactSource } from './fact-source.ts';

/** Why a fact is refused for good; a closed set. */
export type FactProblem =
  /** It can't be decrypted, or its content is not a fact. */
  | 'factUnreadable'
  /** It happened in the future by a clock that was set. */
  | 'factFromFuture'
  /** It happened before the kiosk held its key. */
  | 'factBeforeKey'
  /** No version of this policy was ever in force here. */
  | 'policyUnknown'
  /** The policy is another gate's. */
  | 'policyOfOther'
  /** No such version of the list was ever published. */
  | 'listUnknown'
  /** It happened before its list was published. */
  | 'factBeforeList'
  /** A verdict that no list can give, or one from a list that it does not name. */
  | 'factImpossible'
  /** A passage after no request that opened this gate. */
  | 'passageUnasked'
  /** The same request id was received before with different content. */
  | 'factConflicts';

/** How far a kiosk's clock may be off. */
const CLOCK_TOLERANCE_MS = 600_000;

/** Reads audit rows by their idempotency keys. */
export const auditByRequest = lookupOf('audit', ['request', 'body'], 'request', {
  keyType: 'text',
});

/** What the record says about the facts of one delivery. */
export interface FactContext {
  source: FactSource;
  now: number;
  isPolicyKnown(policy: string): boolean;
  /** When the list was published that this reference means; undefined: it never was. */
  publishedAt(policy: string, list: NonNullable<DecidedFact['list']>): number | undefined;
  /** Whether this request opened the gate, by the server's answer or the gate's own. */
  opened(requestId: string): boolean;
}

/** Why a fact can't be true; undefined: nothing speaks against it. Pure. */
export function problemOf(fact: Fact, context: FactContext): FactProblem | undefined {
  const at = fact.kind === 'decided' ? fact.decidedAt : fact.at;
  if (fact.clockTrust !== 'unset') {
    if (at > context.now + CLOCK_TOLERANCE_MS) {
      return 'factFromFuture';
    }
    if (at < context.source.registeredAt - CLOCK_TOLERANCE_MS) {
      return 'factBeforeKey';
    }
  }
  if (fact.kind === 'decided') {
    return decidedProblem(fact, context);
  }
  return context.opened(fact.requestId) ? undefined : 'passageUnasked';
}

function decidedProblem(fact: DecidedFact, context: FactContext): FactProblem | undefined {
  const { verdict, list, policy, clockTrust, decidedAt } = fact;
  if (verdict.outcome === 'otpRequired' || verdict.outcome === 'throttled') {
    return 'factImpossible';
  }
  const isDecided = verdict.outcome === 'granted' || verdict.outcome === 'denied';
  // Without a clock nobody can tell a list's age: the gate decides nothing by it.
  if ((isDecided && !list) || (list && clockTrust === 'unset')) {
    return 'factImpossible';
  }
  if (!context.source.policies.includes(policy)) {
    return context.isPolicyKnown(policy) ? 'policyOfOther' : 'policyUnknown';
  }
  if (!list) {
    return undefined;
  }
  const publishedAt = context.publishedAt(policy, list);
  if (publishedAt === undefined) {
    return 'listUnknown';
  }
  return decidedAt < publishedAt - CLOCK_TOLERANCE_MS ? 'factBeforeList' : undefined;
}

/** Reads which lists were published that these facts name. */
export async function readPublished(
  tx: Tx,
  facts: readonly Fact[],
): Promise<FactContext['publishedAt']> {
  const known = new Map<string, number | undefined>();
  for (const fact of facts) {
    if (fact.kind === 'decided' && fact.list) {
      const key = listKey(fact.policy, fact.list);
      if (!known.has(key)) {
        known.set(key, await publishedAt(tx, fact.policy, fact.list));
      }
    }
  }
  return (policy, list) => known.get(listKey(policy, list));
}

function listKey(policy: string, { epoch, version }: { epoch: number; version: number }): string {
  return `${epoch} ${version} ${policy}`;
}

/** A version in which nothing changed has no row of its own: the one before it stands for it. */
async function publishedAt(
  tx: Tx,
  policy: string,
  { epoch, version }: { epoch: number; version: number },
): Promise<number | undefined> {
  const row = await tx
    .selectFrom('offline_version')
    .select(['version', 'epoch', 'issued_at'])
    .where('policy', '=', policy)
    .where('version', '<=', version)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!row || row.epoch !== epoch) {
    return undefined;
  }
  if (row.version === version) {
    return row.issued_at;
  }
  const later = await tx
    .selectFrom('offline_version')
    .select('version')
    .where('policy', '=', policy)
    .where('version', '>', version)
    .limit(1)
    .executeTakeFirst();
  const newest = await tx
    .selectFrom('offline_list')
    .select('version')
    .where('policy', '=', policy)
    .executeTakeFirst();
  return later || (newest?.version ?? 0) >= version ? row.issued_at : undefined;
}

/** Reads which of these passages' requests opened the gate. */
export async function readOpened(
  store: Store,
  tx: Tx,
  source: FactSource,
  facts: readonly Fact[],
): Promise<Set<string>> {
  const ids = facts.flatMap((fact) => (fact.kind === 'passage' ? [fact.requestId] : []));
  const keyed = ids.flatMap((id): [key: string, id: string][] => [
    [requestKey(source.id, id), id],
    [factKey(source.id, id), id],
  ]);
  const idOf = new Map(keyed);
  const rows = await store.lookup(tx, auditByRequest, [...idOf.keys()]);
  return new Set(
    rows.flatMap(({ request, body }) => (isGrant(body) ? [idOf.get(request ?? '') ?? ''] : [])),
  );
}

function isGrant(body: string): boolean {
  const { verdict }: { verdict?: { outcome?: string } } = JSON.parse(body);
  return verdict?.outcome === 'granted';
}

/** The audit key of a fact; it differs from that of the server's own answer to the same request. */
export function factKey(asker: string, requestId: string): string {
  return `fact ${asker} ${requestId}`;
}

/** The audit key of a passage, which says whether somebody went through after a request. */
export function passageKey(asker: string, requestId: string): string {
  return `passage ${asker} ${requestId}`;
}
