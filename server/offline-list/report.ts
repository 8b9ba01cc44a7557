import type { Passage } from '../../shared/fact.ts';
import type { Verdict } from '../../shared/verdict.ts';
import { requestKey } from '../audit/request-key.ts';
import type { Store } from '../store/store.ts';
import { auditByRequest, passageKey } from './fact-checks.ts';
import type { FactBody } from './fact-store.ts';

/**
 * How an offline answer compares with what the registry said at that time. A fact identifies nobody, so that
 * a kiosk's disk discloses nothing; without an identity the following can be known:
 *
 * - `sameAsServer`, `otherThanServer`: the server answered the same request too, a little too late for
 *   the gate, with the same result or another one.
 * - `current`: no entry of the list had changed, so the registry's answer was the same for everybody.
 * - `behind`: at most `changed` of `entries` had changed without the gate knowing yet.
 * - `noList`: the gate had no usable list and answered that it could not tell.
 * - `unknown`: the list's epoch or cost changed in between, or its versions are no longer known.
 */
export type Comparison =
  | { kind: 'sameAsServer' | 'otherThanServer' | 'current' | 'noList' | 'unknown' }
  | { kind: 'behind'; changed: number; entries: number };

/** One offline answer, with its comparison. */
export interface ReportLine {
  requestId: string;
  asker: string;
  site: string;
  policy: string;
  verdict: Verdict;
  /** The kiosk's time and the server's, Unix milliseconds. */
  decidedAt: number;
  receivedAt: number;
  clockTrust: FactBody['clockTrust'];
  comparison: Comparison;
  /** Whether somebody went through, where there is a passage sensor. */
  passage?: Passage | undefined;
}

/** Facts decided in a range of time, both ends included. */
export interface ReportRange {
  from?: number | undefined;
  to?: number | undefined;
}

interface Version {
  version: number;
  epoch: number;
  issued_at: number;
  entries: number;
  changed: number | null;
}

const PAGE = 500;
const REFUSED_MAX = 1_000;
/** A kiosk's clock lags by the latency of its boot answer; a change this close counts as earlier. */
const CLOCK_TOLERANCE_MS = 2_000;

/** Every offline answer that reached the server, in order of arrival at each node. */
export async function* offlineReport(
  store: Store,
  range: ReportRange = {},
): AsyncGenerator<ReportLine> {
  const versions = await readVersions(store);
  const nodes = await store.db.selectFrom('audit_head').select('node').orderBy('node').execute();
  for (const { node } of nodes) {
    let last = 0;
    for (;;) {
      const rows = await store.db
        .selectFrom('audit')
        .select(['sequence', 'at', 'request', 'body'])
        .where('node', '=', node)
        .where('sequence', '>', last)
        .where('kind', '=', 'fact')
        .orderBy('sequence')
        .limit(PAGE)
        .execute();
      const facts = rows
        .map(({ request, at, body }) => toFact(request ?? '', at, body))
        .filter(({ decidedAt }) => decidedAt >= (range.from ?? 0))
        .filter(({ decidedAt }) => decidedAt <= (range.to ?? Number.MAX_SAFE_INTEGER));
      const online = await readAnswers(store, facts);
      const passages = await readPassages(store, facts);
      for (const fact of facts) {
        const { list, ...line } = fact;
        const comparison = compare(fact, list, online, versions.get(fact.policy) ?? []);
        const passage = passages.get(passageKey(fact.asker, fact.requestId));
        yield { ...line, comparison, passage };
      }
      if (rows.length < PAGE) {
        break;
      }
      last = rows.at(-1)?.sequence ?? last;
    }
  }
}

type StoredFact = Omit<ReportLine, 'comparison'> & { list: FactBody['list'] | undefined };

function toFact(request: string, receivedAt: number, text: string): StoredFact {
  const body: FactBody = JSON.parse(text);
  const { asker, site, policy, verdict, decidedAt, clockTrust, list } = body;
  const requestId = request.slice(request.lastIndexOf(' ') + 1);
  return { requestId, asker, site, policy, verdict, decidedAt, receivedAt, clockTrust, list };
}

async function readAnswers(
  store: Store,
  facts: readonly StoredFact[],
): Promise<Map<string, Verdict>> {
  const keys = facts.map(({ asker, requestId }) => requestKey(asker, requestId));
  const bodies = await readBodies<{ verdict: Verdict }>(store, keys);
  return new Map(bodies.map(([request, { verdict }]) => [request, verdict]));
}

async function readPassages(
  store: Store,
  facts: readonly StoredFact[],
): Promise<Map<string, Passage>> {
  const keys = facts.map(({ asker, requestId }) => passageKey(asker, requestId));
  const bodies = await readBodies<{ passage: Passage }>(store, keys);
  return new Map(bodies.map(([request, { passage }]) => [request, passage]));
}

/** The bodies of audit rows, by their idempotency keys. */
async function readBodies<Body>(
  store: Store,
  keys: readonly string[],
): Promise<[request: string, body: Body][]> {
  const rows = await store.transaction((tx) => store.lookup(tx, auditByRequest, keys));
  return rows.map(({ request, body }) => [request, JSON.parse(body)]);
}

/** A refused fact, with the reason. */
export interface RefusedFact {
  asker: string;
  site: string;
  code: string;
  receivedAt: number;
}

/** Refused facts in order of arrival, a thousand at most. */
export async function refusedFacts(store: Store): Promise<RefusedFact[]> {
  const rows = await store.db
    .selectFrom('audit')
    .select(['at', 'body'])
    .where('kind', '=', 'factRefused')
    .orderBy('at')
    .limit(REFUSED_MAX)
    .execute();
  return rows.map(({ at, body }) => {
    const { asker, site, code }: Omit<RefusedFact, 'receivedAt'> = JSON.parse(body);
    return { asker, site, code, receivedAt: at };
  });
}

async function readVersions(store: Store): Promise<Map<string, Version[]>> {
  const rows = await store.db
    .selectFrom('offline_version')
    .selectAll()
    .orderBy('version')
    .execute();
  const byPolicy = new Map<string, Version[]>();
  for (const { policy, ...version } of rows) {
    const known = byPolicy.get(policy) ?? [];
    known.push(version);
    byPolicy.set(policy, known);
  }
  return byPolicy;
}

function compare(
  fact: StoredFact,
  list: FactBody['list'],
  online: Map<string, Verdict>,
  versions: readonly Version[],
): Comparison {
  const verdict = online.get(requestKey(fact.asker, fact.requestId));
  if (verdict) {
    return { kind: isSame(verdict, fact.verdict) ? 'sameAsServer' : 'otherThanServer' };
  }
  if (!list) {
    return { kind: 'noList' };
  }
  const used = versions.findLast(({ version }) => version <= list.version);
  if (!used || used.epoch !== list.epoch) {
    return { kind: 'unknown' };
  }
  const later = versions.filter(
    ({ version, issued_at }) =>
      version > list.version && issued_at <= fact.decidedAt + CLOCK_TOLERANCE_MS,
  );
  let changed = 0;
  for (const one of later) {
    if (one.changed === null) {
      return { kind: 'unknown' };
    }
    changed += one.changed;
  }
  const entries = later.at(-1)?.entries ?? used.entries;
  return changed === 0 ? { kind: 'current' } : { kind: 'behind', changed, entries };
}

/** Compares outcomes only, because a list knows a single "no" without a reason. */
function isSame(one: Verdict, other: Verdict): boolean {
  return (
    one.outcome === other.outcome &&
    (one.outcome !== 'granted' || other.outcome !== 'granted' || one.companion === other.companion)
  );
}
