import { VarcoError } from '../../shared/errors.ts';
import { romeDay } from '../../shared/rome-day.ts';
import type { Asker } from '../audit/asker.ts';
import type { Audit } from '../audit/audit.ts';
import { requestKey } from '../audit/request-key.ts';
import { demand, type FleetActor } from '../fleet/access/actor.ts';
import { Guesses } from '../guessing/guesses.ts';
import { KnownBlocks } from '../guessing/known-blocks.ts';
import type { Keyring } from '../keys/keyring.ts';
import { cardStanding } from '../registry/card-standing.ts';
import type { StatusFacts } from '../registry/person-status.ts';
import type { SourceAnswer, StatusSource } from '../registry/status-source.ts';
import type { Area } from '../registry/verbale.ts';
import type { Store, Tx } from '../store/store.ts';
import { earlierAnswer } from './earlier-answer.ts';
import type { GateLookup } from './gate-lookup.ts';
import { warnOfGuessing } from './guessing-warning.ts';
import type { Warnings } from './messenger.ts';
import { type Recognition, recognise } from './recognition.ts';
import type { RefusalCounts } from './refusal-counts.ts';

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
  /** A phone's live code was shown, and was current then. */
  isLive?: boolean | undefined;
}

/** Yes or no in each of the five areas (domain §2); "no" includes what exists on paper only. */
export type AreaAnswers = Record<Area, boolean>;

/**
 * The first level's answer: never a percentage, a giudizio or a date of the verbale.
 *
 * - `status`: the areas. `card`: a Disability Card, of which only the validity is disclosed (domain §4).
 * - `notRecognised`: unknown, wrong codice fiscale, revoked, expired or locked, indistinguishably.
 * - `throttled`: too many wrong tries; `needs` as in a gate's verdict.
 * - `notInArchive`: no electronic verbale, so the paper one is needed. `unavailable`: can't confirm now.
 */
export type FirstLevelAnswer =
  | { outcome: 'status'; areas: AreaAnswers }
  | { outcome: 'card'; valid: boolean }
  | { outcome: 'notRecognised' }
  | { outcome: 'notInArchive' }
  | { outcome: 'unavailable' }
  | { outcome: 'throttled'; retryAfterMs: number; needs?: 'liveCode' | undefined };

export interface FirstLevelResult {
  answer: FirstLevelAnswer;
  /** Unix milliseconds. */
  decidedAt: number;
  /**
   * Such as `1F3A-9C20-77DE`: identifies the check in the citizen's list "who checked me". Of a `throttled`
   * answer the list has a count alone.
   */
  reference: string;
}

const THROTTLED = { kind: 'firstLevel', outcome: 'throttled' };
/** Bound on checks waiting for the store; one more is rejected as `overloaded`. */
const PENDING_MAX = 1024;

/** A request with everything that is computed before the transaction. */
interface PreparedRequest extends FirstLevelRequest {
  mac: string;
  /** The idempotency key; a keyed hash of the credential and code keeps different checks apart. */
  key: string;
  reference: string;
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
  readonly #warnings: Warnings | undefined;
  readonly #refusals: RefusalCounts;
  readonly #now: () => number;
  readonly #blocks = new KnownBlocks();
  #pending = 0;

  constructor(deps: {
    store: Store;
    keyring: Keyring;
    gateLookup: GateLookup;
    audit: Audit;
    /** Absent: the registry answers. */
    source?: StatusSource | undefined;
    /** Absent: nobody can be warned. */
    warnings?: Warnings | undefined;
    refusals: RefusalCounts;
    now: () => number;
  }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#gateLookup = deps.gateLookup;
    this.#audit = deps.audit;
    this.#source = deps.source;
    this.#warnings = deps.warnings;
    this.#refusals = deps.refusals;
    this.#now = deps.now;
  }

  /**
   * A check at the desk of a site, by a member of staff who may check there.
   *
   * @throws VarcoError `forbidden`, and as {@link ask}.
   */
  async askAtDesk(
    who: FleetActor,
    { site, ...request }: Omit<FirstLevelRequest, 'asker'> & { site: string },
  ): Promise<FirstLevelResult> {
    demand(who, 'desk.check', { site });
    return this.ask({ ...request, asker: { id: who.id.replace(/^staff:/, 'operator:'), site } });
  }

  /** @throws VarcoError `overloaded`, `storeUnavailable`: no answer without its audit row. */
  async ask(request: FirstLevelRequest): Promise<FirstLevelResult> {
    const prepared = this.#prepare(request);
    const blocked = this.#knownBlock(prepared);
    if (blocked) {
      return blocked;
    }
    if (this.#pending >= PENDING_MAX) {
      throw new VarcoError('overloaded', 'Too many first-level checks wait');
    }
    this.#pending += 1;
    try {
      const upstream = this.#source && (await this.#askSource(this.#source, prepared));
      return await this.#store.transaction((tx) => this.#answer(tx, prepared, upstream));
    } finally {
      this.#pending -= 1;
    }
  }

