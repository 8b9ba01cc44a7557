import type { Keyring } from '../keys/keyring.ts';
import type { Store } from '../store/store.ts';
import type { Session } from './session.ts';
import { IDLE_MS, SESSION_BOX, type SessionBody } from './session-store.ts';

/** Bound on the sessions that a page lists, the last used first. */
const LISTED_MAX = 50;

/** A session as its owner sees it. */
export interface OwnSession {
  id: string;
  isThisOne: boolean;
  /** The browser's `User-Agent`; empty if it is not known. */
  agent: string;
  /** Such as `203.0.113.0/24`; empty if it is not known. */
  network: string;
  startedAt: number;
  usedAt: number;
}

interface Owner {
  kind: Session['kind'];
  subject: string;
}

/** Somebody's own sessions: listed, and ended one by one or all but the current one. */
export class OwnSessions {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #now: () => number;

  constructor(deps: { store: Store; keyring: Keyring; now: () => number }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#now = deps.now;
  }

  /** The sessions of a session's owner that can still be used. */
  async list(sessionId: string): Promise<OwnSession[]> {
    const owner = await this.#ownerOf(sessionId);
    if (!owner) {
      return [];
    }
    const now = this.#now();
    const rows = await this.#store.db
      .selectFrom('session')
      .select(['id', 'body_cipher', 'created_at', 'seen_at'])
      .where('kind', '=', owner.kind)
      .where('subject', '=', owner.subject)
      .where('expires_at', '>', now)
      .where('seen_at', '>', now - IDLE_MS)
      .orderBy('seen_at', 'desc')
      .limit(LISTED_MAX)
      .execute();
    return rows.map(({ id, body_cipher, created_at, seen_at }) => {
      const body: SessionBody = JSON.parse(this.#keyring.open(SESSION_BOX, body_cipher));
      const { agent = '', network = '' } = body.device ?? {};
      const times = { startedAt: created_at, usedAt: seen_at };
      return { id, isThisOne: id === sessionId, agent, network, ...times };
    });
  }

  /** Ends another session of the same owner; false if there is no such one. */
  async end(sessionId: string, other: string): Promise<boolean> {
    const owner = await this.#ownerOf(sessionId);
    if (!owner) {
      return false;
    }
    const { numDeletedRows } = await this.#store.db
      .deleteFrom('session')
      .where('id', '=', other)
      .where('kind', '=', owner.kind)
      .where('subject', '=', owner.subject)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  /** Ends all sessions of the same owner but this one. @returns how many there were. */
  async endOthers(sessionId: string): Promise<number> {
    const owner = await this.#ownerOf(sessionId);
    if (!owner) {
      return 0;
    }
    const { numDeletedRows } = await this.#store.db
      .deleteFrom('session')
      .where('id', '!=', sessionId)
      .where('kind', '=', owner.kind)
      .where('subject', '=', owner.subject)
      .executeTakeFirst();
    return Number(numDeletedRows);
  }

  #ownerOf(sessionId: string): Promise<Owner | undefined> {
    return this.#store.db
      .selectFrom('session')
      .select(['kind', 'subject'])
      .where('id', '=', sessionId)
      .executeTakeFirst();
  }
}
