import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hashSecret, isSameText, newSecret } from '../../keys/secret.ts';
import type { CardTicket } from '../../login/card/client-certificate-listener.ts';
import { certificateFromProxy } from '../../login/card/proxy-certificate.ts';
import { homeOf } from '../../login/logins.ts';
import { access } from '../../route-access.ts';
import { queryOf } from '../request-fields.ts';
import { wantedPath } from './citizen-login.tsx';
import type { LoginDeps } from './login-deps.ts';
import { sendLoginProblem } from './problem-page.tsx';
import type { LoginProblem } from './words/words.ts';

/** What the browser keeps while its owner is at the card's listener. */
interface CardPending {
  /** The listener gets only its hash. */
  start: string;
  to?: string | undefined;
}

const problems: readonly LoginProblem[] = [
  'cardMissing',
  'cardUntrusted',
  'cardExpired',
  'cardRevoked',
  'cardUnsuited',
  'revocationUnknown',
];

/** The way by smart card: to the listener that asks for it, and back with a ticket. */
export function registerCardLogin(http: FastifyInstance, deps: LoginDeps): void {
  const { logins } = deps;
  if (!logins.config.card) {
    return;
  }
  http.get('/login/card', access('public'), async (request, reply) => {
    const { certificateListener } = logins;
    const to = wantedPath(request);
    if (!certificateListener) {
      return finishProxied(deps, request, reply);
    }
    const start = newSecret();
    logins.pending.write(request, reply, 'card', { start, to } satisfies CardPending);
    const query = new URLSearchParams({ start: hashSecret(start) });
    return reply
      .header('cache-control', 'no-store')
      .redirect(`${certificateListener.origin}/login/card?${query}`, 303);
  });
  http.get('/login/card/done', access('public'), (request, reply) => finish(deps, request, reply));
}

async function finish(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { logins } = deps;
  const ticket = queryOf(request, 'ticket');
  const problem = queryOf(request, 'problem');
  const pending = logins.pending.read<CardPending>(request, 'card');
  const known = problems.find((one) => one === problem);
  if (known) {
    return sendLoginProblem(deps, request, reply, known, { to: pending?.to });
  }
  logins.pending.clear(request, reply);
  const found = (await logins.redeemTicket(ticket)) as CardTicket | undefined;
  // The ticket is for the browser in which the login began, and no other.
  if (!found || !pending || !isSameText(found.start, hashSecret(pending.start))) {
    await logins.recordFailure(request, 'card', '', 'stateInvalid');
    return sendLoginProblem(deps, request, reply, 'stateInvalid');
  }
  const { codiceFiscale, name, assurance } = found;
  const arrival = { kind: 'citizen', codiceFiscale, name, assurance, method: 'cns' } as const;
  await logins.logIn(request, reply, 'card', arrival);
  return reply.redirect(pending.to ?? homeOf(undefined), 303);
}

/** Behind the named proxy the certificate comes with the request itself. */
async function finishProxied(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { logins } = deps;
  const to = wantedPath(request);
  const certificate = certificateFromProxy(request);
  const outcome = certificate && (await logins.cards?.check([certificate]));
  if (!outcome?.ok) {
    const problem = outcome?.problem ?? 'cardMissing';
    await logins.recordFailure(request, 'card', '', problem);
    return sendLoginProblem(deps, request, reply, problem, { to });
  }
  const { codiceFiscale, name, assurance } = outcome;
  const arrival = { kind: 'citizen', codiceFiscale, name, assurance, method: 'cns' } as const;
  await logins.logIn(request, reply, 'card', arrival);
  return reply.redirect(to ?? homeOf(undefined), 303);
}
