import { errorCode, VarcoError } from '../../shared/errors.ts';
import type { Verdict } from '../../shared/verdict.ts';
import type { Asker } from '../audit/asker.ts';
import type { Audit } from '../audit/audit.ts';
import { answerOf } from '../audit/body.ts';
import { requestKey } from '../audit/request-key.ts';
import { Guesses } from '../guessing/guesses.ts';
import { CODE_LIFE_MS } from '../guessing/one-time-code.ts';
import { type CodeBinding, OneTimeCodeStore } from '../guessing/one-time-code-store.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Log } from '../log.ts';
import type { Policies } from '../policies/policies.ts';
import type { Status } from '../registry/person-status.ts';
import type { Registry } from '../registry/registry.ts';
import type { Store, Tx } from '../store/store.ts';
import type { Answer } from './answer.ts';
import { type AreaDetail, detailOf, formatDetail } from './area-detail.ts';
import { decide } from './decide.ts';
import type { GateLookup } from './gate-lookup.ts';
import type { Messenger } from './messenger.ts';
import { recognise } from './recognition.ts';

/** An operator who is logged in with own credentials; the logins' room makes these. */
export interface OperatorSession {
  operatorId: string;
  site: string;
  /** Unix milliseconds. */
  validUntil: number;
}

export type SecondLevelAnswer =
  | { outcome: 'sent'; expiresInMs?: number }
  | { outcome: 'shown'; detail: AreaDetail[] }
  | { outcome: 'refused'; reason: 'notRecognised' | 'wrongCode' | 'codeSpent' }
  | { outcome: 'throttled'; retryAfterMs: number }
  | { outcome: 'unavailable' };

/** What an operator asks about. */
export interface SecondLevelRequest {
  credentialId: string;
  codiceFiscale: string;
  /** Why the operator needs it; bound into the code and audited. */
  purpose: string;
}

/** The second level: only with a one-time code that the citizen holds, or to the citizen's own address. */
export class SecondLevel {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #records: GateLookup;
  readonly #codes: OneTimeCodeStore;
  readonly #audit: Audit;
  readonly #registry: Registry;
  readonly #policies: Policies;
  readonly #messenger: Messenger | undefined;
  readonly #log: Log;
  readonly #now: () => number;

  constructor(deps: {
    store: Store;
    keyring: Keyring;
    records: GateLookup;
    audit: Audit;
    registry: Registry;
    policies: Policies;
    messenger?: Messenger | undefined;
    log: Log;
    now: () => number;
  }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#records = deps.records;
    this.#codes = new OneTimeCodeStore(deps);
    this.#audit = deps.audit;
    this.#registry = deps.registry;
    this.#policies = deps.policies;
    this.#messenger = deps.messenger;
    this.#log = deps.log;
    this.#now = deps.now;
  }

