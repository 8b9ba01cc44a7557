import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errorCode } from '../../../shared/errors.ts';
import { answeredCode, httpStatusOf } from '../../http-status.ts';
import type { Log } from '../../log.ts';
import { admitCaller } from '../../route-access.ts';
import type { FleetActor } from '../access/actor.ts';
import type { Endpoint } from './endpoint.ts';

/** Registers calls. `actorOf` identifies the caller, and throws to refuse one. */
export function registerEndpoints(
  http: FastifyInstance,
  endpoints: readonly Endpoint[],
  deps: { actorOf: (request: FastifyRequest) => Promise<FleetActor>; log: Log },
): void {
  http.setErrorHandler((error, request, reply) => refuse(error, request, reply, deps.log));
  for (const { method, url, action, status = 200, run } of endpoints) {
    http.route({
      method,
      url,
      config: { access: action, bearer: true },
      handler: async (request, reply) => {
        const who = await deps.actorOf(request);
        admitCaller(request, who);
        const answer = await run(who, request);
        return reply.header('cache-control', 'no-store').code(status).send(answer);
      },
    });
  }
}

function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Log) {
  const status = httpStatusOf(error);
  reply.header('cache-control', 'no-store');
  if (status >= 500) {
    log.error(
      { route: request.routeOptions.url, code: errorCode(error) },
      'a call of the API failed',
    );
    return reply.code(status).send({ code: answeredCode(error), message: 'Try again later' });
  }
  if (status === 401) {
    reply.header('www-authenticate', 'Bearer realm="varco"');
  }
  const message = error instanceof Error ? error.message : '';
  return reply.code(status).send({ code: answeredCode(error), message });
}
