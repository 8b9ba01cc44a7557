import { errorCode, VarcoError } from '../../shared/errors.ts';
import type { Policy } from '../../shared/policy.ts';
import { romeDay } from '../../shared/rome-day.ts';
import type { Verdict } from '../../shared/verdict.ts';
import type { Asker } from '../audit/asker.ts';
import type { Audit } from '../audit/audit.ts';
import { requestKey } from '../audit/request-key.ts';
import { demand } from '../fleet/access/actor.ts';
import type { Actor } from '../fleet/access/permissions.ts';
import { Guesses } from '../guessing/guesses.ts';
import type { CodeBinding } from '../guessing/one-time-code-store.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Log } from '../log.ts';
import type { Policies } from '../policies/policies.ts';
import type { Status } from '../registry/person-status.ts';
import type { Registry } from '../registry/registry.ts';
import { foldingDay, statusOf } from '../registry/stored-status.ts';
import type { Store, Tx } from '../store/store.ts';
import type { Answer } from './answer.ts';
import { detailOf, formatDetail } from './area-detail.ts';
import { CitizenCodes } from './citizen-codes.ts';
import { decide, type Facts, needsBirthDate } from './decide.ts';
import { earlierAnswer } from './earlier-answer.ts';
import { factsOf } from './facts.ts';
import type { GateLookup } from './gate-lookup.ts';
import { warnOfGuessing } from './guessing-warning.ts';
import type { Messenger, Warnings } from './messenger.ts';
import { birthDatesOf, recognise } from './recognition.ts';
import type { RefusalCounts } from './refusal-counts.ts';
import {
  issueAnswer,
  issueVerdict,
  redeemAnswer,
  redeemVerdict,
  type SecondLevelAnswer,
} from './second-level-answer.ts';

/** An operator logged in with personal credentials; `server/login` creates these. */
export interface OperatorSession extends Actor {
  operatorId: string;
  /** Where this citizen is before the operator. */
  site: string;
  /** Unix milliseconds. */
  validUntil: number;
}

/** What an operator asks for. */
export interface SecondLevelRequest {
  credentialId: string;
  codiceFiscale: string;
  /** A phone's live code was shown, and was current then. */
  isLive?: boolean | undefined;
  /** Why the operator needs it; bound into the code and audited. */
  purpose: string;
}

/** What came of a request. `isDone`: something was sent, or a try counted. */
interface Begun {
  answer: SecondLevelAnswer;
  isDone: boolean;
  deliver?: (() => void) | undefined;
}

/** The second level: disclosed only with a one-time code of the citizen, or to the citizen's own address. */
export class SecondLevel {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #gateLookup: GateLookup;
  readonly #codes: CitizenCodes;
  readonly #audit: Audit;
  readonly #registry: Registry;
  readonly #policies: Policies;
  readonly #messenger: Messenger | undefined;
  readonly #warnings: Warnings | undefined;
  readonly #refusals: RefusalCounts;
  readonly #log: Log;
  readonly #now: () => number;

  constructor(deps: {
    store: Store;
    keyring: Keyring;
    gateLookup: GateLookup;
    audit: Audit;
    registry: Registry;
    policies: Policies;
    messenger?: Messenger | undefined;
    warnings?: Warnings | undefined;
    refusals: RefusalCounts;
    log: Log;
    now: () => number;
  }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#gateLookup = deps.gateLookup;
    this.#codes = new CitizenCodes(deps);
    this.#audit = deps.audit;
    this.#registry = deps.registry;
    this.#policies = deps.policies;
    this.#messenger = deps.messenger;
    this.#warnings = deps.warnings;
    this.#refusals = deps.refusals;
    this.#log = deps.log;
    this.#now = deps.now;
  }

