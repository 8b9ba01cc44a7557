import type { FastifyRequest } from 'fastify';
import { csrfOf, sessionOf } from '../../login/request-session.ts';
import type { Account } from '../shell/shell.tsx';

/** Who is logged in, for a page's header: `pages.send(request, reply, { account: accountOf(request), … })`. */
export function accountOf(request: FastifyRequest): Account | undefined {
  const session = sessionOf(request);
  if (!session) {
    return undefined;
  }
  const { actingFor } = session.kind === 'citizen' ? session : {};
  const name = session.name ?? '';
  const label = actingFor ? `${name} → ${actingFor.name}` : name;
  return { label, logoutAction: '/logout', csrf: csrfOf(request) };
}
