import { VarcoError } from '../../shared/errors.ts';
import type { Asker } from '../audit/asker.ts';
import type { Audit } from '../audit/audit.ts';
import { answerOf } from '../audit/body.ts';
import { requestKey } from '../audit/request-key.ts';
import { Guesses } from '../guessing/guesses.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { StatusFacts } from '../registry/person-status.ts';
import type { SourceAnswer, StatusSource } from '../registry/status-source.ts';
import { type Area, areas } from '../registry/verbale.ts';
import type { Store, Tx } from '../store/store.ts';
import type { GateLookup } from './gate-lookup.ts';
import { type Recognition, recognise } from './recognition.ts';

/** The name under which the audit, and the citizen's list of checks, keep first-level questions. */
export const FIRST_LEVEL_POLICY = 'first-level';

/** A question of the first level: is the status there? */
export interface FirstLevelRequest {
  /** `operator:ID` at a desk, `reader:PSEUDONYM` on the public reading page. */
  asker: Asker;
  /** A UUID: the same one with the same credential and code gets the same answer, and one audit row. */
  requestId: string;
  credentialId: string;
  codiceFiscale: string;
}

/** Yes or no in each of the five areas (domain §2); "no" is also said of what is on paper only. */
export type AreaAnswers = Record<Area, boolean>;

/**
 * The first level's answer: never a percentage, a giudizio or a date of the verbale.
 *
 * - `status`: the areas; `card`: a Disability Card, of which only its being valid is told (domain §4).
 * - `notRecognised`: unknown, wrong codice fiscale, revoked, expired, locked: one word for all.
 * - `notInArchive`: nothing electronic is known: show the paper verbale. `unavailable`: can't confirm now.
 */
export type FirstLevelAnswer =
  | { outcome: 'status'; areas: AreaAnswers }
  | { outcome: 'card'; valid: boolean }
  | { outcome: 'notRecognised' }
  | { outcome: 'notInArchive' }
  | { outcome: 'unavailable' }
  | { outcome: 'throttled'; retryAfterMs: number };

export interface FirstLevelResult {
  answer: FirstLevelAnswer;
  /** Unix milliseconds. */
  decidedAt: number;
  /** Such as `1F3A-9C20-77DE`: the citizen finds the check by it under "who checked me". */
  reference: string;
}

/** Questions that wait for the store, at most; one more is refused as `overloaded`. */
const WAITING_MAX = 1024;

/** A question on its way, with what is worked out before the transaction. */
interface Question extends FirstLevelRequest {
  mac: string;
  /** The idempotency key; it holds a keyed hash of what is asked, so that no other question meets it. */
  key: string;
  reference: string;
  upstream: SourceAnswer | undefined;
}

/**
 * Answers the reading page and the operators' desk, with the guessing limits, the audit and the even
 * work of {@link Verification}; a question is typed by a person, so each is a transaction of its own.
 */
export class FirstLevel {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #records: GateLookup;
  readonly #audit: Audit;
  readonly #source: StatusSource | undefined;
  readonly #now: () => number;
  #waiting = 0;

  constructor(deps: {
    store: Store;
    keyring: Keyring;
    records: GateLookup;
    audit: Audit;
    /** Absent: the registry answers. */
    source?: StatusSource | undefined;
    now: () => number;
  }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#records = deps.records;
    this.#audit = deps.audit;
    this.#source = deps.source;
    this.#now = deps.now;
  }

