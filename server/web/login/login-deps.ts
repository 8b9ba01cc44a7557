import type { FastifyRequest } from 'fastify';
import type { Log } from '../../log.ts';
import type { Logins } from '../../login/logins.ts';
import type { RelyingParty } from '../../login/passkeys.ts';
import type { AnswerHook } from '../answer-evenly.ts';
import type { Pages } from '../page-renderer.tsx';

/** What the pages of the logins are made with. */
export interface LoginDeps {
  pages: Pages;
  logins: Logins;
  log: Log;
  now: () => number;
  /** For routes where somebody is refused: whatever the answer, it leaves when its time has come. */
  evenly: { onSend: AnswerHook };
  /** Where browsers find this service; absent: each request's own host, for a demonstration. */
  origin: string | undefined;
}

/** This service's own origin: identity providers lead back to it, passkeys are bound to it. */
export function originOf(deps: LoginDeps, request: FastifyRequest): string {
  return deps.origin ?? `${request.protocol}://${request.headers.host}`;
}

export function siteOf(deps: LoginDeps, request: FastifyRequest): RelyingParty {
  const origin = originOf(deps, request);
  return { origin, id: new URL(origin).hostname };
}
