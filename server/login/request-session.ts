import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { VarcoError } from '../../shared/errors.ts';
import { actorOf, type FleetActor } from '../fleet/access/actor.ts';
import { isSameText } from '../keys/secret.ts';
import type { CitizenSession, Session, StaffSession } from './session.ts';
import { readCookie, writeCookie } from './session-cookie.ts';
import {
  type AuthenticatedIdentity,
  CONFIRMED_MS,
  type OpenSession,
  type SessionStore,
} from './session-store.ts';

/** The form field, and the header, that carry a session's CSRF token. */
export const CSRF_FIELD = 'csrf';
export const CSRF_HEADER = 'x-csrf-token';

const opened = new WeakMap<FastifyRequest, OpenSession>();
const lost = new WeakSet<FastifyRequest>();

/** The session that a request belongs to. */
export function sessionOf(request: FastifyRequest): Session | undefined {
  return opened.get(request)?.session;
}

/**
 * The citizen of a request.
 *
 * @throws VarcoError `loginNeeded` when nobody is, or somebody else.
 */
export function citizenOf(request: FastifyRequest): CitizenSession {
  const session = sessionOf(request);
  if (session?.kind !== 'citizen') {
    throw new VarcoError('loginNeeded', 'A citizen must be logged in');
  }
  return session;
}

/** The member of staff of a request; throws as {@link citizenOf}. */
export function staffOf(request: FastifyRequest): StaffSession {
  const session = sessionOf(request);
  if (session?.kind !== 'staff') {
    throw new VarcoError('loginNeeded', 'A member of staff must be logged in');
  }
  return session;
}

/** The member of staff who is logged in, if it is one, as whoever acts. */
export function actorOfRequest(request: FastifyRequest): FleetActor | undefined {
  return actorOf(sessionOf(request));
}

/** The member of staff of a request, as whoever acts; throws as {@link citizenOf}. */
export function actingOf(request: FastifyRequest): FleetActor {
  const actor = actorOfRequest(request);
  if (!actor) {
    throw new VarcoError('loginNeeded', 'A member of staff must be logged in');
  }
  return actor;
}

/** The CSRF token for this session's forms (`<CsrfField>`); empty without a session. */
export function csrfOf(request: FastifyRequest): string {
  return opened.get(request)?.csrf ?? '';
}

/** Unix milliseconds until which this request's session can be used; 0 without one. */
export function validUntilOf(request: FastifyRequest): number {
  return opened.get(request)?.validUntil ?? 0;
}

/** Whether this session's owner proved who they are a few minutes ago: by the login, or again since. */
export function isConfirmed(request: FastifyRequest, now: number): boolean {
  return now - (opened.get(request)?.confirmedAt ?? 0) < CONFIRMED_MS;
}

/** The identity provider through which this citizen logged in. */
export function providerOf(request: FastifyRequest): string | undefined {
  return opened.get(request)?.provider;
}

/** Attaches a session to a request; exported for tests. */
export function attachSession(request: FastifyRequest, session: OpenSession): void {
  opened.set(request, session);
}

/** Guard for citizens with at least this level of assurance; redirects others to the login and back. */
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

/**
 * Checks the token of a body that the route parses itself (multipart).
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
 * Registers hooks that find the session of every request, check the CSRF token of every request that changes
 * something, and keep responses to logged-in users out of caches.
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

/** Begins a session with a new token, ending any session the browser had (session fixation). */
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
  const agent = request.headers['user-agent'] ?? '';
  const { id, token } = await sessions.create(arrival, agent, request.ip);
  writeCookie(request, reply, 'session', token);
  return id;
}

/** The input if it is a path of this site to return to; prevents open redirects (CWE-601). */
export function safePath(input: unknown): string | undefined {
  const isPath = typeof input === 'string' && input.length <= 1024 && PATH.test(input);
  return isPath ? input : undefined;
}

// One slash, and neither a second one nor a backslash, which browsers read as one.
const PATH = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/;

/** Leads a page's visitor to the login and back. @throws VarcoError `loginNeeded` for any other request. */
export function askToLogIn(
  request: FastifyRequest,
  reply: FastifyReply,
  page: string,
): FastifyReply {
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
