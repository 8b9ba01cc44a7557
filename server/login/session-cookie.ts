import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** `__Host-`: a browser accepts it only over TLS, for this host only and all its paths (RFC 6265bis). */
const SECURE_NAME = '__Host-varco';
/**
 * Exception for demonstrations and developers: over plain HTTP on this machine, not all browsers store a
 * `Secure` cookie. No other connection reads or writes this one.
 */
const LOOPBACK_NAME = 'varco-loopback';

const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/;
const LOOPBACK_PEER = /^(::ffff:)?127\.|^::1$/;

/** The cookies: the session, and a pending login. */
export type CookieUse = 'session' | 'login';

function nameOf(request: FastifyRequest, use: CookieUse): string {
  const base = isPlainLoopback(request) ? LOOPBACK_NAME : SECURE_NAME;
  return use === 'session' ? base : `${base}-login`;
}

function isPlainLoopback(request: FastifyRequest): boolean {
  return (
    request.protocol === 'http' &&
    LOOPBACK_HOST.test(request.headers.host ?? '') &&
    LOOPBACK_PEER.test(request.socket.remoteAddress ?? '')
  );
}

export function readCookie(request: FastifyRequest, use: CookieUse): string | undefined {
  const { cookie: header } = request.headers;
  // Parsed here, because this runs before the cookie plugin's own hook.
  return header === undefined
    ? undefined
    : request.server.parseCookie(header)[nameOf(request, use)];
}

/** @param value absent to delete the cookie. */
export function writeCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  use: CookieUse,
  value: string | undefined,
): void {
  const options: CookieSerializeOptions = {
    path: '/',
    httpOnly: true,
    secure: !isPlainLoopback(request),
    // Identity providers redirect from another site, where `strict` would withhold a pending login.
    sameSite: 'lax',
  };
  if (value === undefined) {
    options.maxAge = 0;
  }
  reply.setCookie(nameOf(request, use), value ?? '', options);
}
