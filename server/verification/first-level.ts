import { VarcoError } from '../../shared/errors.ts';
import { romeDay } from '../../shared/rome-day.ts';
import type { Asker } from '../audit/asker.ts';
import type { Audit } from '../audit/audit.ts';

import { requestKey } from '../audit/request-key.ts';
import { Guesses } from '../guessing/guesses.ts';
import type { Keyring } from '../keys/keyring.ts';
import { cardStanding } from '../registry/card-standing.ts';
import type { StatusFacts } from '../registry/person-status.ts';
import type { SourceAnswer, StatusSource } from '../registry/status-source.ts';
import type { Area } from '../registry/verbale.ts';
import type { Store, Tx } from '../store/store.ts';
import { earlierAnswer } from './earlier-answer.ts';
import type { GateLookup } from './gate-lookup.ts';
import { type Recognition, recognise } from './recognition.ts';

/** The name of first-level checks in the audit and in the citizen's list of checks. */
export const FIRST_LEVEL_POLICY = 'first-level';

/** A first-level check: which conditions does the archive recognise? */
export interface FirstLevelRequest {
  /** `operator:ID` at a desk, `reader:PSEUDONYM` on the public reading page. */
  asker: Asker;
  /** A UUID. Repeated with the same credential and code it gets the same answer, and one audit row. */
  requestId: string;
  credentialId: string;
  codiceFiscale: string;
}

/** Yes or no in each of the five areas (domain §2); "no" includes what exists on paper only. */
export type AreaAnswers = Record<Area, boolean>;

/**
 * The first level's answer: never a percentage, a giudizio or a date of the verbale.
 *
 * - `status`: the areas. `card`: a Disability Card, of which only the validity is disclosed (domain §4).
 * - `notRecognised`: unknown, wrong codice fiscale, revoked, expired or locked, indistinguishably.
 * - `notInArchive`: no electronic verbale, so the paper one is needed. `unavailable`: can't confirm now.
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
  /** Such as `1F3A-9C20-77DE`: identifies the check in the citizen's list "who checked me". */
  reference: string;
}

/** Bound on checks waiting for the store; one more is rejected as `overloaded`. */
const PENDING_MAX = 1024;

/** A request with everything that is computed before the transaction. */
interface PreparedRequest extends FirstLevelRequest {
  mac: string;
  /** The idempotency key; a keyed hash of the credential and code keeps different checks apart. */
  key: string;
  reference: string;
  upstream: SourceAnswer | undefined;
}

/**
 * Answers the reading page and the operators' desk, with the guessing limits, audit and constant work of
 * {@link Verification}. People type these checks one by one, so each has its own transaction.
 */
export class FirstLevel {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #gateLookup: GateLookup;
  readonly #audit: Audit;
  readonly #source: StatusSource | undefined;
  readonly #now: () => number;
  #pending = 0;

  constructor(deps: {
    store: Store;
    keyring: Keyring;
    gateLookup: GateLookup;
    audit: Audit;
    /** Absent: the registry answers. */
    source?: StatusSource | undefined;
    now: () => number;
  }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#gateLookup = deps.gateLookup;
    this.#audit = deps.audit;
    this.#source = deps.source;
    this.#now = deps.now;
  }

  /** @throws VarcoError `overloaded`, `storeUnavailable`: no answer without its audit row. */
  async ask(request: FirstLevelRequest): Promise<FirstLevelResult> {
    if (this.#pending >= PENDING_MAX) {
      throw new VarcoError('overloaded', 'Too many first-level checks wait');
    }
    this.#pending += 1;
    try {
      const { asker, requestId, credentialId, codiceFiscale } = request;
      const mac = this.#keyring.codeMac(codiceFiscale);
      const bound = this.#keyring.oneTimeCodeMac('firstLevel', requestId, credentialId, mac);
      const prepared: PreparedRequest = {
        ...request,
        mac,
        key: `${requestKey(asker.id, requestId)} ${bound.slice(0, 24)}`,
        reference: bound
          .slice(-12)
          .toUpperCase()
          .replace(/(.{4})(?=.)/g, '$1-'),
        upstream: await this.#askSource(credentialId, codiceFiscale, mac),
      };
      return await this.#store.transaction((tx) => this.#answer(tx, prepared));
    } finally {
      this.#pending -= 1;
    }
  }

  /** Asks the external source only when the code and the codice fiscale match. */
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
      recognise(
        { credentialId, mac },
        await this.#gateLookup.find(tx, [credentialId], this.#now()),
        this.#now(),
      ),
    );
    return cause === 'recognised' ? source.statusOf(codiceFiscale) : undefined;
  }

  async #answer(tx: Tx, prepared: PreparedRequest): Promise<FirstLevelResult> {
    const { asker, credentialId, mac, key, reference } = prepared;
    const earlier = await earlierAnswer<FirstLevelAnswer>(tx, key);
    if (earlier) {
      return { ...earlier, reference };
    }
    const decidedAt = this.#now();
    const found = await this.#gateLookup.find(tx, [credentialId], decidedAt);
    const recognition = recognise({ credentialId, mac }, found, decidedAt);
    const one = { asker, credentialId };
    const guesses = await Guesses.read(this.#store, tx, [one], decidedAt);
    const retryAfterMs = guesses.waitMs(one, decidedAt);
    // Computed for everybody, the timing decoy too, so that a refusal takes as long as an answer.
    const status = this.#answerOf(recognition, prepared.upstream, romeDay(decidedAt));
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
    day: string,
  ): FirstLevelAnswer {
    const status = upstream?.kind === 'known' ? upstream.status : own;
    if (upstream?.kind === 'unavailable') {
      return { outcome: 'unavailable' };
    }
    return row.kind === 'card'
      ? { outcome: 'card', valid: cardStanding(status, row, day).name === 'valid' }
      : statusAnswer(status);
  }
}

/** Yes or no in each area. Pure. */
export function statusAnswer(status: StatusFacts): FirstLevelAnswer {
  if (Object.keys(status).length === 0) {
    return { outcome: 'notInArchive' };
  }
  const isRecognised = (area: Area) => status[area]?.recognised === true;
  const answers: AreaAnswers = {
    invaliditaCivile: isRecognised('invaliditaCivile'),
    cecitaCivile: isRecognised('cecitaCivile'),
    sordita: isRecognised('sordita'),
    disabilita: isRecognised('disabilita'),
    handicap: isRecognised('handicap'),
  };
  return { outcome: 'status', areas: answers };
}
