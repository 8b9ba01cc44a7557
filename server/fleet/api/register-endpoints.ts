import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errorCode, VarcoError } from '../../../shared/errors.ts';
import type { Log } from '../../log.ts';
import type { FleetActor } from '../access/actor.ts';
import type { Endpoint } from './endpoint.ts';

/** How an error of the room is told over HTTP; what is not here and not `…Invalid` is 409. */
const statuses: Record<string, number> = {
  forbidden: 403,
  unauthorized: 401,
  busy: 429,
  storeUnavailable: 503,
  internal: 500,
  gatesUnreadable: 400,
  nobodyMeant: 422,
  policyUnknown: 422,
};

export function statusOfCode(code: string): number {
  return statuses[code] ?? (code.endsWith('Unknown') ? 404 : code.endsWith('Invalid') ? 400 : 409);
}

export function statusOf(error: unknown): number {
  if (!(error instanceof VarcoError)) {
    return (error as { statusCode?: number }).statusCode ?? 500;
  }
  const { code } = error;
  const known = statuses[code] ?? (error as { statusCode?: number }).statusCode;
  return known ?? statusOfCode(code);
}

/** Registers calls. `actorOf` identifies the caller, and throws to refuse one. */
export function registerEndpoints(
  http: FastifyInstance,
  endpoints: readonly Endpoint[],
  deps: { actorOf: (request: FastifyRequest) => Promise<FleetActor>; log: Log },
): void {
  http.setErrorHandler((error, request, reply) => refuse(error, request, reply, deps.log));
  for (const { method, url, status = 200, run } of endpoints) {
    http.route({
      method,
      url,
      handler: async (request, reply) => {
        const who = await deps.actorOf(request);
        const answer = await run(who, request);
        return reply.header('cache-control', 'no-store').code(status).send(answer);
      },
    });
  }
}

function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Log) {
  const status = statusOf(error);
  const code = errorCode(error);
  reply.header('cache-control', 'no-store');
  if (status >= 500) {
    log.error({ route: request.routeOptions.url, code }, 'a call of the API failed');
    return reply
      .code(status)
      .send({ code: status === 503 ? code : 'internal', message: 'Try again later' });
  }
  if (status === 401) {
    reply.header('www-authenticate', 'Bearer realm="varco"');
  }
  const message = error instanceof Error ? error.message : '';
  return reply.code(status).send({ code, message });
}
