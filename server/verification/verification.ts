import { VarcoError } from '../../shared/errors.ts';
import type { Policy } from '../../shared/policy.ts';
import type { Verdict } from '../../shared/verdict.ts';
import { type Audit, type AuditEvent, monthOf } from '../audit/audit.ts';
import type { Keyring } from '../credential/keyring.ts';
import type { PersonRecord } from '../registry/person.ts';
import type { Status } from '../registry/status.ts';
import type { BulkInsert, Lookup, Store, Tx } from '../store/store.ts';
import { decide, type Facts } from './decide.ts';
import { Guesses } from './guesses.ts';
import { FORGET_MS } from './limits.ts';
import { LiveCodes } from './live-codes.ts';
import type { Policies } from './policies.ts';
import { findAll, type Recognition, recognise } from './recognition.ts';
import type { SecondLevel } from './second-level.ts';
import type { SourceAnswer, StatusSource } from './sources.ts';

/** Who asks: a kiosk, an operator or a command. */
export interface Asker {
  /** Such as `kiosk:gate-1` or `operator:17`; the request id is only unique within it. */
  id: string;
  site: string;
}

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

export interface Answer {
  verdict: Verdict;
  decidedAt: number;
}

/** Requests that wait for the writer, at most; one more is refused as `busy`. */
const WAITING_MAX = 4096;
/** Requests in one transaction, at most. */
const BATCH_MAX = 512;
/** The same code at two sites within this time is noted in the audit. */
const SIGHTING_WINDOW_MS = 600_000;

/** A request on its way through one batch. */
interface Waiting extends VerifyRequest {
  question: Policy;
  mac: string;
  /** The idempotency key. */
  key: string;
  /** What a source other than the registry said. */
  upstream: SourceAnswer | undefined;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

interface Sighting {
  credential_id: string;
  site: string;
  at: number;
}

const answered: Lookup = {
  head: 'select request, at, body from audit where request',
  keyType: 'text',
};
const sightings: Lookup = {
  head: 'select credential_id, site, at from sighting where credential_id',
  keyType: 'text',
};
const insertSightings: BulkInsert = {
  table: 'sighting',
  columns: { credential_id: 'text', site: 'text', at: 'bigint' },
  tail: `on conflict (credential_id) do update set site = excluded.site, at = excluded.at`,
};

/**
 * Answers gates. Requests are gathered while the writer is busy and settled together in one
 * transaction that begins as soon as it is free: the answer leaves after its audit row is on the disk.
 */
export class Verification {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #audit: Audit;
  readonly #policies: Policies;
  readonly #secondLevel: SecondLevel;
  readonly #source: StatusSource | undefined;
  readonly #now: () => number;
  #waiting: Waiting[] = [];
  #settling = false;

  constructor(deps: {
    store: Store;
    keyring: Keyring;
    audit: Audit;
    policies: Policies;
    secondLevel: SecondLevel;
    /** Absent: the registry answers. */
    source?: StatusSource | undefined;
    now: () => number;
  }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#audit = deps.audit;
    this.#policies = deps.policies;
    this.#secondLevel = deps.secondLevel;
    this.#source = deps.source;
    this.#now = deps.now;
  }

