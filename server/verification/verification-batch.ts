import { VarcoError } from '../../shared/errors.ts';
import type { Policy } from '../../shared/policy.ts';
import { romeDay } from '../../shared/rome-day.ts';
import type { Verdict } from '../../shared/verdict.ts';
import type { Asker } from '../audit/asker.ts';
import type { Audit, AuditEvent } from '../audit/audit.ts';
import { answerOf } from '../audit/body.ts';
import { Guesses } from '../guessing/guesses.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { SourceAnswer } from '../registry/status-source.ts';
import { lookupOf, type Store, type Tx } from '../store/store.ts';
import type { Answer } from './answer.ts';
import { decide, type Facts, needsBirthDate } from './decide.ts';
import { factsOf } from './facts.ts';
import type { GateLookup, LookupResult } from './gate-lookup.ts';
import { warnOfGuessing } from './guessing-warning.ts';
import { LiveCodes } from './live-codes.ts';
import type { Warnings } from './messenger.ts';
import { birthDatesOf, type Recognition, recognise } from './recognition.ts';
import type { SecondLevel } from './second-level.ts';
import type { VelocityBatch, VelocityCheck } from './velocity-check.ts';

/** A request with everything that is known before its transaction. */
export interface PreparedRequest {
  asker: Asker;
  credentialId: string;
  /** Issue time of the live code that was shown, in Unix seconds; absent for other codes. */
  liveIssuedAt: number | undefined;
  policy: Policy;
  mac: string;
  /** The idempotency key. */
  key: string;
  /** The answer of an external status source, if there is one. */
  upstream: SourceAnswer | undefined;
}

/** The answers of one batch; call `afterCommit` once its transaction has committed. */
export interface BatchResult {
  /** By idempotency key; an error concerns that request only. */
  answers: Map<string, Answer | VarcoError>;
  afterCommit(): void;
}

const answersByRequest = lookupOf('audit', ['request', 'at', 'body'], 'request', {
  keyType: 'text',
  isUnique: true,
});

/** Answers a batch of requests inside one transaction, together with their audit rows. */
export class VerificationBatch {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #gateLookup: GateLookup;
  readonly #audit: Audit;
  readonly #secondLevel: SecondLevel;
  readonly #velocityCheck: VelocityCheck;
  readonly #warnings: Warnings | undefined;
  readonly #now: () => number;

  constructor(deps: {
    store: Store;
    keyring: Keyring;
    gateLookup: GateLookup;
    audit: Audit;
    secondLevel: SecondLevel;
    velocityCheck: VelocityCheck;
    /** Absent: nobody can be warned. */
    warnings?: Warnings | undefined;
    now: () => number;
  }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#gateLookup = deps.gateLookup;
    this.#audit = deps.audit;
    this.#secondLevel = deps.secondLevel;
    this.#velocityCheck = deps.velocityCheck;
    this.#warnings = deps.warnings;
    this.#now = deps.now;
  }