  #prepare(request: FirstLevelRequest): PreparedRequest {
    const { asker, requestId, credentialId, codiceFiscale } = request;
    const mac = this.#keyring.codeMac(codiceFiscale);
    const bound = this.#keyring.oneTimeCodeMac('firstLevel', requestId, credentialId, mac);
    const key = `${requestKey(asker.id, requestId)} ${bound.slice(0, 24)}`;
    const reference = bound
      .slice(-12)
      .toUpperCase()
      .replace(/(.{4})(?=.)/g, '$1-');
    return { ...request, mac, key, reference };
  }

  /** The answer to somebody who is known to be blocked: counted, without a look into the database. */
  #knownBlock(prepared: PreparedRequest): FirstLevelResult | undefined {
    const { asker, credentialId, reference } = prepared;
    const decidedAt = this.#now();
    const refusal = this.#blocks.refusal(prepared, decidedAt);
    if (!refusal || !this.#refusals.countKnown(asker, credentialId, THROTTLED, decidedAt)) {
      return undefined;
    }
    return { answer: { outcome: 'throttled', ...refusal }, decidedAt, reference };
  }

  /** Asks the external source only when the code and the codice fiscale match, and nobody is blocked. */
  async #askSource(source: StatusSource, prepared: PreparedRequest): Promise<SourceAnswer> {
    const { credentialId, mac, isLive } = prepared;
    const isAsked = await this.#store.transaction(async (tx) => {
      const now = this.#now();
      const live = new Set(isLive ? [prepared] : []);
      const guesses = await Guesses.read(this.#store, tx, [prepared], now, live);
      const found = await this.#gateLookup.find(tx, [credentialId], now);
      const { cause } = recognise({ credentialId, mac }, found, now);
      return !guesses.refusal(prepared, now) && cause === 'recognised';
    });
    return isAsked ? source.statusOf(prepared.codiceFiscale) : { kind: 'unavailable' };
  }

  async #answer(
    tx: Tx,
    prepared: PreparedRequest,
    upstream: SourceAnswer | undefined,
  ): Promise<FirstLevelResult> {
    const { asker, credentialId, isLive, mac, key, reference } = prepared;
    const earlier = await earlierAnswer<FirstLevelAnswer>(tx, key);
    if (earlier) {
      return { ...earlier, reference };
    }
    const decidedAt = this.#now();
    const live = new Set(isLive ? [prepared] : []);
    const guesses = await Guesses.locked(this.#store, tx, [prepared], decidedAt, live);
    const found = await this.#gateLookup.find(tx, [credentialId], decidedAt);
    const recognition = recognise({ credentialId, mac }, found, decidedAt);
    const refusal = guesses.refusal(prepared, decidedAt);
    // Computed for everybody, the timing decoy too, so that a refusal takes as long as an answer.
    const status = this.#answerOf(recognition, upstream, romeDay(decidedAt));
    if (refusal) {
      this.#blocks.remember(prepared, refusal, decidedAt);
      const answer = { outcome: 'throttled', ...refusal } as const;
      const { subject } = recognition;
      const note = { ...THROTTLED, subject, policy: FIRST_LEVEL_POLICY };
      if (this.#refusals.mustRecord(asker, credentialId, note, decidedAt)) {
        await this.#record(tx, prepared, recognition, { answer, decidedAt });
      }
      return { answer, decidedAt, reference };
    }
    let answer: FirstLevelAnswer = status;
    if (recognition.cause !== 'recognised') {
      guesses.recordFailure(prepared, decidedAt);
      answer = { outcome: 'notRecognised' };
    }
    await guesses.write(this.#store, tx);
    await warnOfGuessing(this.#warnings, tx, guesses, found, decidedAt);
    await this.#record(tx, prepared, recognition, { answer, decidedAt });
    return { answer, decidedAt, reference };
  }

  async #record(
    tx: Tx,
    { asker, key, reference }: PreparedRequest,
    { cause, subject }: Recognition,
    { answer, decidedAt }: Omit<FirstLevelResult, 'reference'>,
  ): Promise<void> {
    const body = {
      asker: asker.id,
      site: asker.site,
      policy: FIRST_LEVEL_POLICY,
      verdict: answer,
      cause,
      reference,
    };
    const event = { kind: 'firstLevel', subject, request: key, body };
    await this.#audit.append(tx, [event], decidedAt);
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
