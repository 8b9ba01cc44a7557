import { createHash, randomUUID } from 'node:crypto';
import type { Keyring } from '../keys/keyring.ts';
import { hashSecret, isSecret, newSecret } from '../keys/secret.ts';
import type { Log } from '../log.ts';
import type { TableRow } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { shownNetwork } from './network.ts';
import type { CitizenMethod, CitizenSession, Session, StaffSession } from './session.ts';

/** A session ends after this long without a request (OWASP ASVS 5.0, 7.3.1). */
export const IDLE_MS = 900_000;
/** Absolute life of a session (7.3.2): a visit, or a working day. */
export const LIFE_MS = { citizen: 7_200_000, staff: 36_000_000 } as const;
/** Age at which the token in the cookie is replaced. */
export const ROTATE_MS = 300_000;
/** How long requests with the previous token are still answered, since they may be in flight. */
export const GRACE_MS = 30_000;
/** Precision of a session's last request, because not every request is worth a write. */
const TOUCH_MS = 10_000;

/** How long after a login, or another proof, a dangerous act needs no further one (ASVS 5.0, 7.5.3). */
export const CONFIRMED_MS = 300_000;

export const SESSION_BOX = 'session.body';

/** Somebody who has just been authenticated. */
export type AuthenticatedIdentity =
  | {
      kind: 'citizen';
      codiceFiscale: string;
      name?: string | undefined;
      assurance: 1 | 2 | 3;
      method: CitizenMethod;
      /** The identity provider's id in the config, for logging out there too. */
      provider?: string | undefined;
    }
  | { kind: 'staff'; accountId: string; assurance: 2 | 3 };

/** The encrypted part of a session's row, stored as JSON under these names. */
export interface SessionBody {
  arrival: AuthenticatedIdentity;
  csrf: string;
  actingFor?: CitizenSession['actingFor'];
  /** Where the login was, for the owner's list of sessions; absent in older rows. */
  device?: { agent: string; network: string };
}

/** A session that a request belongs to. */
export interface OpenSession {
  session: Session;
  /** Required with every request that changes something. */
  csrf: string;
  provider: string | undefined;
  /** Unix milliseconds until which it can be used without another request. */
  validUntil: number;
  /** Unix milliseconds when its owner last proved who they are. */
  confirmedAt: number;
  /** A new token for the browser's cookie. */
  rotated?: string | undefined;
}

type Row = TableRow<'session'>;

/**
 * Sessions in the database, so that they work on every node; of the cookie's token only the hash is stored.
 * A session is bound to the browser's `User-Agent`. A replaced token that is used again later ends it, since
 * somebody else must have a copy.
 */
export class SessionStore {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #log: Log;
  readonly #now: () => number;

  constructor(deps: { store: Store; keyring: Keyring; log: Log; now: () => number }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#log = deps.log;
    this.#now = deps.now;
  }

  /** @param agent the browser's `User-Agent`. @param address the client's, of which the network is kept. */
  async create(
    arrival: AuthenticatedIdentity,
    agent: string,
    address = '',
  ): Promise<{ id: string; token: string }> {
    const now = this.#now();
    const token = newSecret();
    const id = randomUUID();
    const device = { agent: agent.slice(0, 200), network: shownNetwork(address) };
    const body: SessionBody = { arrival, csrf: newSecret(), device };
    await this.#store.db
      .insertInto('session')
      .values({
        id,
        token_hash: hashSecret(token),
        previous_hash: null,
        previous_until: null,
        kind: arrival.kind,
        subject: this.#subjectOf(arrival),
        agent_hash: hashAgent(agent),
        body_cipher: this.#keyring.seal(SESSION_BOX, JSON.stringify(body)),
        created_at: now,
        seen_at: now,
        rotated_at: now,
        expires_at: now + LIFE_MS[arrival.kind],
        confirmed_at: now,
      })
      .execute();
    return { id, token };
  }

