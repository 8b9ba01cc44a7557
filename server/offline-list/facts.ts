import type { AnswerOf, RequestOf } from '../../shared/protocol/messages.ts';
import type { Audit, AuditEvent } from '../audit/audit.ts';
import type { Lookup, Store, Tx } from '../store/store.ts';
import type { Policies } from '../verification/policies.ts';
import type { Asker } from '../verification/settlement.ts';

/** What a gate decided without the server. */
export type Fact = RequestOf<'Facts'>['facts'][number];
type Result = AnswerOf<'Facts'>['results'][number];

/** Why a fact is refused for good; a closed set. */
export type FactProblem =
  /** By a clock that was not unset, it happened in the future. */
  | 'factFromFuture'
  /** No version of this policy was ever in force here. */
  | 'policyUnknown'
  /** A verdict that no list gives, or one from a list without saying which. */
  | 'factImpossible'
  /** The same request id came before with another content. */
  | 'factConflicts';

/** A kiosk's clock may be ahead by this much. */
const AHEAD_MAX_MS = 600_000;

/** What the audit keeps of a fact: with its own time, and nobody's name. */
export interface FactBody extends Omit<Fact, 'requestId'> {
  asker: string;
  site: string;
}

const known: Lookup = { head: 'select request, body from audit where request', keyType: 'text' };

/** Facts that kiosks bring when the link returns: kept as they are, never judged again. */
export class Facts {
  readonly #store: Store;
  readonly #audit: Audit;
  readonly #policies: Policies;
  readonly #now: () => number;

  constructor(deps: { store: Store; audit: Audit; policies: Policies; now: () => number }) {
    this.#store = deps.store;
    this.#audit = deps.audit;
    this.#policies = deps.policies;
    this.#now = deps.now;
  }

  /**
   * Keeps facts in their order, each once, in one unit of work: what is `accepted` is on the disk.
   *
   * @throws VarcoError `storeUnavailable`: none was kept, and all may come again.
   */
  take(asker: Asker, facts: readonly Fact[]): Promise<Result[]> {
    return this.#store.transaction((tx) => this.#take(tx, asker, facts));
  }

  /** How many facts were ever kept. */
  async count(): Promise<number> {
    const { count } = await this.#store.db
      .selectFrom('audit')
      .select((row) => row.fn.countAll<number>().as('count'))
      .where('kind', '=', 'fact')
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  async #take(tx: Tx, asker: Asker, facts: readonly Fact[]): Promise<Result[]> {
    const keys = facts.map(({ requestId }) => factKey(asker.id, requestId));
    const rows = await this.#store.lookup<{ request: string; body: string }>(tx, known, keys);
    const bodies = new Map(rows.map(({ request, body }) => [request, body]));
    const events: AuditEvent[] = [];
    const results = facts.map((fact): Result => {
      const { requestId, ...rest } = fact;
      const request = factKey(asker.id, requestId);
      const body: FactBody = { asker: asker.id, site: asker.site, ...rest };
      const kept = bodies.get(request);
      if (kept !== undefined) {
        return isSame(JSON.parse(kept) as FactBody, body)
          ? { outcome: 'accepted' }
          : { outcome: 'refused', code: 'factConflicts' };
      }
      const code = this.#problem(fact);
      if (code) {
        return { outcome: 'refused', code };
      }
      bodies.set(request, JSON.stringify(body));
      events.push({ kind: 'fact', request, body: { ...body } });
      return { outcome: 'accepted' };
    });
    await this.#audit.append(tx, events);
    return results;
  }

  #problem({ verdict, list, policy, decidedAt, clockTrust }: Fact): FactProblem | undefined {
    const isDecided = verdict.outcome === 'granted' || verdict.outcome === 'denied';
    if (verdict.outcome === 'otpRequired' || verdict.outcome === 'throttled') {
      return 'factImpossible';
    }
    if (isDecided && !list) {
      return 'factImpossible';
    }
    if (!this.#policies.list().some(({ id }) => id === policy)) {
      return 'policyUnknown';
    }
    const isAhead = clockTrust !== 'unset' && decidedAt > this.#now() + AHEAD_MAX_MS;
    return isAhead ? 'factFromFuture' : undefined;
  }
}

/** The audit's key of a fact: beside that of the server's own answer to the same request, if any. */
export function factKey(asker: string, requestId: string): string {
  return `fact ${asker} ${requestId}`;
}

/** The site and whether somebody went through may be known better the second time. */
function isSame(kept: FactBody, given: FactBody): boolean {
  const contentOf = ({ policy, verdict, decidedAt, list }: FactBody) =>
    JSON.stringify([policy, Object.entries(verdict).sort(), decidedAt, list?.epoch, list?.version]);
  return contentOf(kept) === contentOf(given);
}
