import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Keyring } from '../keys/keyring.ts';
import { readCookie, writeCookie } from './session-cookie.ts';

const PLACE = 'login.pending';
/** Long enough to find a phone, a card or a pair of glasses. */
export const PENDING_LIFE_MS = 600_000;

/**
 * Keeps a pending login in an encrypted cookie, one at a time. So nobody can fill the database by starting
 * logins, and a login can only be completed in the browser that started it.
 */
export class PendingLogins {
  readonly #keyring: Keyring;
  readonly #now: () => number;

  constructor(deps: { keyring: Keyring; now: () => number }) {
    this.#keyring = deps.keyring;
    this.#now = deps.now;
  }

  /** @param way the login method; a login started with one can't be completed with another. */
  write(request: FastifyRequest, reply: FastifyReply, way: string, body: object): void {
    const until = this.#now() + PENDING_LIFE_MS;
    const box = this.#keyring.seal(`${PLACE}.${way}`, JSON.stringify({ until, body }));
    writeCookie(request, reply, 'login', box.toString('base64url'));
  }

  /** The pending login; undefined without one, after it expired, or for another login method. */
  read<Body extends object>(request: FastifyRequest, way: string): Body | undefined {
    const cookie = readCookie(request, 'login');
    if (cookie === undefined || cookie.length > 4096) {
      return undefined;
    }
    try {
      const box = Buffer.from(cookie, 'base64url');
      const text = this.#keyring.open(`${PLACE}.${way}`, box);
      const { until, body }: { until: number; body: Body } = JSON.parse(text);
      return until > this.#now() ? body : undefined;
    } catch {
      // A forged cookie, or one of another login method: the same as none.
      return undefined;
    }
  }

  clear(request: FastifyRequest, reply: FastifyReply): void {
    writeCookie(request, reply, 'login', undefined);
  }
}