  /** The session of a token; undefined if it is unknown, ended, another browser's or stolen. */
  async open(token: string, agent: string): Promise<OpenSession | undefined> {
    if (!isSecret(token)) {
      return undefined;
    }
    const hash = hashSecret(token);
    const row = await this.#store.db
      .selectFrom('session')
      .selectAll()
      .where((is) => is.or([is('token_hash', '=', hash), is('previous_hash', '=', hash)]))
      .executeTakeFirst();
    if (!row) {
      return undefined;
    }
    const problem = this.#problemOf(row, hash, agent);
    const body: SessionBody = JSON.parse(this.#keyring.open(SESSION_BOX, row.body_cipher));
    const session = problem ? undefined : await this.#sessionOf(row, body);
    if (!session) {
      await this.end(row.id);
      if (problem === 'replayed' || problem === 'otherBrowser') {
        this.#log.warn({ session: row.id, problem }, 'a session was ended');
      }
      return undefined;
    }
    const rotated = await this.#keepAlive(row, hash);
    return {
      session,
      csrf: body.csrf,
      provider: body.arrival.kind === 'citizen' ? body.arrival.provider : undefined,
      validUntil: Math.min(row.expires_at, this.#now() + IDLE_MS),
      rotated,
      confirmedAt: row.confirmed_at,
    };
  }

  /** Notes that a session's owner has just proved again who they are. */
  async confirm(id: string): Promise<void> {
    await this.#store.db
      .updateTable('session')
      .set({ confirmed_at: this.#now() })
      .where('id', '=', id)
      .execute();
  }

  /**
   * Begins or ceases to act for another citizen. The session's rights change, so its token is replaced.
   *
   * @returns the new token, or undefined when the session has ended.
   */
  async actFor(id: string, actingFor: CitizenSession['actingFor']): Promise<string | undefined> {
    return this.#store.transaction(async (tx) => {
      const row = await tx
        .selectFrom('session')
        .select(['body_cipher', 'kind'])
        .where('id', '=', id)
        .executeTakeFirst();
      if (row?.kind !== 'citizen') {
        return undefined;
      }
      const before: SessionBody = JSON.parse(this.#keyring.open(SESSION_BOX, row.body_cipher));
      const body: SessionBody = { ...before, actingFor };
      const token = newSecret();
      await tx
        .updateTable('session')
        .set({
          token_hash: hashSecret(token),
          previous_hash: null,
          previous_until: null,
          rotated_at: this.#now(),
          body_cipher: this.#keyring.seal(SESSION_BOX, JSON.stringify(body)),
        })
        .where('id', '=', id)
        .execute();
      return token;
    });
  }

  async end(id: string): Promise<void> {
    await this.#store.db.deleteFrom('session').where('id', '=', id).execute();
  }

  /** Logout everywhere: ends all sessions of this session's owner. @returns how many there were. */
  async endEverywhere(id: string): Promise<number> {
    const row = await this.#store.db
      .selectFrom('session')
      .select(['kind', 'subject'])
      .where('id', '=', id)
      .executeTakeFirst();
    return row ? this.endAllOf(row.kind, row.subject) : 0;
  }

  /** @param subject a citizen's code mac, or a staff account's id. */
  async endAllOf(kind: Session['kind'], subject: string): Promise<number> {
    const { numDeletedRows } = await this.#store.db
      .deleteFrom('session')
      .where('kind', '=', kind)
      .where('subject', '=', subject)
      .executeTakeFirst();
    return Number(numDeletedRows);
  }

  /** Whether a session is still valid, for responses that stay open such as server-sent events. */
  async isLive(id: string): Promise<boolean> {
    const now = this.#now();
    const row = await this.#store.db
      .selectFrom('session')
      .select(['seen_at', 'expires_at'])
      .where('id', '=', id)
      .executeTakeFirst();
    return row !== undefined && now < row.expires_at && now - row.seen_at < IDLE_MS;
  }

  /** Deletes expired sessions. */
  async purgeExpired(): Promise<void> {
    const now = this.#now();
    await this.#store.db
      .deleteFrom('session')
      .where((is) => is.or([is('expires_at', '<=', now), is('seen_at', '<=', now - IDLE_MS)]))
      .execute();
  }

  #subjectOf(arrival: AuthenticatedIdentity): string {
    return arrival.kind === 'citizen'
      ? this.#keyring.codeMac(arrival.codiceFiscale)
      : arrival.accountId;
  }

  #problemOf(row: Row, hash: string, agent: string) {
    const now = this.#now();
    if (row.token_hash !== hash && now >= (row.previous_until ?? 0)) {
      return 'replayed';
    }
    if (row.agent_hash !== hashAgent(agent)) {
      return 'otherBrowser';
    }
    return now >= row.expires_at || now - row.seen_at >= IDLE_MS ? 'ended' : undefined;
  }

  async #sessionOf(row: Row, { arrival, actingFor }: SessionBody): Promise<Session | undefined> {
    if (arrival.kind === 'citizen') {
      const { codiceFiscale, name, assurance, method } = arrival;
      const person = await this.#store.db
        .selectFrom('person')
        .select('id')
        .where('code_mac', '=', row.subject)
        .executeTakeFirst();
      return {
        kind: 'citizen',
        id: row.id,
        codiceFiscale,
        assurance,
        method,
        name,
        personId: person?.id,
        actingFor,
      };
    }
    // Read on each request, so that a removed role ends with the next click.
    const account = await this.#store.db
      .selectFrom('staff_account')
      .select(['identity_cipher', 'role', 'sites', 'state'])
      .where('id', '=', arrival.accountId)
      .executeTakeFirst();
    if (account?.state !== 'active') {
      return undefined;
    }
    const { name } = JSON.parse(this.#keyring.open('staff.identity', account.identity_cipher));
    const { accountId, assurance } = arrival;
    const sites: StaffSession['sites'] = JSON.parse(account.sites);
    return { kind: 'staff', id: row.id, accountId, name, role: account.role, sites, assurance };
  }

  /** Records the request, and replaces an old token. */
  async #keepAlive(row: Row, hash: string): Promise<string | undefined> {
    const now = this.#now();
    if (row.token_hash === hash && now - row.rotated_at >= ROTATE_MS) {
      const token = newSecret();
      const { numUpdatedRows } = await this.#store.db
        .updateTable('session')
        .set({
          token_hash: hashSecret(token),
          previous_hash: hash,
          previous_until: now + GRACE_MS,
          rotated_at: now,
          seen_at: now,
        })
        .where('id', '=', row.id)
        .where('token_hash', '=', hash)
        .executeTakeFirst();
      // Of two concurrent requests only one replaces it; the other's token is then the previous one.
      return numUpdatedRows > 0n ? token : undefined;
    }
    if (now - row.seen_at >= TOUCH_MS) {
      await this.#store.db
        .updateTable('session')
        .set({ seen_at: now })
        .where('id', '=', row.id)
        .execute();
    }
    return undefined;
  }
}

function hashAgent(agent: string): string {
  return createHash('sha256').update(agent).digest('hex').slice(0, 32);
}