  /** Sends a one-time code to the citizen's mobile, as an operator asks. */
  async requestCode(session: OperatorSession, one: SecondLevelRequest): Promise<SecondLevelAnswer> {
    return this.#begin(session, one, 'secondLevel.codeSent', async (tx, binding, personId) => {
      const issued = await this.#codes.issue(tx, binding, personId);
      return { answer: issueAnswer(issued), isDone: issued.result === 'issued' };
    });
  }

  /** Mails the detail to the citizen's own address instead; the operator only sees "sent". */
  async mailDetail(session: OperatorSession, one: SecondLevelRequest): Promise<SecondLevelAnswer> {
    return this.#begin(
      session,
      one,
      'secondLevel.mailed',
      async (_tx, _bound, personId, status) => {
        const messenger = this.#messenger;
        if (!messenger) {
          return { answer: { outcome: 'unavailable' }, isDone: false };
        }
        const deliver = () =>
          this.#deliver(async () => {
            const { email } = await this.#registry.identity(personId);
            await messenger.sendDetail(
              { email: email ?? '', personId },
              formatDetail(detailOf(status)),
            );
          });
        return { answer: { outcome: 'sent' }, isDone: true, deliver };
      },
    );
  }

  /** Discloses the detail for the citizen's code that the operator typed; it is stored nowhere. */
  async reveal(
    session: OperatorSession,
    one: { credentialId: string; purpose: string; code: string },
  ): Promise<SecondLevelAnswer> {
    const asker = this.#askerOf(session);
    const { credentialId, purpose, code } = one;
    return this.#store.transaction(async (tx) => {
      const redeemed = await this.#codes.redeem(tx, { asker, credentialId, purpose }, code);
      const { result } = redeemed;
      const subject = result === 'unknown' ? credentialId : redeemed.subject;
      const status = result === 'unknown' ? {} : await this.#statusOf(tx, redeemed.personId);
      const outcome = result === 'unknown' ? 'spent' : result;
      const isTried =
        result === 'accepted' || result === 'wrong' || (result === 'locked' && redeemed.lockedNow);
      const row = { kind: 'secondLevel', subject, asker, policy: purpose, outcome };
      await this.#record(tx, credentialId, row, isTried);
      return result === 'accepted'
        ? { outcome: 'shown', detail: detailOf(status) }
        : redeemAnswer(redeemed);
    });
  }

  /** Sends a code for a gate whose policy needs level 2; the verdict makes the gate ask for it. */
  async requestCodeAtGate(
    tx: Tx,
    one: { asker: Asker; credentialId: string; policy: string; personId: number },
  ): Promise<Verdict> {
    const { asker, credentialId, policy: purpose, personId } = one;
    return issueVerdict(await this.#codes.issue(tx, { asker, credentialId, purpose }, personId));
  }

  /**
   * Checks the code that the citizen typed on the gate's keypad; a repeated request id gets the same answer.
   *
   * @throws VarcoError `policyUnknown`, `storeUnavailable`.
   */
  async verifyCodeAtGate(one: {
    asker: Asker;
    requestId: string;
    credentialId: string;
    policy: string;
    code: string;
  }): Promise<Answer> {
    const { asker, credentialId, policy: purpose } = one;
    const key = requestKey(asker.id, one.requestId);
    return this.#store.transaction(async (tx) => {
      const earlier = await earlierAnswer<Verdict>(tx, key);
      if (earlier) {
        return { verdict: earlier.answer, decidedAt: earlier.decidedAt };
      }
      const decidedAt = this.#now();
      const policy = this.#policies.find(purpose, new Date(decidedAt));
      if (!policy) {
        throw new VarcoError('policyUnknown', `No policy ${purpose} is in force`);
      }
      const redeemed = await this.#codes.redeem(tx, { asker, credentialId, purpose }, one.code);
      const subject = redeemed.result === 'unknown' ? credentialId : redeemed.subject;
      let verdict: Verdict;
      if (redeemed.result === 'accepted') {
        const { personId } = redeemed;
        const facts = await this.#factsOf(tx, { credentialId, personId, policy, at: decidedAt });
        verdict = decide(facts, policy, new Date(decidedAt));
      } else {
        verdict = redeemVerdict(redeemed);
      }
      const body = {
        asker: asker.id,
        site: asker.site,
        policy: policy.id,
        version: policy.version,
        verdict,
        cause: `code.${redeemed.result}`,
      };
      const event = { kind: 'verification', subject, request: key, body };
      await this.#audit.append(tx, [event], decidedAt);
      return { verdict, decidedAt };
    });
  }

  /** What the policy may know of whoever showed the code, as at a gate of the first level. */
  async #factsOf(
    tx: Tx,
    one: { credentialId: string; personId: number; policy: Policy; at: number },
  ): Promise<Facts> {
    const found = await this.#gateLookup.find(tx, [one.credentialId], one.at);
    const row = found.row(one.credentialId);
    const day = romeDay(one.at);
    const known = factsOf(row, found.facts(row), undefined, day);
    if (!needsBirthDate(one.policy, known)) {
      return known;
    }
    const birthDates = await birthDatesOf(this.#store, tx, this.#keyring, found, [one]);
    return factsOf(row, found.facts(row), birthDates.get(one.personId), day);
  }

  async #statusOf(tx: Tx, personId: number): Promise<Status> {
    const row = await tx
      .selectFrom('person')
      .select(['id', 'status', 'due_on'])
      .where('id', '=', personId)
      .executeTakeFirstOrThrow();
    return statusOf(this.#store, tx, row, foldingDay(this.#now()));
  }

  /** @throws VarcoError `sessionEnded`, `forbidden`. */
  #askerOf(session: OperatorSession): Asker {
    const { operatorId, site, validUntil } = session;
    if (validUntil <= this.#now()) {
      throw new VarcoError('sessionEnded', "The operator's session has ended: log in again");
    }
    demand(session, 'desk.secondLevel', { site });
    return { id: `operator:${operatorId}`, site };
  }

  /** Recognises the citizen, runs `act` if that succeeds, and audits the outcome in any case. */
  async #begin(
    session: OperatorSession,
    one: SecondLevelRequest,
    kind: string,
    act: (tx: Tx, binding: CodeBinding, personId: number, status: Status) => Promise<Begun>,
  ): Promise<SecondLevelAnswer> {
    const asker = this.#askerOf(session);
    const { credentialId, purpose } = one;
    const mac = this.#keyring.codeMac(one.codiceFiscale);
    const attempt = { asker, credentialId };
    const live = new Set(one.isLive ? [attempt] : []);
    const { answer, deliver } = await this.#store.transaction(async (tx) => {
      const now = this.#now();
      const guesses = await Guesses.locked(this.#store, tx, [attempt], now, live);
      const found = await this.#gateLookup.find(tx, [credentialId], now);
      const { cause, row, subject } = recognise({ credentialId, mac }, found, now);
      const refusal = guesses.refusal(attempt, now);
      let done: Begun;
      if (refusal) {
        done = { answer: { outcome: 'throttled', ...refusal }, isDone: false };
      } else if (cause === 'recognised') {
        const binding = { asker, credentialId, purpose };
        done = await act(tx, binding, row.person_id, await this.#statusOf(tx, row.person_id));
      } else {
        guesses.recordFailure(attempt, now);
        done = { answer: { outcome: 'refused', reason: 'notRecognised' }, isDone: true };
      }
      await guesses.write(this.#store, tx);
      await warnOfGuessing(this.#warnings, tx, guesses, found, now);
      const { outcome } = done.answer;
      const body = { kind, subject, asker, policy: purpose, outcome, cause };
      await this.#record(tx, credentialId, body, done.isDone);
      return done;
    });
    deliver?.();
    return answer;
  }

  /** A row for whatever was done or tried; what is only refused, over and over, is counted. */
  async #record(
    tx: Tx,
    credentialId: string,
    row: {
      kind: string;
      subject: string | undefined;
      asker: Asker;
      policy: string;
      outcome: string;
      cause?: string;
    },
    isDone: boolean,
  ): Promise<void> {
    const { cause, ...note } = row;
    const { kind, subject, asker, policy, outcome } = note;
    if (isDone || this.#refusals.mustRecord(asker, credentialId, note, this.#now())) {
      const body = { asker: asker.id, site: asker.site, policy, verdict: { outcome }, cause };
      await this.#audit.append(tx, [{ kind, subject, body }]);
    }
  }

  /** Sends after the commit without anybody awaiting it, so that its duration discloses nothing. */
  #deliver(send: () => Promise<void>): void {
    send().catch((error: unknown) => {
      this.#log.error({ code: errorCode(error) }, 'a message to a citizen was not sent');
    });
  }
}
