import { VarcoError } from '../../shared/errors.ts';
import type { Policy } from '../../shared/policy.ts';
import type { Asker } from '../audit/asker.ts';
import { requestKey } from '../audit/request-key.ts';
import { GUESS_RETENTION_MS } from '../guessing/guess-limits.ts';
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
  /** When the live code that was shown was made, in Unix seconds; absent for another code. */
  liveIssuedAt?: number | undefined;
}

/** Requests that wait for the writer, at most; one more is refused as `overloaded`. */
const WAITING_MAX = 4096;
/** Requests in one transaction, at most. */
const BATCH_MAX = 512;
/**
 * How long after a repeated request, or a clash, others are looked for before the work: kiosks that come
 * back repeat together.
 */
const REPEATS_FOR_MS = 10_000;

interface Waiting extends PreparedRequest {
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/**
 * Answers gates. Requests are gathered while the writer is busy and settled together in one
 * transaction that begins as soon as it is free: the answer leaves after its audit row is on the disk.
 */
export class Verification {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #records: GateLookup;
  readonly #policies: Policies;
  readonly #verificationBatch: VerificationBatch;
  readonly #source: StatusSource | undefined;
  readonly #now: () => number;
  #waiting: Waiting[] = [];
  #settling = false;
  #repeatsUntil = 0;

  constructor(deps: {
    store: Store;
    keyring: Keyring;
    records: GateLookup;
    policies: Policies;
    verificationBatch: VerificationBatch;
    /** Absent: the registry answers. */
    source?: StatusSource | undefined;
    now: () => number;
  }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#records = deps.records;
    this.#policies = deps.policies;
    this.#verificationBatch = deps.verificationBatch;
    this.#source = deps.source;
    this.#now = deps.now;
  }

  /**
   * May this person pass? The same asker's same request id always gets the same answer and leaves one
   * audit row.
   *
   * @throws VarcoError `overloaded`, `policyUnknown`, `storeUnavailable`: no answer without its audit row.
   */
  verify(request: VerifyRequest): Promise<Answer> {
    const policy = this.#policies.find(request.policy, new Date(this.#now()));
    if (!policy) {
      const message = `No policy ${request.policy} is in force`;
      return Promise.reject(new VarcoError('policyUnknown', message));
    }
    if (this.#waiting.length >= WAITING_MAX) {
      return Promise.reject(new VarcoError('overloaded', 'Too many verifications wait'));
    }
    const mac = this.#keyring.codeMac(request.codiceFiscale);
    return this.#source
      ? this.#askSource(this.#source, request, mac).then((upstream) =>
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
    if (!this.#settling) {
      this.#settling = true;
      setImmediate(() => void this.#settleAll());
    }
    return new Promise((resolve, reject) => {
      // Written out: a copy of an object of seven fields costs more than all the rest here.
      this.#waiting.push({
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

  /** Whether a policy takes only the live code of a phone. */
  requiresLiveCode(policy: string): boolean {
    return this.#policies.find(policy, new Date(this.#now()))?.liveCode === 'required';
  }

  /** How many requests wait for the writer now. */
  get pending(): number {
    return this.#waiting.length;
  }

  /** Forgets what nobody needs any more: old failures and one-time codes past their time. */
  async purgeExpired(): Promise<void> {
    const now = this.#now();
    await this.#store.db
      .deleteFrom('guess')
      .where('last_at', '<', now - GUESS_RETENTION_MS)
      .execute();
    await this.#store.db.deleteFrom('one_time_code').where('expires_at', '<', now).execute();
    await LiveCodes.purgeExpired(this.#store, now);
  }

  /** Asks upstream for those only whose code and codice fiscale belong together. */
  async #askSource(
    source: StatusSource,
    request: VerifyRequest,
    mac: string,
  ): Promise<SourceAnswer | undefined> {
    const { cause } = await this.#store.transaction(async (tx) =>
      recognise(
        { credentialId: request.credentialId, mac },
        await this.#records.find(tx, [request.credentialId]),
        this.#now(),
      ),
    );
    return cause === 'recognised' ? source.statusOf(request.codiceFiscale) : undefined;
  }

  async #settleAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH_MAX);
      try {
        const { answers, afterCommit } = await this.#settle(batch);
        for (const one of batch) {
          const answer = answers.get(one.key) as Answer | VarcoError;
          if (answer instanceof VarcoError) {
            one.reject(answer);
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
    this.#settling = false;
  }

  /** One transaction; what a repeat costs is met by those who come after it, for a while. */
  #settle(batch: readonly Waiting[]): Promise<BatchResult> {
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
