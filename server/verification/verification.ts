import { timingSafeEqual } from 'node:crypto';
import { VarcoError } from '../../shared/errors.ts';
import type { Policy } from '../../shared/policy.ts';
import type { Verdict } from '../../shared/verdict.ts';
import type { Audit, AuditEvent } from '../audit/audit.ts';
import type { Keyring } from '../credential/keyring.ts';
import type { Status } from '../registry/status.ts';
import type { Lookup, Store, Tx } from '../store/store.ts';
import { decide } from './decide.ts';
import type { Policies } from './policies.ts';

/** Who asks: a kiosk, or an operator or a command. */
export interface Asker {
  /** Such as `kiosk:gate-1`; the request id is only unique within it. */
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
}

export interface Answer {
  verdict: Verdict;
  decidedAt: number;
}

/** Requests that wait for the writer, at most; one more is refused as `busy`. */
const WAITING_MAX = 4096;
/** Requests in one transaction, at most. */
const BATCH_MAX = 512;

interface Waiting {
  request: VerifyRequest;
  policy: Policy;
  mac: string;
  key: string;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

interface CredentialRow {
  id: string;
  person_id: number;
  kind: string;
  state: string;
  expires_at: number | null;
}

interface PersonRow {
  id: number;
  code_mac: string;
  status: string;
}

const answered: Lookup = {
  head: 'select request, at, body from audit where request',
  keyType: 'text',
};
const credentials: Lookup = {
  head: 'select id, person_id, kind, state, expires_at from credential where id',
  keyType: 'text',
};
const personsById: Lookup = {
  head: 'select id, code_mac, status from person where id',
  keyType: 'bigint',
};

/** Stands in for a person that is not there, so that every refusal does the same work. */
const NOBODY: PersonRow = {
  id: 0,
  code_mac: '0'.repeat(32),
  status: JSON.stringify({
    invaliditaCivile: {
      protocol: '-',
      giudizio: 'totale',
      recognised: true,
      percentage: 100,
      accompagnamento: false,
      fiscalBenefits: [],
      definitiveOn: '2010-01-01',
    },
  } satisfies Status),
};

/**
 * Answers gates. Requests are gathered while the writer is busy and settled together in one
 * transaction that commits as soon as it is free: the answer leaves after its audit row is on the disk.
 */
export class Verification {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #audit: Audit;
  readonly #policies: Policies;
  readonly #now: () => number;
  #waiting: Waiting[] = [];
  #settling = false;

  constructor(deps: {
    store: Store;
    keyring: Keyring;
    audit: Audit;
    policies: Policies;
    now: () => number;
  }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#audit = deps.audit;
    this.#policies = deps.policies;
    this.#now = deps.now;
  }

  /**
   * May this person pass? The same asker's same request id always gets the same answer and leaves one
   * audit row.
   *
   * @throws VarcoError `busy`, `policyUnknown`, `storeUnavailable`: no answer without its audit row.
   */
  verify(request: VerifyRequest): Promise<Answer> {
    const policy = this.#policies.find(request.policy, new Date(this.#now()));
    if (!policy) {
      const message = `No policy ${request.policy} is in force`;
      return Promise.reject(new VarcoError('policyUnknown', message));
    }
    if (this.#waiting.length >= WAITING_MAX) {
      return Promise.reject(new VarcoError('busy', 'Too many verifications wait'));
    }
    return new Promise((resolve, reject) => {
      const mac = this.#keyring.codeMac(request.codiceFiscale);
      const key = `${request.asker.id} ${request.requestId}`;
      this.#waiting.push({ request, policy, mac, key, resolve, reject });
      if (!this.#settling) {
        this.#settling = true;
        setImmediate(() => void this.#settleAll());
      }
    });
  }

  async #settleAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH_MAX);
      try {
        const answers = await this.#store.transaction((tx) => this.#settle(tx, batch));
        for (const one of batch) {
          one.resolve(answers.get(one.key) as Answer);
        }
      } catch (error) {
        for (const one of batch) {
          one.reject(error);
        }
      }
    }
    this.#settling = false;
  }

  async #settle(tx: Tx, batch: readonly Waiting[]): Promise<Map<string, Answer>> {
    const answers = new Map<string, Answer>();
    for (const row of await this.#store.lookup<{ request: string; at: number; body: string }>(
      tx,
      answered,
      batch.map(({ key }) => key),
    )) {
      const { verdict } = JSON.parse(row.body) as { verdict: Verdict };
      answers.set(row.request, { verdict, decidedAt: row.at });
    }
    const fresh = new Map<string, Waiting>();
    for (const one of batch) {
      if (!answers.has(one.key) && !fresh.has(one.key)) {
        fresh.set(one.key, one);
      }
    }
    if (fresh.size === 0) {
      return answers;
    }
    const found = await this.#find(tx, [...fresh.values()]);
    const decidedAt = this.#now();
    const now = new Date(decidedAt);
    const events: AuditEvent[] = [];
    for (const [key, one] of fresh) {
      const { verdict, event } = judge(one, found, now);
      answers.set(key, { verdict, decidedAt });
      events.push(event);
    }
    await this.#audit.append(tx, events, decidedAt);
    return answers;
  }

  async #find(tx: Tx, batch: readonly Waiting[]): Promise<Found> {
    const rows = await this.#store.lookup<CredentialRow>(
      tx,
      credentials,
      batch.map(({ request }) => request.credentialId),
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    const persons = await this.#store.lookup<PersonRow>(
      tx,
      personsById,
      batch.map(({ request }) => byId.get(request.credentialId)?.person_id ?? NOBODY.id),
    );
    return { credentials: byId, persons: new Map(persons.map((row) => [row.id, row])) };
  }
}

interface Found {
  credentials: Map<string, CredentialRow>;
  persons: Map<number, PersonRow>;
}

/**
 * One request's verdict and audit event. Whatever is wrong, the same steps run: compare, parse,
 * decide; only the last choice differs.
 */
function judge(one: Waiting, found: Found, now: Date): { verdict: Verdict; event: AuditEvent } {
  const credential = found.credentials.get(one.request.credentialId);
  const person = found.persons.get(credential?.person_id ?? NOBODY.id) ?? NOBODY;
  const sameCode = timingSafeEqual(Buffer.from(one.mac), Buffer.from(person.code_mac));
  const live =
    credential?.state === 'live' &&
    (credential.expires_at === null || credential.expires_at > now.getTime());
  const decided = decide(
    {
      kind: 'known',
      status: JSON.parse(person.status) as Status,
      cardValid: credential?.kind === 'card' && live,
    },
    one.policy,
    now,
  );
  const recognised = sameCode && live && credential !== undefined;
  const verdict: Verdict = recognised ? decided : { outcome: 'denied', reason: 'notRecognised' };
  const { asker, credentialId } = one.request;
  return {
    verdict,
    event: {
      kind: 'verification',
      subject: credential ? person.code_mac : credentialId,
      request: one.key,
      body: {
        asker: asker.id,
        site: asker.site,
        policy: one.policy.id,
        version: one.policy.version,
        verdict,
        cause: recognised ? 'recognised' : causeOf(credential, sameCode),
      },
    },
  };
}

/** For the audit alone. */
function causeOf(credential: CredentialRow | undefined, sameCode: boolean): string {
  if (!credential) {
    return 'unknownCredential';
  }
  return sameCode ? credential.state : 'wrongCode';
}
