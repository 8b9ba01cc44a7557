import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { VarcoError } from '../../shared/errors.ts';
import { isSameText } from '../keys/secret.ts';
import type { CitizenSession, Role, Session, StaffSession } from './session.ts';
import { readCookie, writeCookie } from './session-cookie.ts';
import type { AuthenticatedIdentity, OpenSession, SessionStore } from './session-store.ts';

/** The name of the field, and of the header, that bring a session's CSRF token along. */
export const CSRF_FIELD = 'csrf';
export const CSRF_HEADER = 'x-csrf-token';

const opened = new WeakMap<FastifyRequest, OpenSession>();
const lost = new WeakSet<FastifyRequest>();

/** The session that a request belongs to. */
export function sessionOf(request: FastifyRequest): Session | undefined {
  return opened.get(request)?.session;
}

/**
 * The citizen of a request behind {@link requireCitizen}.
 *
 * @throws VarcoError `loginNeeded`: a programming fault, or a route that forgot the guard.
 */
export function citizenOf(request: FastifyRequest): CitizenSession {
  const session = sessionOf(request);
  if (session?.kind !== 'citizen') {
    throw new VarcoError('loginNeeded', 'A citizen must be logged in');
  }
  return session;
}

/** The member of staff of a request behind {@link requireStaff}; throws as {@link citizenOf}. */
export function staffOf(request: FastifyRequest): StaffSession {
  const session = sessionOf(request);
  if (session?.kind !== 'staff') {
    throw new VarcoError('loginNeeded', 'A member of staff must be logged in');
  }
  return session;
}

/** The token that a form of this session carries (`<CsrfField>`); empty without a session. */
export function csrfOf(request: FastifyRequest): string {
  return opened.get(request)?.csrf ?? '';
}

/** Unix milliseconds: until when this request's session can be used; 0 without one. */
export function validUntilOf(request: FastifyRequest): number {
  return opened.get(request)?.validUntil ?? 0;
}

/** The identity provider through which this citizen came. */
export function providerOf(request: FastifyRequest): string | undefined {
  return opened.get(request)?.provider;
}

/** Makes a request belong to a session; tests plant theirs with it. */
export function attachSession(request: FastifyRequest, session: OpenSession): void {
  opened.set(request, session);
}

/** Lets a citizen in; anybody else is led to the login and back. */
export async function requireCitizen(request: FastifyRequest, reply: FastifyReply) {
  return sessionOf(request)?.kind === 'citizen' ? undefined : askToLogIn(request, reply, '/login');
}

/** As {@link requireCitizen}, at a level of assurance. */
export function requireCitizenAt(assurance: 2 | 3) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const session = sessionOf(request);
    if (session?.kind !== 'citizen') {
      return askToLogIn(request, reply, '/login');
    }
    if (session.assurance < assurance) {
      throw new VarcoError('assuranceTooLow', 'This needs a login of a higher level');
    }
  };
}

/** Lets a member of staff in, whatever the role; anybody else is led to their login and back. */
export async function requireStaff(request: FastifyRequest, reply: FastifyReply) {
  const session = sessionOf(request);
  return session?.kind === 'staff' ? undefined : askToLogIn(request, reply, '/login/staff');
}

/** As {@link requireStaff}, for some roles only. */
export function requireRole(...roles: readonly Role[]) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const session = sessionOf(request);
    if (session?.kind !== 'staff') {
      return askToLogIn(request, reply, '/login/staff');
    }
    if (!roles.includes(session.role)) {
      throw new VarcoError('roleMissing', 'This is not among what your role may do');
    }
  };
}

/**
 * Checks a token that stands in a body which the route itself reads (multipart).
 *
 * @throws VarcoError `csrfInvalid`.
 */
export function checkCsrf(request: FastifyRequest, input: unknown): void {
  const csrf = csrfOf(request);
  if (csrf === '' || typeof input !== 'string' || !isSameText(input, csrf)) {
    throw new VarcoError('csrfInvalid', 'The form does not belong to this session');
  }
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `inBody`: the route reads its own body and calls {@link checkCsrf}. */
    csrf?: 'inBody';
  }
}

const reading = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Finds the session of every request, and checks the CSRF token of every change that one makes. An
 * answer to somebody who is logged in is kept nowhere.
 */
export function registerSessions(http: FastifyInstance, sessions: SessionStore): void {
  http.addHook('onRequest', async (request, reply) => {
    const token = request.url.startsWith('/assets/') ? undefined : readCookie(request, 'session');
    if (token === undefined) {
      return;
    }
    const found = await sessions.open(token, request.headers['user-agent'] ?? '');
    if (!found) {
      lost.add(request);
      writeCookie(request, reply, 'session', undefined);
      return;
    }
    attachSession(request, found);
    if (found.rotated) {
      writeCookie(request, reply, 'session', found.rotated);
    }
  });
  http.addHook('preHandler', (request, _reply, done) => {
    if (
      opened.has(request) &&
      !reading.has(request.method) &&
      request.routeOptions.config.csrf !== 'inBody'
    ) {
      const body = request.body as Record<string, unknown> | null | undefined;
      checkCsrf(request, request.headers[CSRF_HEADER] ?? body?.[CSRF_FIELD]);
    }
    done();
  });
  http.addHook('onSend', (request, reply, _payload, done) => {
    if (opened.has(request)) {
      reply.header('cache-control', 'no-store');
    }
    done();
  });
}

/** Logs somebody in: whatever session the browser had ends, and a new one with a new token begins. */
export async function beginSession(
  sessions: SessionStore,
  request: FastifyRequest,
  reply: FastifyReply,
  arrival: AuthenticatedIdentity,
): Promise<string> {
  const before = opened.get(request);
  if (before) {
    await sessions.end(before.session.id);
  }
  const { id, token } = await sessions.create(arrival, request.headers['user-agent'] ?? '');
  writeCookie(request, reply, 'session', token);
  return id;
}

/** A path of this site to come back to, or nothing: never another site's (CWE-601). */
export function safePath(input: unknown): string | undefined {
  const isPath = typeof input === 'string' && input.length <= 1024 && PATH.test(input);
  return isPath ? input : undefined;
}

// One slash, and neither a second one nor a backslash, which browsers read as one.
const PATH = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/;

function askToLogIn(request: FastifyRequest, reply: FastifyReply, page: string): FastifyReply {
  const isPage = request.method === 'GET' && /\btext\/html\b/.test(request.headers.accept ?? '');
  if (!isPage) {
    throw new VarcoError('loginNeeded', 'Nobody is logged in, or the session has ended');
  }
  const query = new URLSearchParams({ to: request.url });
  if (lost.has(request)) {
    query.set('ended', '1');
  }
  return reply.redirect(`${page}?${query}`, 303);
}
