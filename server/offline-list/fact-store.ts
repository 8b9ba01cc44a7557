import { createHash } from 'node:crypto';
import { type DecidedFact, type Fact, factSchema } from '../../shared/fact.ts';
import type { AnswerOf } from '../../shared/protocol/actions.ts';
import type { Audit, AuditEvent } from '../audit/audit.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Policies } from '../policies/policies.ts';
import type { Store, Tx } from '../store/store.ts';
import {
  auditByRequest,
  type FactProblem,
  factKey,
  passageKey,
  problemOf,
  readOpened,
  readPublished,
} from './fact-checks.ts';
import { FactQuarantine, type Refusal } from './fact-quarantine.ts';
import type { FactSource } from './fact-source.ts';

type Result = AnswerOf<'Facts'>['results'][number];

/** A fact as it came: `text` is what its hash is over. */
type Delivered = { fact: Fact; text: string } | { fact: undefined; text: string };

/** The audit body of an answer given at the gate: with the kiosk's time, and without a person. */
export interface FactBody extends Omit<DecidedFact, 'kind' | 'requestId'> {
  asker: string;
  site: string;
}

export interface FactStoreDeps {
  store: Store;
  audit: Audit;
  policies: Policies;
  keyring: Keyring;
  now: () => number;
}

/**
 * Stores facts that kiosks deliver, as they are and never decided again. Those that can't be true are
 * refused, and kept apart: a kiosk's key may be in the wrong hands.
 */
export class FactStore {
  readonly quarantine: FactQuarantine;
  readonly #deps: FactStoreDeps;

  constructor(deps: FactStoreDeps) {
    this.#deps = deps;
    this.quarantine = new FactQuarantine(deps);
  }

  /**
   * Decrypts sealed facts and stores them in order, each once, in one unit of work: an `accepted` fact is
   * durable, and a refused one keeps none of the others out.
   *
   * @throws VarcoError `storeUnavailable`: none was stored, and all may be delivered again.
   */
  async acceptSealed(source: FactSource, boxes: readonly string[]): Promise<Result[]> {
    const delivered = await Promise.all(boxes.map((box) => this.#open(box)));
    return this.#deps.store.transaction((tx) => this.#take(tx, source, delivered));
  }

  /** The same for decrypted facts. @throws VarcoError `storeUnavailable`. */
  accept(source: FactSource, facts: readonly Fact[]): Promise<Result[]> {
    const delivered = facts.map((fact) => ({ fact, text: canonical(fact) }));
    return this.#deps.store.transaction((tx) => this.#take(tx, source, delivered));
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

  async #open(box: string): Promise<Delivered> {
    try {
      const fact = factSchema.parse(JSON.parse(await this.#deps.keyring.openFact(box)));
      return { fact, text: canonical(fact) };
    } catch {
      return { fact: undefined, text: box };
    }
  }

  async #take(tx: Tx, source: FactSource, delivered: readonly Delivered[]): Promise<Result[]> {
    const facts = delivered.flatMap(({ fact }) => (fact ? [fact] : []));
    const kept = await this.#keptBodies(tx, source, facts);
    const opened = await readOpened(this.#deps.store, tx, source, facts);
    const { policies, now } = this.#deps;
    const context = {
      source,
      now: now(),
      isPolicyKnown: (policy: string) => policies.list().some(({ id }) => id === policy),
      publishedAt: await readPublished(tx, facts),
      opened: (requestId: string) => opened.has(requestId),
    };
    const events: AuditEvent[] = [];
    const refusals: Refusal[] = [];
    const results = delivered.map(({ fact, text }): Result => {
      const refuse = (code: FactProblem, content: object): Result => {
        const hash = createHash('sha256').update(text).digest('hex');
        const kind = fact?.kind ?? 'unreadable';
        refusals.push({ hash, kind, code, body: { ...content } });
        return { outcome: 'refused', code };
      };
      if (!fact) {
        return refuse('factUnreadable', {});
      }
      const request = auditKey(fact, source.id);
      const { requestId, kind, ...content } = fact;
      const body = { asker: source.id, site: source.site, ...content };
      const before = kept.get(request);
      if (before !== undefined && contentOf(JSON.parse(before)) === contentOf(body)) {
        return { outcome: 'accepted' };
      }
      const code = before === undefined ? problemOf(fact, context) : 'factConflicts';
      if (code) {
        return refuse(code, content);
      }
      kept.set(request, JSON.stringify(body));
      if (kind === 'decided' && fact.verdict.outcome === 'granted') {
        opened.add(requestId);
      }
      events.push({ kind: kind === 'decided' ? 'fact' : 'passage', request, body });
      return { outcome: 'accepted' };
    });
    await this.#deps.audit.append(tx, events);
    await this.quarantine.add(tx, source, refusals);
    return results;
  }

  /** What is stored already under the keys of these facts. */
  async #keptBodies(
    tx: Tx,
    { id }: FactSource,
    facts: readonly Fact[],
  ): Promise<Map<string, string>> {
    const keys = facts.map((fact) => auditKey(fact, id));
    const rows = await this.#deps.store.lookup(tx, auditByRequest, keys);
    return new Map(rows.map(({ request, body }) => [request ?? '', body]));
  }
}

function auditKey({ kind, requestId }: Fact, asker: string): string {
  return kind === 'decided' ? factKey(asker, requestId) : passageKey(asker, requestId);
}

/** The compared content of a fact, without the fields that may differ when it is delivered again. */
function contentOf(body: Record<string, unknown>): string {
  const { site: _site, asker: _asker, clockTrust: _trust, ...rest } = body;
  return canonical(rest);
}

/** A text that is the same for the same content, whatever the order of its fields. */
function canonical(content: object): string {
  return JSON.stringify(content, (_key, value: unknown) =>
    typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
}
