import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Keyring } from '../keys/keyring.ts';
import { readCookie, writeCookie } from './session-cookie.ts';

const PLACE = 'login.pending';
/** A person may have to find a phone, a card or a pair of glasses. */
export const PENDING_LIFE_MS = 600_000;

/**
 * A login that is on its way is kept in the browser itself, sealed: nobody can fill our store by
 * beginning logins, and a login ends in the browser in which it began. One at a time.
 */
export class PendingLogins {
  readonly #keyring: Keyring;
  readonly #now: () => number;

  constructor(deps: { keyring: Keyring; now: () => number }) {
    this.#keyring = deps.keyring;
    this.#now = deps.now;
  }

  /** @param way the way of logging in: what one way began, another can't end. */
  write(request: FastifyRequest, reply: FastifyReply, way: string, body: object): void {
    const until = this.#now() + PENDING_LIFE_MS;
    const box = this.#keyring.seal(`${PLACE}.${way}`, JSON.stringify({ until, body }));
    writeCookie(request, reply, 'login', box.toString('base64url'));
  }

  /** Nothing when there is none, it is late, or it was written for something else. */
  read<Body extends object>(request: FastifyRequest, way: string): Body | undefined {
    const text = readCookie(request, 'login');
    if (text === undefined || text.length > 4096) {
      return undefined;
    }
    try {
      const box = Buffer.from(text, 'base64url');
      const { until, body } = JSON.parse(this.#keyring.open(`${PLACE}.${way}`, box));
      return until > this.#now() ? (body as Body) : undefined;
    } catch {
      // Somebody else's cookie, or another way's: as good as none.
      return undefined;
    }
  }

  clear(request: FastifyRequest, reply: FastifyReply): void {
    writeCookie(request, reply, 'login', undefined);
  }
}
