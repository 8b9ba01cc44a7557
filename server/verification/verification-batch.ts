import type { VarcoError } from '../../shared/errors.ts';
import type { Policy } from '../../shared/policy.ts';
import type { Verdict } from '../../shared/verdict.ts';
import type { Asker } from '../audit/asker.ts';
import type { Audit, AuditEvent } from '../audit/audit.ts';
import { answerOf } from '../audit/body.ts';
import { Guesses } from '../guessing/guesses.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { SourceAnswer } from '../registry/status-source.ts';
import { lookupOf, type Store, type Tx } from '../store/store.ts';
import type { Answer } from './answer.ts';
import { decide, type Facts } from './decide.ts';
import type { GateLookup, LookupResult } from './gate-lookup.ts';
import { LiveCodes } from './live-codes.ts';
import { birthDatesOf, type Recognition, recognise } from './recognition.ts';
import type { SecondLevel } from './second-level.ts';
import type { VelocityBatch, VelocityCheck } from './velocity-check.ts';

/** A request with all that is known before the database is asked. */
export interface PreparedRequest {
  asker: Asker;
  credentialId: string;
  /** When the live code that was shown was made, in Unix seconds; absent for another code. */
  liveIssuedAt: number | undefined;
  /** The policy that is asked about. */
  policy: Policy;
  mac: string;
  /** The idempotency key. */
  key: string;
  /** What a source other than the registry said. */
  upstream: SourceAnswer | undefined;
}

/** What came of a group of questions; `committed` is for after the commit. */
export interface BatchResult {
  /** By the questions' keys; an error is for that question alone. */
  answers: Map<string, Answer | VarcoError>;
  afterCommit(): void;
}

const answered = lookupOf('audit', ['request', 'at', 'body'], 'request', {
  keyType: 'text',
  isUnique: true,
});

/** Answers a group of questions inside one transaction, with their audit rows. */
export class VerificationBatch {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #records: GateLookup;
  readonly #audit: Audit;
  readonly #secondLevel: SecondLevel;
  readonly #velocityCheck: VelocityCheck;
  readonly #now: () => number;

  constructor(deps: {
    store: Store;
    keyring: Keyring;
    records: GateLookup;
    audit: Audit;
    secondLevel: SecondLevel;
    velocityCheck: VelocityCheck;
    now: () => number;
  }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#records = deps.records;
    this.#audit = deps.audit;
    this.#secondLevel = deps.secondLevel;
    this.#velocityCheck = deps.velocityCheck;
    this.#now = deps.now;
  }

