import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock } from '../../../shared/clock.ts';
import { VarcoError } from '../../../shared/errors.ts';
import { RateLimit } from '../../guessing/rate-limit.ts';
import type { Log } from '../../log.ts';
import { sessionOf } from '../../login/request-session.ts';
import { access } from '../../route-access.ts';
import { actorOf, type FleetActor } from '../access/actor.ts';
import type { ApiTokens } from '../access/api-tokens.ts';
import type { Fleet } from '../fleet.ts';
import { allEndpoints } from './all-endpoints.ts';
import { describeApi } from './openapi.ts';
import { registerEndpoints } from './register-endpoints.ts';

export const API_PREFIX = '/api/v1';

export interface ApiDeps {
  fleet: Fleet;
  clock: Clock;
  log: Log;
}

/** The API for machines, and its own description at `/api/v1/openapi.json`. */
export function registerApi(http: FastifyInstance, { fleet, clock, log }: ApiDeps): void {
  const limit = new RateLimit({ now: () => clock.monotonic() });
  http.register(
    async (api) => {
      const endpoints = allEndpoints(fleet);
      registerEndpoints(api, endpoints, {
        actorOf: (request) => callerOf(request, fleet.tokens, limit),
        log,
      });
      let description: ReturnType<typeof describeApi> | undefined;
      api.get('/openapi.json', access('public'), () => {
        description ??= describeApi(endpoints, API_PREFIX);
        return description;
      });
    },
    { prefix: API_PREFIX },
  );
}

/** @throws VarcoError `unauthorized`, `busy`. */
export async function callerOf(
  request: FastifyRequest,
  tokens: ApiTokens,
  limit: RateLimit,
): Promise<FleetActor> {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    // Wrong tokens are counted by their address, so that guessing costs no look-ups without end.
    if (!limit.tryTake(`address ${request.ip}`)) {
      throw new VarcoError('busy', 'Too many calls: wait a second');
    }
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '';
    const who = await tokens.find(token);
    if (!who) {
      throw new VarcoError('unauthorized', 'This token is not known, or its time is over');
    }
    return who;
  }
  const who = actorOf(sessionOf(request));
  if (!who) {
    throw new VarcoError('unauthorized', 'A token or a session of staff is needed');
  }
  if (!limit.tryTake(who.id)) {
    throw new VarcoError('busy', 'Too many calls: wait a second');
  }
  return who;
}
