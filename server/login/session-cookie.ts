import type { FastifyReply, FastifyRequest } from 'fastify';

/** `__Host-`: a browser takes it only over TLS, for this host alone, for all of its paths (RFC 6265bis). */
const SECURE_NAME = '__Host-varco';
/**
 * The exception, for a demonstration or a developer: over plain HTTP on this very machine, browsers
 * differ in whether they keep a `Secure` cookie. No other connection reads or writes it.
 */
const LOOPBACK_NAME = 'varco-loopback';

const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/;
const LOOPBACK_PEER = /^(::ffff:)?127\.|^::1$/;

/** Cookies of this room: the session, and a login that is on its way. */
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
  // Read here, since this is asked before the cookies' own hook has run.
  return header === undefined
    ? undefined
    : request.server.parseCookie(header)[nameOf(request, use)];
}

/** @param value absent: the browser is to forget it. */
export function writeCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  use: CookieUse,
  value: string | undefined,
): void {
  const kept = {
    path: '/',
    httpOnly: true,
    secure: !isPlainLoopback(request),
    // Identity providers send the browser back from another site: `strict` would hide this login.
    sameSite: 'lax' as const,
    ...(value === undefined ? { maxAge: 0 } : {}),
  };
  reply.setCookie(nameOf(request, use), value ?? '', kept);
}
