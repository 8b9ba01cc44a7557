import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';
import type { Clock } from '../shared/clock.ts';
import { VarcoError } from '../shared/errors.ts';
import type { Log } from './log.ts';

/** Headers by which a proxy says for whom it asks. */
const forwardingHeaders = ['x-forwarded-for', 'forwarded', 'x-real-ip'] as const;
/** Addresses that no stranger has: a proxy of ours stands there. */
const isOurs = proxyAddr.compile(['loopback', 'linklocal', 'uniquelocal']);
/** An unnamed proxy is reported for so long after its last request, and logged this often. */
const REPORTED_MS = 600_000;
const LOGGED_EVERY_MS = 3_600_000;

/**
 * An `https` origin needs somebody who ends TLS: this server, or a proxy that the config names. Behind an
 * unnamed one all callers would share its address, and with it each other's limits.
 *
 * @throws VarcoError `proxyUnnamed`.
 */
export function demandNamedProxy(config: {
  web?: { origin?: string | undefined; proxies?: readonly string[] } | undefined;
  listen: { tls?: object | undefined };
}): void {
  const { origin = '', proxies = [] } = config.web ?? {};
  if (origin.startsWith('https:') && proxies.length === 0 && !config.listen.tls) {
    throw new VarcoError(
      'proxyUnnamed',
      `web.origin is ${origin}, but this server has no TLS of its own (listen.tls) and web.proxies ` +
        'names no proxy that has: name its address, such as "127.0.0.1"',
    );
  }
}

/** Where requests come from, and whether a proxy stands in between that nobody named. */
export class Proxies {
  readonly #trusted: (address: string, hop: number) => boolean;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #log: Log;
  #seenAt: number | undefined;
  #loggedAt: number | undefined;

  /** @param deps.proxies addresses, networks, or `loopback`, `linklocal` and `uniquelocal`. */
  constructor(deps: {
    proxies: readonly string[] | undefined;
    clock: Pick<Clock, 'monotonic'>;
    log: Log;
  }) {
    this.#trusted = proxyAddr.compile([...(deps.proxies ?? [])]);
    this.#clock = deps.clock;
    this.#log = deps.log;
  }

  /** The client's address: what the named proxies say, else the other end of the socket. */
  addressOf(request: IncomingMessage): string {
    return proxyAddr(request, this.#trusted) ?? '';
  }

  /** Looks whether a request came through a proxy that is not named. */
  see({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>): void {
    const peer = socket.remoteAddress;
    const isForwarded = forwardingHeaders.some((name) => headers[name] !== undefined);
    if (!isForwarded || peer === undefined || this.#trusted(peer, 0) || !isOurs(peer, 0)) {
      return;
    }
    const now = this.#clock.monotonic();
    this.#seenAt = now;
    if (this.#loggedAt === undefined || now - this.#loggedAt >= LOGGED_EVERY_MS) {
      this.#loggedAt = now;
      this.#log.warn(
        { code: 'proxyUnnamed', proxy: peer },
        'requests come through a proxy that web.proxies does not name: all its callers share one limit',
      );
    }
  }

  /** Whether one was seen lately. */
  get isUnnamed(): boolean {
    return this.#seenAt !== undefined && this.#clock.monotonic() - this.#seenAt < REPORTED_MS;
  }
}