  /**
   * @param isRepeatLikely whether answers given earlier are looked up first. Without it a repeat is found
   *   when its audit row meets the earlier one.
   * @throws RunAgain a repeat, or another node, was met: all is to be settled anew, with `isRepeatLikely`.
   */
  async answer(
    tx: Tx,
    questions: readonly PreparedRequest[],
    isRepeatLikely: boolean,
  ): Promise<BatchResult> {
    const answers: BatchResult['answers'] = isRepeatLikely
      ? await this.#alreadyAnswered(tx, questions)
      : new Map();
    const fresh = new Map<string, PreparedRequest>();
    for (const one of questions) {
      if (!answers.has(one.key)) {
        fresh.set(one.key, one);
      }
    }
    if (fresh.size === 0) {
      return { answers, afterCommit() {} };
    }
    const tries = [...fresh.values()];
    const decidedAt = this.#now();
    const found = await this.#records.find(
      tx,
      tries.map(({ credentialId }) => credentialId),
    );
    const guesses = await Guesses.read(this.#store, tx, tries, decidedAt);
    const births = await this.#births(tx, tries, found);
    const live = await LiveCodes.read(this.#store, tx, this.#keyring, tries);
    const recognitions = tries.map((one) =>
      live.check(recognise(one, found, decidedAt), one, decidedAt),
    );
    await guesses.preload(
      this.#store,
      tx,
      tries.filter((_one, index) => recognitions[index]?.cause !== 'recognised'),
    );
    const seen = this.#velocityCheck.startBatch(decidedAt);
    const events: AuditEvent[] = [];
    const deliveries: (() => void)[] = [];
    for (const [index, one] of tries.entries()) {
      const recognition = recognitions[index] as Recognition;
      const birthDate = births.get(recognition.row.person_id);
      let verdict = this.#judge(one, recognition, guesses, { birthDate, now: decidedAt });
      if (verdict === 'askForCode') {
        const started = await this.#startSecondLevel(tx, one, recognition);
        verdict = started.verdict;
        if (started.deliver) {
          deliveries.push(started.deliver);
        }
      }
      answers.set(one.key, { verdict, decidedAt });
      events.push(this.#toEvent(one, recognition, verdict, seen, decidedAt));
    }
    await guesses.write(this.#store, tx);
    await live.write(this.#store, tx);
    await this.#audit.append(tx, events, decidedAt);
    return {
      answers,
      afterCommit() {
        seen.commit();
        for (const deliver of deliveries) {
          deliver();
        }
      },
    };
  }

  /** A row that was altered has an error in its place: it is that question's alone. */
  async #alreadyAnswered(
    tx: Tx,
    questions: readonly PreparedRequest[],
  ): Promise<BatchResult['answers']> {
    const rows = await this.#store.lookup(
      tx,
      answered,
      questions.map(({ key }) => key),
    );
    const answers: BatchResult['answers'] = new Map();
    for (const { request, at, body } of rows) {
      try {
        answers.set(request, { verdict: answerOf<Verdict>(body), decidedAt: at });
      } catch (error) {
        answers.set(request, error as VarcoError);
      }
    }
    return answers;
  }

  /** Opens boxes only for policies that ask about minors; the stand-in's too, for even work. */
  #births(
    tx: Tx,
    tries: readonly PreparedRequest[],
    found: LookupResult,
  ): Promise<Map<number, string>> {
    const asked = tries.filter(({ policy }) => asksMinor(policy));
    return asked.length === 0
      ? Promise.resolve(new Map())
      : birthDatesOf(this.#store, tx, this.#keyring, found, asked);
  }

  /** One question's verdict. Whatever is wrong, the same steps run; only the last choice differs. */
  #judge(
    one: PreparedRequest,
    recognition: Recognition,
    guesses: Guesses,
    { birthDate, now }: { birthDate: string | undefined; now: number },
  ): Verdict | 'askForCode' {
    const retryAfterMs = guesses.waitMs(one, now);
    const decided = decide(factsOf(one, recognition, birthDate), one.policy, new Date(now));
    if (retryAfterMs > 0) {
      return { outcome: 'throttled', retryAfterMs };
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
    seen: VelocityBatch,
    at: number,
  ): AuditEvent {
    const pseudonym = this.#audit.pseudonymOf(subject, at);
    const signals = cause === 'recognised' ? seen.observe(pseudonym, asker.site) : [];
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
        ...(liveIssuedAt === undefined ? {} : { live: true }),
        ...(signals.length > 0 ? { signals } : {}),
      },
    };
  }
}

function factsOf(
  { upstream }: PreparedRequest,
  { row, facts: own }: Recognition,
  birthDate: string | undefined,
): Facts {
  if (upstream?.kind === 'unavailable') {
    return { kind: 'unavailable' };
  }
  // A Disability Card tells only that it is valid (domain §4).
  const isCard = row.kind === 'card';
  const status = upstream?.kind === 'known' ? upstream.status : own;
  const known: Facts = {
    kind: 'known',
    status: isCard ? {} : status,
    cardValid: isCard,
    cardCompanion: isCard && row.companion === 1,
  };
  return birthDate === undefined ? known : { ...known, birthDate };
}

const minorPolicies = new WeakMap<Policy, boolean>();

/** Whether a policy needs the birth date; worked out once for each. */
function asksMinor(policy: Policy): boolean {
  let asks = minorPolicies.get(policy);
  if (asks === undefined) {
    asks = JSON.stringify(policy).includes('"minor":true');
    minorPolicies.set(policy, asks);
  }
  return asks;
}
