import { VarcoError } from '../../shared/errors.ts';
import type { Policy } from '../../shared/policy.ts';
import type { Asker } from '../audit/asker.ts';
import { requestKey } from '../audit/request-key.ts';
import { GUESS_RETENTION_MS } from '../guessing/guess-limits.ts';
import { Guesses } from '../guessing/guesses.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Policies } from '../policies/policies.ts';
import type { SourceAnswer, StatusSource } from '../registry/status-source.ts';
import type { Store } from '../store/store.ts';
import type { Answer } from './answer.ts';
import type { GateLookup } from './gate-lookup.ts';
import { LiveCodes } from './live-codes.ts';
import { recognise } from './recognition.ts';
import type { BatchResult, PreparedRequest, VerificationBatch } from './verification-batch.ts';

export interface VerifyRequest {
  asker: Asker;
  requestId: string;
  credentialId: string;
  codiceFiscale: string;
  /** The policy's id. */
  policy: string;
  /** Issue time of the live code that was shown, in Unix seconds; absent for other codes. */
  liveIssuedAt?: number | undefined;
}

/** Bound on requests waiting for the writer; one more is rejected as `overloaded`. */
const PENDING_MAX = 4096;
/** Bound on requests in one transaction. */
const BATCH_MAX = 512;
/**
 * How long after a repeated request, or a conflict, earlier answers are looked up first: kiosks that
 * reconnect repeat their requests together.
 */
const REPEATS_FOR_MS = 10_000;

interface QueuedRequest extends PreparedRequest {
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/**
 * Answers gates. Requests that arrive while the writer is busy are answered together in one transaction,
 * which begins as soon as it is free. An answer leaves only after its audit row is durable.
 */
export class Verification {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #gateLookup: GateLookup;
  readonly #policies: Policies;
  readonly #verificationBatch: VerificationBatch;
  readonly #source: StatusSource | undefined;
  readonly #now: () => number;
  #pending: QueuedRequest[] = [];
  #isAnswering = false;
  #repeatsUntil = 0;

  constructor(deps: {
    store: Store;
    keyring: Keyring;
    gateLookup: GateLookup;
    policies: Policies;
    verificationBatch: VerificationBatch;
    /** Absent: the registry answers. */
    source?: StatusSource | undefined;
    now: () => number;
  }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#gateLookup = deps.gateLookup;
    this.#policies = deps.policies;
    this.#verificationBatch = deps.verificationBatch;
    this.#source = deps.source;
    this.#now = deps.now;
  }

  /**
   * Decides whether this person may pass. The same request id of the same asker always gets the same answer
   * and leaves one audit row.
   *
   * @throws VarcoError `overloaded`, `policyUnknown`, `storeUnavailable`: no answer without its audit row.
   */
  verify(request: VerifyRequest): Promise<Answer> {
    const policy = this.#policies.find(request.policy, new Date(this.#now()));
    if (!policy) {
      const message = `No policy ${request.policy} is in force`;
      return Promise.reject(new VarcoError('policyUnknown', message));
    }
    if (this.#pending.length >= PENDING_MAX) {
      return Promise.reject(new VarcoError('overloaded', 'Too many verifications wait'));
    }
    const mac = this.#keyring.codeMac(request.codiceFiscale);
    return this.#source
      ? this.#askSource(this.#source, request, policy, mac).then((upstream) =>
          this.#queue(request, policy, mac, upstream),
        )
      : this.#queue(request, policy, mac, undefined);
  }

  #queue(
    { asker, requestId, credentialId, liveIssuedAt }: VerifyRequest,
    policy: Policy,
    mac: string,
    upstream: SourceAnswer | undefined,
  ): Promise<Answer> {
    const key = requestKey(asker.id, requestId);
    if (!this.#isAnswering) {
      this.#isAnswering = true;
      setImmediate(() => void this.#answerAll());
    }
    return new Promise((resolve, reject) => {
      // Field by field: spreading an object of seven fields costs more than everything else here.
      this.#pending.push({
        asker,
        credentialId,
        liveIssuedAt,
        policy,
        mac,
        key,
        upstream,
        resolve,
        reject,
      });
    });
  }

  /** Whether a policy accepts only the live code of a phone. */
  requiresLiveCode(policy: string): boolean {
    return this.#policies.find(policy, new Date(this.#now()))?.liveCode === 'required';
  }

  /** How many requests are waiting for the writer. */
  get pending(): number {
    return this.#pending.length;
  }

  /** Deletes expired failure counts, one-time codes and live-code records. */
  async purgeExpired(): Promise<void> {
    const now = this.#now();
    await this.#store.db
      .deleteFrom('guess')
      .where('last_at', '<', now - GUESS_RETENTION_MS)
      .execute();
    await this.#store.db.deleteFrom('one_time_code').where('expires_at', '<', now).execute();
    await LiveCodes.purgeExpired(this.#store, now);
  }

  /**
   * Asks the external source only when everything else holds, and nobody is blocked: how long it takes
   * must not say whether a codice fiscale is right. Whoever is not asked about counts as `unavailable`.
   */
  async #askSource(
    source: StatusSource,
    request: VerifyRequest,
    policy: Policy,
    mac: string,
  ): Promise<SourceAnswer> {
    const { credentialId } = request;
    const shown = { credentialId, liveIssuedAt: request.liveIssuedAt, policy };
    const isAsked = await this.#store.transaction(async (tx) => {
      const now = this.#now();
      const found = await this.#gateLookup.find(tx, [credentialId], now);
      const live = await LiveCodes.read(this.#store, tx, this.#keyring, [shown]);
      const isLive = live.currentOf([shown], now).has(shown);
      const current = new Set(isLive ? [request] : []);
      const guesses = await Guesses.read(this.#store, tx, [request], now, current);
      const { cause } = live.check(recognise({ credentialId, mac }, found, now), shown, now);
      return !guesses.refusal(request, now) && cause === 'recognised';
    });
    return isAsked ? source.statusOf(request.codiceFiscale) : { kind: 'unavailable' };
  }

  async #answerAll(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending.splice(0, BATCH_MAX);
      try {
        const { answers, afterCommit } = await this.#answerBatch(batch);
        for (const one of batch) {
          const answer = answers.get(one.key);
          if (answer === undefined || answer instanceof VarcoError) {
            one.reject(
              answer ?? new VarcoError('storeUnavailable', 'The batch has no such answer'),
            );
          } else {
            one.resolve(answer);
          }
        }
        afterCommit();
      } catch (error) {
        for (const one of batch) {
          one.reject(error);
        }
      }
    }
    this.#isAnswering = false;
  }

  /** One transaction; after a repeat, later batches pay for looking up earlier answers for a while. */
  #answerBatch(batch: readonly QueuedRequest[]): Promise<BatchResult> {
    let attempts = 0;
    return this.#store.transaction((tx) => {
      attempts += 1;
      if (attempts > 1) {
        this.#repeatsUntil = this.#now() + REPEATS_FOR_MS;
      }
      return this.#verificationBatch.answer(tx, batch, this.#now() < this.#repeatsUntil);
    });
  }
}