  /**
   * @param isRepeatLikely whether to look up earlier answers first. Without it a repeated request is only
   *   noticed when its audit row conflicts with the earlier one.
   * @throws RunAgain on a repeated request or a conflict with another node; retry with `isRepeatLikely`.
   */
  async answer(
    tx: Tx,
    requests: readonly PreparedRequest[],
    isRepeatLikely: boolean,
  ): Promise<BatchResult> {
    const answers: BatchResult['answers'] = isRepeatLikely
      ? await this.#earlierAnswers(tx, requests)
      : new Map();
    const fresh = new Map<string, PreparedRequest>();
    for (const one of requests) {
      if (!answers.has(one.key)) {
        fresh.set(one.key, one);
      }
    }
    if (fresh.size === 0) {
      return { answers, afterCommit() {} };
    }
    const attempts = [...fresh.values()];
    const decidedAt = this.#now();
    const found = await this.#gateLookup.find(
      tx,
      attempts.map(({ credentialId }) => credentialId),
      decidedAt,
    );
    const birthDates = await this.#birthDates(tx, attempts, found, romeDay(decidedAt));
    const live = await LiveCodes.read(this.#store, tx, this.#keyring, attempts);
    const current = live.currentOf(attempts, decidedAt);
    const guesses = await Guesses.read(this.#store, tx, attempts, decidedAt, current);
    const recognised = attempts.map(
      (one) => [one, live.check(recognise(one, found, decidedAt), one, decidedAt)] as const,
    );
    // Of whoever is blocked nothing more is read, whatever is wrong: it would tell right from wrong in time.
    const counted = recognised.filter(
      ([one, { cause }]) =>
        (cause !== 'recognised' || guesses.watches(one, decidedAt)) &&
        !guesses.refusal(one, decidedAt),
    );
    await guesses.lock(
      this.#store,
      tx,
      counted.map(([one]) => one),
      decidedAt,
    );
    const velocity = this.#velocityCheck.startBatch(decidedAt);
    const events: AuditEvent[] = [];
    for (const [one, recognition] of recognised) {
      const birthDate = birthDates.get(recognition.row.person_id);
      let verdict = this.#decide(one, recognition, guesses, { birthDate, now: decidedAt });
      if (verdict === 'askForCode') {
        verdict = await this.#startSecondLevel(tx, one, recognition);
      }
      answers.set(one.key, { verdict, decidedAt });
      events.push(this.#toEvent(one, recognition, verdict, velocity, decidedAt));
    }
    await guesses.write(this.#store, tx);
    await warnOfGuessing(this.#warnings, tx, guesses, found, decidedAt);
    await live.write(this.#store, tx);
    await this.#audit.append(tx, events, decidedAt);
    return { answers, afterCommit: () => velocity.commit() };
  }

  /** An altered audit row yields an error, for its own request only. */
  async #earlierAnswers(
    tx: Tx,
    requests: readonly PreparedRequest[],
  ): Promise<BatchResult['answers']> {
    const rows = await this.#store.lookup(
      tx,
      answersByRequest,
      requests.map(({ key }) => key),
    );
    const answers: BatchResult['answers'] = new Map();
    for (const { request, at, body } of rows) {
      try {
        answers.set(request, { verdict: answerOf<Verdict>(body), decidedAt: at });
      } catch (error) {
        if (!(error instanceof VarcoError)) {
          throw error;
        }
        answers.set(request, error);
      }
    }
    return answers;
  }

  /** Decrypts identities only where the age may decide, whoever typed what; the timing decoy's too. */
  #birthDates(
    tx: Tx,
    attempts: readonly PreparedRequest[],
    found: LookupResult,
    day: string,
  ): Promise<Map<number, string>> {
    const asked = attempts.filter((one) => {
      const row = found.row(one.credentialId);
      const known = { row, facts: found.facts(row) };
      return needsBirthDate(one.policy, factsOfAttempt(one, known, undefined, day));
    });
    return asked.length === 0
      ? Promise.resolve(new Map())
      : birthDatesOf(this.#store, tx, this.#keyring, found, asked);
  }

  /** Decides one request. The same steps run whatever is wrong; only the final choice differs. */
  #decide(
    one: PreparedRequest,
    recognition: Recognition,
    guesses: Guesses,
    { birthDate, now }: { birthDate: string | undefined; now: number },
  ): Verdict | 'askForCode' {
    const refusal = guesses.refusal(one, now);
    const facts = factsOfAttempt(one, recognition, birthDate, romeDay(now));
    const decided = decide(facts, one.policy, new Date(now));
    if (refusal) {
      return { outcome: 'throttled', ...refusal };
    }
    if (recognition.cause !== 'recognised') {
      guesses.recordFailure(one, now);
      return { outcome: 'denied', reason: 'notRecognised' };
    }
    return one.policy.level === 2 ? 'askForCode' : decided;
  }

  #startSecondLevel(tx: Tx, one: PreparedRequest, { row }: Recognition) {
    return this.#secondLevel.requestCodeAtGate(tx, {
      asker: one.asker,
      credentialId: one.credentialId,
      policy: one.policy.id,
      personId: row.person_id,
    });
  }

  #toEvent(
    { asker, policy, key, liveIssuedAt }: PreparedRequest,
    { cause, subject }: Recognition,
    verdict: Verdict,
    velocity: VelocityBatch,
    at: number,
  ): AuditEvent {
    const pseudonym = this.#audit.pseudonymOf(subject, at);
    const signals = cause === 'recognised' ? velocity.observe(pseudonym, asker.site) : [];
    return {
      kind: 'verification',
      pseudonym,
      request: key,
      body: {
        asker: asker.id,
        site: asker.site,
        policy: policy.id,
        version: policy.version,
        verdict,
        cause,
        // Absent from the row when undefined: JSON has no such value.
        live: liveIssuedAt === undefined ? undefined : true,
        signals: signals.length > 0 ? signals : undefined,
      },
    };
  }
}

function factsOfAttempt(
  { upstream }: PreparedRequest,
  { row, facts: own }: Pick<Recognition, 'row' | 'facts'>,
  birthDate: string | undefined,
  day: string,
): Facts {
  if (upstream?.kind === 'unavailable') {
    return { kind: 'unavailable' };
  }
  return factsOf(row, upstream?.kind === 'known' ? upstream.status : own, birthDate, day);
}