  /** An operator asks for a code to be sent to the citizen's mobile. */
  async requestCode(session: OperatorSession, one: SecondLevelRequest): Promise<SecondLevelAnswer> {
    return this.#begin(session, one, 'secondLevel.codeSent', async (tx, bound, personId) => {
      const { verdict, deliver } = await this.#start(tx, bound, personId);
      return verdict.outcome === 'otpRequired'
        ? { answer: { outcome: 'sent', expiresInMs: verdict.expiresInMs }, deliver }
        : { answer: { outcome: 'unavailable' } };
    });
  }

  /** The other form: the detail goes to the citizen's own address; the operator sees only "sent". */
  async mailDetail(session: OperatorSession, one: SecondLevelRequest): Promise<SecondLevelAnswer> {
    return this.#begin(session, one, 'secondLevel.mailed', (_tx, _bound, personId, status) => {
      const messenger = this.#messenger;
      if (!messenger) {
        return Promise.resolve({ answer: { outcome: 'unavailable' as const } });
      }
      const deliver = () =>
        this.#deliver(async () => {
          const { email } = await this.#registry.identity(personId);
          await messenger.sendDetail(
            { email: email ?? '', personId },
            formatDetail(detailOf(status)),
          );
        });
      return Promise.resolve({ answer: { outcome: 'sent' as const }, deliver });
    });
  }

  /** The operator types the citizen's code; the detail is handed over once and stored nowhere. */
  async reveal(
    session: OperatorSession,
    one: { credentialId: string; purpose: string; code: string },
  ): Promise<SecondLevelAnswer> {
    const asker = this.#askerOf(session);
    const { credentialId, purpose, code } = one;
    return this.#store.transaction(async (tx) => {
      const tried = await this.#codes.redeem(tx, { asker, credentialId, purpose }, code);
      const status = tried.personId === undefined ? {} : await statusOf(tx, tried.personId);
      await this.#audit.append(tx, [
        {
          kind: 'secondLevel',
          subject: tried.subject,
          body: {
            asker: asker.id,
            site: asker.site,
            policy: purpose,
            verdict: { outcome: tried.result },
          },
        },
      ]);
      if (tried.result === 'accepted') {
        return { outcome: 'shown', detail: detailOf(status) };
      }
      const reason = tried.result === 'wrong' ? 'wrongCode' : 'codeSpent';
      return { outcome: 'refused', reason };
    });
  }

  /** A gate whose policy needs level 2: a code goes out, and the gate is told to ask for it. */
  requestCodeAtGate(
    tx: Tx,
    one: { asker: Asker; credentialId: string; policy: string; personId: number },
  ): Promise<{ verdict: Verdict; deliver?: () => void }> {
    const { asker, credentialId, policy: purpose, personId } = one;
    return this.#start(tx, { asker, credentialId, purpose }, personId);
  }

  /**
   * The citizen types the code on the gate's keypad: the same request id gets the same answer.
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
      const known = await tx
        .selectFrom('audit')
        .select(['at', 'body'])
        .where('request', '=', key)
        .executeTakeFirst();
      if (known) {
        return { verdict: answerOf<Verdict>(known.body), decidedAt: known.at };
      }
      const decidedAt = this.#now();
      const question = this.#policies.find(purpose, new Date(decidedAt));
      if (!question) {
        throw new VarcoError('policyUnknown', `No policy ${purpose} is in force`);
      }
      const tried = await this.#codes.redeem(tx, { asker, credentialId, purpose }, one.code);
      let verdict: Verdict = { outcome: 'denied', reason: 'notRecognised' };
      if (tried.result === 'accepted' && tried.personId !== undefined) {
        const status = await statusOf(tx, tried.personId);
        const facts = { kind: 'known' as const, status, cardValid: false };
        verdict = decide(facts, question, new Date(decidedAt));
      } else if (tried.result === 'wrong' && tried.expiresInMs > 0) {
        verdict = { outcome: 'otpRequired', expiresInMs: tried.expiresInMs };
      }
      const body = {
        asker: asker.id,
        site: asker.site,
        policy: question.id,
        version: question.version,
        verdict,
        cause: `code.${tried.result}`,
      };
      const event = { kind: 'verification', subject: tried.subject, request: key, body };
      await this.#audit.append(tx, [event], decidedAt);
      return { verdict, decidedAt };
    });
  }

  #askerOf({ operatorId, site, validUntil }: OperatorSession): Asker {
    if (validUntil <= this.#now()) {
      throw new VarcoError('sessionEnded', "The operator's session has ended: log in again");
    }
    return { id: `operator:${operatorId}`, site };
  }

  async #begin(
    session: OperatorSession,
    one: SecondLevelRequest,
    kind: string,
    act: (
      tx: Tx,
      bound: CodeBinding,
      personId: number,
      status: Status,
    ) => Promise<{ answer: SecondLevelAnswer; deliver?: (() => void) | undefined }>,
  ): Promise<SecondLevelAnswer> {
    const asker = this.#askerOf(session);
    const { credentialId, purpose } = one;
    const mac = this.#keyring.codeMac(one.codiceFiscale);
    const { answer, deliver } = await this.#store.transaction(async (tx) => {
      const now = this.#now();
      const guesses = await Guesses.read(this.#store, tx, [{ asker, credentialId }], now);
      const found = await this.#records.find(tx, [credentialId]);
      const { cause, row, subject } = recognise({ credentialId, mac }, found, now);
      const retryAfterMs = guesses.waitMs({ asker, credentialId }, now);
      let done: Awaited<ReturnType<typeof act>>;
      if (retryAfterMs > 0) {
        done = { answer: { outcome: 'throttled', retryAfterMs } };
      } else if (cause === 'recognised') {
        const bound = { asker, credentialId, purpose };
        done = await act(tx, bound, row.person_id, await statusOf(tx, row.person_id));
      } else {
        await guesses.preload(this.#store, tx, [{ asker, credentialId }]);
        guesses.recordFailure({ asker, credentialId }, now);
        done = { answer: { outcome: 'refused', reason: 'notRecognised' } };
      }
      await guesses.write(this.#store, tx);
      const verdict = { outcome: done.answer.outcome };
      const body = { asker: asker.id, site: asker.site, policy: purpose, verdict, cause };
      await this.#audit.append(tx, [{ kind, subject, body }]);
      return done;
    });
    deliver?.();
    return answer;
  }

  /** A new code, on its way to the citizen's mobile once the caller has committed. */
  async #start(
    tx: Tx,
    bound: CodeBinding,
    personId: number,
  ): Promise<{ verdict: Verdict; deliver?: () => void }> {
    const messenger = this.#messenger;
    if (!messenger) {
      return { verdict: { outcome: 'unconfirmed', reason: 'unavailable' } };
    }
    const code = await this.#codes.issue(tx, bound, personId);
    const deliver = () =>
      this.#deliver(async () => {
        const { mobile } = await this.#registry.identity(personId);
        await messenger.sendCode({ mobile: mobile ?? '', personId }, code);
      });
    return { verdict: { outcome: 'otpRequired', expiresInMs: CODE_LIFE_MS }, deliver };
  }

  /** After the commit, without anybody waiting: how long it takes tells nothing. */
  #deliver(send: () => Promise<void>): void {
    send().catch((error: unknown) => {
      this.#log.error({ code: errorCode(error) }, 'a message to a citizen was not sent');
    });
  }
}

async function statusOf(tx: Tx, personId: number): Promise<Status> {
  const { status } = await tx
    .selectFrom('person')
    .select('status')
    .where('id', '=', personId)
    .executeTakeFirstOrThrow();
  return JSON.parse(status) as Status;
}
