import { type DecidedFact, type Fact, factSchema } from '../../shared/fact.ts';
import type { AnswerOf } from '../../shared/protocol/actions.ts';
import type { Asker } from '../audit/asker.ts';
import type { Audit, AuditEvent } from '../audit/audit.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Policies } from '../policies/policies.ts';
import { lookupOf, type Store, type Tx } from '../store/store.ts';

type Result = AnswerOf<'Facts'>['results'][number];

/** Why a fact is refused for good; a closed set. */
export type FactProblem =
  /** It can't be decrypted, or its content is not a fact. */
  | 'factUnreadable'
  /** It happened in the future by a clock that was set. */
  | 'factFromFuture'
  /** No version of this policy was ever in force here. */
  | 'policyUnknown'
  /** A verdict that no list can give, or one from a list that it does not name. */
  | 'factImpossible'
  /** The same request id was received before with different content. */
  | 'factConflicts';

/** How far a kiosk's clock may be ahead. */
const AHEAD_MAX_MS = 600_000;

/** The audit body of an answer given at the gate: with the kiosk's time, and without a person. */
export interface FactBody extends Omit<DecidedFact, 'kind' | 'requestId'> {
  asker: string;
  site: string;
}

/** Reads audit rows by their idempotency keys. */
export const auditByRequest = lookupOf('audit', ['request', 'body'], 'request', {
  keyType: 'text',
});

export interface FactStoreDeps {
  store: Store;
  audit: Audit;
  policies: Policies;
  keyring: Keyring;
  now: () => number;
}

/**
 * Stores facts that kiosks deliver, as they are and never decided again. Refused ones are stored too,
 * separately, and appear in the report.
 */
export class FactStore {
  readonly #deps: FactStoreDeps;

  constructor(deps: FactStoreDeps) {
    this.#deps = deps;
  }

  /**
   * Decrypts sealed facts and stores them in order, each once, in one unit of work: an `accepted` fact is
   * durable.
   *
   * @throws VarcoError `storeUnavailable`: none was stored, and all may be delivered again.
   */
  async acceptSealed(asker: Asker, boxes: readonly string[]): Promise<Result[]> {
    const opened = await Promise.all(boxes.map((box) => this.#open(box)));
    const results = await this.accept(
      asker,
      opened.filter((fact) => fact !== undefined),
    );
    const remaining = results.values();
    return opened.map((fact) => {
      const result = fact ? remaining.next().value : undefined;
      return result ?? { outcome: 'refused', code: 'factUnreadable' };
    });
  }

  /** The same for decrypted facts. @throws VarcoError `storeUnavailable`. */
  accept(asker: Asker, facts: readonly Fact[]): Promise<Result[]> {
    return this.#deps.store.transaction((tx) => this.#take(tx, asker, facts));
  }

  /** How many answers given at gates are stored. */
  async count(): Promise<number> {
    const { count } = await this.#deps.store.db
      .selectFrom('audit')
      .select((row) => row.fn.countAll<number>().as('count'))
      .where('kind', '=', 'fact')
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  async #open(box: string): Promise<Fact | undefined> {
    try {
      return factSchema.parse(JSON.parse(await this.#deps.keyring.openFact(box)));
    } catch {
      return undefined;
    }
  }

  async #take(tx: Tx, asker: Asker, facts: readonly Fact[]): Promise<Result[]> {
    const keys = facts.flatMap((fact) => [auditKey(fact, asker), refusedKey(fact, asker)]);
    const rows = await this.#deps.store.lookup(tx, auditByRequest, keys);
    const bodies = new Map(rows.map(({ request, body }) => [request, body]));
    const events: AuditEvent[] = [];
    const results = facts.map((fact): Result => {
      const request = auditKey(fact, asker);
      const { requestId: _id, kind, ...rest } = fact;
      const body = { asker: asker.id, site: asker.site, ...rest };
      const kept = bodies.get(request);
      if (kept !== undefined && contentOf(JSON.parse(kept)) === contentOf(body)) {
        return { outcome: 'accepted' };
      }
      const code = kept === undefined ? this.#problem(fact) : 'factConflicts';
      if (code) {
        const refused = refusedKey(fact, asker);
        if (!bodies.has(refused)) {
          bodies.set(refused, '');
          events.push({
            kind: 'factRefused',
            request: refused,
            body: { ...body, fact: kind, code },
          });
        }
        return { outcome: 'refused', code };
      }
      bodies.set(request, JSON.stringify(body));
      events.push({ kind: kind === 'decided' ? 'fact' : 'passage', request, body });
      return { outcome: 'accepted' };
    });
    await this.#deps.audit.append(tx, events);
    return results;
  }

  #problem(fact: Fact): FactProblem | undefined {
    const at = fact.kind === 'decided' ? fact.decidedAt : fact.at;
    if (fact.clockTrust !== 'unset' && at > this.#deps.now() + AHEAD_MAX_MS) {
      return 'factFromFuture';
    }
    return fact.kind === 'decided' ? this.#decidedProblem(fact) : undefined;
  }

  #decidedProblem({ verdict, list, policy }: DecidedFact): FactProblem | undefined {
    if (verdict.outcome === 'otpRequired' || verdict.outcome === 'throttled') {
      return 'factImpossible';
    }
    const isDecided = verdict.outcome === 'granted' || verdict.outcome === 'denied';
    if (isDecided && !list) {
      return 'factImpossible';
    }
    return this.#deps.policies.list().some(({ id }) => id === policy) ? undefined : 'policyUnknown';
  }
}

/** The audit key of a fact; it differs from that of the server's own answer to the same request. */
export function factKey(asker: string, requestId: string): string {
  return `fact ${asker} ${requestId}`;
}

/** The audit key of a passage, which says whether somebody went through after a request. */
export function passageKey(asker: string, requestId: string): string {
  return `passage ${asker} ${requestId}`;
}

function auditKey({ kind, requestId }: Fact, asker: Asker): string {
  return kind === 'decided' ? factKey(asker.id, requestId) : passageKey(asker.id, requestId);
}

function refusedKey(fact: Fact, asker: Asker): string {
  return `refused ${auditKey(fact, asker)}`;
}

/** The compared content of a fact, without the fields that may differ when it is delivered again. */
function contentOf(body: Record<string, unknown>): string {
  const { site: _site, asker: _asker, clockTrust: _trust, ...rest } = body;
  return JSON.stringify(rest, (_key, value: unknown) =>
    typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
}