  /**
   * May this person pass? The same asker's same request id always gets the same answer and leaves one
   * audit row.
   *
   * @throws VarcoError `busy`, `policyUnknown`, `storeUnavailable`: no answer without its audit row.
   */
  async verify(request: VerifyRequest): Promise<Answer> {
    const question = this.#policies.find(request.policy, new Date(this.#now()));
    if (!question) {
      throw new VarcoError('policyUnknown', `No policy ${request.policy} is in force`);
    }
    if (this.#waiting.length >= WAITING_MAX) {
      throw new VarcoError('busy', 'Too many verifications wait');
    }
    const mac = this.#keyring.codeMac(request.codiceFiscale);
    const key = `${request.asker.id} ${request.requestId}`;
    const upstream = this.#source ? await this.#askSource(this.#source, request, mac) : undefined;
    return new Promise((resolve, reject) => {
      const { asker, requestId, credentialId, codiceFiscale, policy, liveIssuedAt } = request;
      const given = { asker, requestId, credentialId, codiceFiscale, policy, liveIssuedAt };
      this.#waiting.push({ ...given, question, mac, key, upstream, resolve, reject });
      if (!this.#settling) {
        this.#settling = true;
        setImmediate(() => void this.#settleAll());
      }
    });
  }

  /** Whether a policy takes only the live code of a phone. */
  takesOnlyLive(policy: string): boolean {
    return this.#policies.find(policy, new Date(this.#now()))?.liveCode === 'required';
  }

  /** Forgets what nobody needs any more: sightings, old failures and one-time codes past their time. */
  async forget(): Promise<void> {
    const now = this.#now();
    await this.#store.db
      .deleteFrom('sighting')
      .where('at', '<', now - SIGHTING_WINDOW_MS)
      .execute();
    await this.#store.db
      .deleteFrom('guess')
      .where('last_at', '<', now - FORGET_MS)
      .execute();
    await this.#store.db.deleteFrom('one_time_code').where('expires_at', '<', now).execute();
    await LiveCodes.forget(this.#store, now);
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
        await findAll(this.#store, tx, [request.credentialId]),
        this.#now(),
      ),
    );
    return cause === 'recognised' ? source.statusOf(request.codiceFiscale) : undefined;
  }

  async #settleAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH_MAX);
      try {
        const { answers, deliveries } = await this.#store.transaction((tx) =>
          this.#settle(tx, batch),
        );
        for (const one of batch) {
          one.resolve(answers.get(one.key) as Answer);
        }
        for (const deliver of deliveries) {
          deliver();
        }
      } catch (error) {
        for (const one of batch) {
          one.reject(error);
        }
      }
    }
    this.#settling = false;
  }

  async #settle(
    tx: Tx,
    batch: readonly Waiting[],
  ): Promise<{ answers: Map<string, Answer>; deliveries: (() => void)[] }> {
    const answers = await this.#alreadyAnswered(tx, batch);
    const fresh = new Map<string, Waiting>();
    for (const one of batch) {
      if (!answers.has(one.key)) {
        fresh.set(one.key, one);
      }
    }
    const deliveries: (() => void)[] = [];
    if (fresh.size === 0) {
      return { answers, deliveries };
    }
    const tries = [...fresh.values()];
    const decidedAt = this.#now();
    const ids = tries.map(({ credentialId }) => credentialId);
    const found = await findAll(this.#store, tx, ids);
    const guesses = await Guesses.read(this.#store, tx, tries);
    const seen = await this.#readSightings(tx, ids, decidedAt);
    const live = await LiveCodes.read(this.#store, tx, this.#keyring, tries);
    const events: AuditEvent[] = [];
    for (const one of tries) {
      const recognition = live.check(recognise(one, found, decidedAt), one, decidedAt);
      const { verdict, deliver } = await this.#judge(tx, one, recognition, guesses, decidedAt);
      if (deliver) {
        deliveries.push(deliver);
      }
      answers.set(one.key, { verdict, decidedAt });
      const signals = this.#notice(one, recognition, seen, decidedAt);
      events.push(toEvent(one, recognition, verdict, signals));
    }
    await guesses.write(this.#store, tx);
    await live.write(this.#store, tx);
    await this.#writeSightings(tx, seen, decidedAt);
    await this.#audit.append(tx, events, decidedAt);
    return { answers, deliveries };
  }

  async #alreadyAnswered(tx: Tx, batch: readonly Waiting[]): Promise<Map<string, Answer>> {
    const rows = await this.#store.lookup<{ request: string; at: number; body: string }>(
      tx,
      answered,
      batch.map(({ key }) => key),
    );
    return new Map(
      rows.map(({ request, at, body }) => {
        const { verdict } = JSON.parse(body) as { verdict: Verdict };
        return [request, { verdict, decidedAt: at }];
      }),
    );
  }

  /** One request's verdict. Whatever is wrong, the same steps run; only the last choice differs. */
  async #judge(
    tx: Tx,
    one: Waiting,
    recognition: Recognition,
    guesses: Guesses,
    now: number,
  ): Promise<{ verdict: Verdict; deliver?: () => void }> {
    const retryAfterMs = guesses.waitMs(one, now);
    const decided = decide(this.#facts(one, recognition), one.question, new Date(now));
    if (retryAfterMs > 0) {
      return { verdict: { outcome: 'throttled', retryAfterMs } };
    }
    if (recognition.cause !== 'recognised') {
      guesses.failed(one, now);
      return { verdict: { outcome: 'denied', reason: 'notRecognised' } };
    }
    if (one.question.level === 2) {
      return this.#secondLevel.startAtGate(tx, {
        asker: one.asker,
        credentialId: one.credentialId,
        policy: one.policy,
        personId: recognition.person.id,
      });
    }
    return { verdict: decided };
  }

  #facts(one: Waiting, { person, credential }: Recognition): Facts {
    if (one.upstream?.kind === 'unavailable') {
      return { kind: 'unavailable' };
    }
    // A Disability Card tells only that it is valid (domain §4).
    const isCard = credential?.kind === 'card';
    const own = JSON.parse(person.status) as Status;
    const status = one.upstream?.kind === 'known' ? one.upstream.status : own;
    const known: Facts = {
      kind: 'known',
      status: isCard ? {} : status,
      cardValid: isCard,
      cardCompanion: isCard && credential.companion === 1,
    };
    return asksMinor(one.question) && person.identity_cipher.length > 0
      ? { ...known, birthDate: this.#birthDate(person.identity_cipher) }
      : known;
  }

  #birthDate(box: Buffer): string {
    return (JSON.parse(this.#keyring.open('person.identity', box)) as PersonRecord).birthDate;
  }

  async #readSightings(tx: Tx, ids: readonly string[], now: number): Promise<Seen> {
    const month = monthOf(now);
    const names = new Map(ids.map((id) => [id, this.#keyring.pseudonym(month, `seen ${id}`)]));
    const rows = await this.#store.lookup<Sighting>(tx, sightings, [...names.values()]);
    return {
      names,
      last: new Map(rows.map((row) => [row.credential_id, row])),
      changed: new Set(),
    };
  }

  /** The same code elsewhere minutes ago: noted in the audit, no reason to refuse. */
  #notice(one: Waiting, recognition: Recognition, seen: Seen, now: number): string[] {
    const name = seen.names.get(one.credentialId);
    if (recognition.cause !== 'recognised' || name === undefined) {
      return [];
    }
    const last = seen.last.get(name);
    seen.last.set(name, { credential_id: name, site: one.asker.site, at: now });
    seen.changed.add(name);
    const elsewhere = last && last.site !== one.asker.site && now - last.at < SIGHTING_WINDOW_MS;
    return elsewhere ? ['elsewhereMinutesAgo'] : [];
  }

  async #writeSightings(tx: Tx, seen: Seen, now: number): Promise<void> {
    const rows = [...seen.changed].sort().map((name) => [name, seen.last.get(name)?.site, now]);
    await this.#store.insertMany(tx, insertSightings, rows);
  }
}

/** Where codes were seen last, under the month's pseudonyms; forgotten after minutes. */
interface Seen {
  names: Map<string, string>;
  last: Map<string, Sighting>;
  changed: Set<string>;
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

function toEvent(
  one: Waiting,
  { cause, subject }: Recognition,
  verdict: Verdict,
  signals: string[],
): AuditEvent {
  const { asker, question } = one;
  return {
    kind: 'verification',
    subject,
    request: one.key,
    body: {
      asker: asker.id,
      site: asker.site,
      policy: question.id,
      version: question.version,
      verdict,
      cause,
      ...(one.liveIssuedAt === undefined ? {} : { live: true }),
      ...(signals.length > 0 ? { signals } : {}),
    },
  };
}
