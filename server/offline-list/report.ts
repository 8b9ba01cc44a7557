import type { Passage } from '../../shared/fact.ts';
import type { Verdict } from '../../shared/verdict.ts';
import { requestKey } from '../audit/request-key.ts';
import { lookupOf, type Store } from '../store/store.ts';
import { type FactBody, passageKey } from './fact-store.ts';

/**
 * How an offline answer compares with what the registry said when it was given. A fact names nobody, so
 * that a kiosk's disk tells nothing; what can be told without a name is this:
 *
 * - `sameAsServer`, `otherThanServer`: the server answered the same request too, a little too late for
 *   the gate, and said the same or not.
 * - `current`: no entry of the list had changed by then: the registry said the same of everybody.
 * - `behind`: entries had changed that the gate did not know of yet; `changed` of `entries`, at most.
 * - `noList`: the gate had no list that it might use, and said that it could not tell.
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
  /** Whether somebody went through, where a passage sensor told. */
  passage?: Passage;
}

/** Facts decided in a range of time, both ends included. */
export interface ReportRange {
  from?: number;
  to?: number;
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
/** A kiosk's time lags by what the boot's answer took; a change this close counts as before. */
const CLOCK_TOLERANCE_MS = 2_000;
const answered = lookupOf('audit', ['request', 'body'], 'request', { keyType: 'text' });

/** Every offline answer that reached the server, in the order of its arrival at each node. */
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
        yield { ...line, comparison, ...(passage ? { passage } : {}) };
      }
      if (rows.length < PAGE) {
        break;
      }
      last = rows.at(-1)?.sequence ?? last;
    }
  }
}

type KeptFact = Omit<ReportLine, 'comparison'> & Pick<FactBody, 'list'>;

function toFact(request: string, receivedAt: number, text: string): KeptFact {
  const { asker, site, policy, verdict, decidedAt, clockTrust, list } = JSON.parse(
    text,
  ) as FactBody;
  const requestId = request.slice(request.lastIndexOf(' ') + 1);
  const fact = { requestId, asker, site, policy, verdict, decidedAt, receivedAt, clockTrust };
  return { ...fact, ...(list ? { list } : {}) };
}

async function readAnswers(
  store: Store,
  facts: readonly KeptFact[],
): Promise<Map<string, Verdict>> {
  const keys = facts.map(({ asker, requestId }) => requestKey(asker, requestId));
  const rows = await store.transaction((tx) => store.lookup(tx, answered, keys));
  return new Map(
    rows.map(({ request, body }) => [request, (JSON.parse(body) as { verdict: Verdict }).verdict]),
  );
}

async function readPassages(
  store: Store,
  facts: readonly KeptFact[],
): Promise<Map<string, Passage>> {
  const keys = facts.map(({ asker, requestId }) => passageKey(asker, requestId));
  const rows = await store.transaction((tx) => store.lookup(tx, answered, keys));
  return new Map(
    rows.map(({ request, body }) => [request, (JSON.parse(body) as { passage: Passage }).passage]),
  );
}

/** A fact that was refused: what it said, and why it is not believed. */
export interface RefusedFact {
  asker: string;
  site: string;
  code: string;
  receivedAt: number;
}

/** Every fact that was refused, in the order of arrival at each node, a thousand at most. */
export async function refusedFacts(store: Store): Promise<RefusedFact[]> {
  const rows = await store.db
    .selectFrom('audit')
    .select(['at', 'body'])
    .where('kind', '=', 'factRefused')
    .orderBy('at')
    .limit(REFUSED_MAX)
    .execute();
  return rows.map(({ at, body }) => {
    const { asker, site, code } = JSON.parse(body) as RefusedFact;
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
    byPolicy.set(policy, [...(byPolicy.get(policy) ?? []), version]);
  }
  return byPolicy;
}

function compare(
  fact: KeptFact,
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

/** A list knows one "no", so the reason of a refusal says nothing. */
function isSame(one: Verdict, other: Verdict): boolean {
  return (
    one.outcome === other.outcome &&
    (one.outcome !== 'granted' || other.outcome !== 'granted' || one.companion === other.companion)
  );
}