  /**
   * Answers a question.
   *
   * @throws VarcoError `overloaded`, `storeUnavailable`: no answer without its audit row.
   */
  async ask(request: FirstLevelRequest): Promise<FirstLevelResult> {
    if (this.#waiting >= WAITING_MAX) {
      throw new VarcoError('overloaded', 'Too many questions wait');
    }
    this.#waiting += 1;
    try {
      const { asker, requestId, credentialId, codiceFiscale } = request;
      const mac = this.#keyring.codeMac(codiceFiscale);
      const bound = this.#keyring.oneTimeCodeMac('firstLevel', requestId, credentialId, mac);
      const question: Question = {
        ...request,
        mac,
        key: `${requestKey(asker.id, requestId)} ${bound.slice(0, 24)}`,
        reference: bound
          .slice(-12)
          .toUpperCase()
          .replace(/(.{4})(?=.)/g, '$1-'),
        upstream: await this.#askSource(credentialId, codiceFiscale, mac),
      };
      return await this.#store.transaction((tx) => this.#settle(tx, question));
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Asks upstream for those only whose code and codice fiscale belong together. */
  async #askSource(
    credentialId: string,
    codiceFiscale: string,
    mac: string,
  ): Promise<SourceAnswer | undefined> {
    const source = this.#source;
    if (!source) {
      return undefined;
    }
    const { cause } = await this.#store.transaction(async (tx) =>
      recognise({ credentialId, mac }, await this.#records.find(tx, [credentialId]), this.#now()),
    );
    return cause === 'recognised' ? source.statusOf(codiceFiscale) : undefined;
  }

  async #settle(tx: Tx, question: Question): Promise<FirstLevelResult> {
    const { asker, credentialId, mac, key, reference } = question;
    const known = await tx
      .selectFrom('audit')
      .select(['at', 'body'])
      .where('request', '=', key)
      .executeTakeFirst();
    if (known) {
      const answer = answerOf<FirstLevelAnswer>(known.body);
      return { answer, decidedAt: known.at, reference };
    }
    const decidedAt = this.#now();
    const found = await this.#records.find(tx, [credentialId]);
    const recognition = recognise({ credentialId, mac }, found, decidedAt);
    const one = { asker, credentialId };
    const guesses = await Guesses.read(this.#store, tx, [one], decidedAt);
    const retryAfterMs = guesses.waitMs(one, decidedAt);
    // Worked out for everybody, the stand-in too, so that a refusal costs what an answer costs.
    const status = this.#answerOf(recognition, question.upstream);
    let answer: FirstLevelAnswer = status;
    if (retryAfterMs > 0) {
      answer = { outcome: 'throttled', retryAfterMs };
    } else if (recognition.cause !== 'recognised') {
      await guesses.preload(this.#store, tx, [one]);
      guesses.recordFailure(one, decidedAt);
      answer = { outcome: 'notRecognised' };
    }
    await guesses.write(this.#store, tx);
    const body = {
      asker: asker.id,
      site: asker.site,
      policy: FIRST_LEVEL_POLICY,
      verdict: answer,
      cause: recognition.cause,
      reference,
    };
    const event = { kind: 'firstLevel', subject: recognition.subject, request: key, body };
    await this.#audit.append(tx, [event], decidedAt);
    return { answer, decidedAt, reference };
  }

  #answerOf(
    { row, facts: own }: Recognition,
    upstream: SourceAnswer | undefined,
  ): FirstLevelAnswer {
    const status = upstream?.kind === 'known' ? upstream.status : own;
    if (upstream?.kind === 'unavailable') {
      return { outcome: 'unavailable' };
    }
    return row.kind === 'card' ? cardAnswer(status) : statusAnswer(status);
  }
}

/** Yes or no in each area. Pure. */
export function statusAnswer(status: StatusFacts): FirstLevelAnswer {
  if (Object.keys(status).length === 0) {
    return { outcome: 'notInArchive' };
  }
  const answers = areas.map((area) => [area, status[area]?.recognised === true]);
  return { outcome: 'status', areas: Object.fromEntries(answers) as AreaAnswers };
}

/**
 * A live card attests that the condition exists; it no longer does once the archive denies every area.
 * An archive that is silent (a card given on paper verbali) takes nothing from it. Pure.
 */
export function cardAnswer(status: StatusFacts): FirstLevelAnswer {
  const known = Object.values(status);
  const valid = known.length === 0 || known.some(({ recognised }) => recognised);
  return { outcome: 'card', valid };
}
