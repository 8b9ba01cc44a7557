import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { errorCode, VarcoError } from '../../../shared/errors.ts';
import { httpStatusOf } from '../../http-status.ts';
import type { Log } from '../../log.ts';
import type { FleetActor } from '../access/actor.ts';
import type { Scope } from '../access/permissions.ts';

type Shape = z.ZodType | undefined;
type Of<Schema extends Shape> = Schema extends z.ZodType ? z.infer<Schema> : undefined;

/** One call of the API: what it takes, what it answers, and who may make it (its method asks that). */
export interface Endpoint<
  Params extends Shape = Shape,
  Query extends Shape = Shape,
  Body extends Shape = Shape,
> {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  url: string;
  summary: string;
  tag: string;
  /** The scope that a token needs; none: only for people who are logged in. */
  scope?: Scope;
  params?: Params;
  query?: Query;
  body?: Body;
  /** The answer's schema, as documentation and for tests. */
  answer: z.ZodType;
  status?: number;
  handle(call: {
    who: FleetActor;
    params: Of<Params>;
    query: Of<Query>;
    body: Of<Body>;
  }): Promise<unknown>;
}

/** Types an endpoint by its schemas. */
export function endpoint<
  Params extends Shape = undefined,
  Query extends Shape = undefined,
  Body extends Shape = undefined,
>(given: Endpoint<Params, Query, Body>): Endpoint {
  return given as unknown as Endpoint;
}

export const problemSchema = z.strictObject({ code: z.string(), message: z.string() });

/** JSON Schema 2020-12, which OpenAPI 3.1 speaks, of what a call takes or answers. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

/** Registers calls; `actorOf` says who calls, and refuses by throwing. */
export function registerEndpoints(
  http: FastifyInstance,
  endpoints: readonly Endpoint[],
  deps: { actorOf: (request: FastifyRequest) => Promise<FleetActor>; log: Log },
): void {
  // The schemas are for the description; each call parses with the very same zod schema.
  http.setValidatorCompiler(() => (value) => ({ value }));
  http.setSerializerCompiler(() => (value) => JSON.stringify(value));
  http.setErrorHandler((error, request, reply) => refuse(error, request, reply, deps.log));
  for (const one of endpoints) {
    const { method, url, summary, tag, scope, params, query, body, answer, status = 200 } = one;
    http.route({
      method,
      url,
      schema: {
        summary,
        tags: [tag],
        description: scope ? `Scope: \`${scope}\`.` : 'Only for administrators who are logged in.',
        security: scope ? [{ token: [] }, { session: [] }] : [{ session: [] }],
        ...(params ? { params: schemaOf(params, 'input') } : {}),
        ...(query ? { querystring: schemaOf(query, 'input') } : {}),
        ...(body ? { body: schemaOf(body, 'input') } : {}),
        response: {
          [status]: { description: 'Done', ...schemaOf(answer, 'output') },
          '4xx': { description: 'Refused, and why', ...schemaOf(problemSchema, 'output') },
        },
      },
      handler: async (request, reply) => {
        const who = await deps.actorOf(request);
        const result = await one.handle({
          who,
          params: parse(params, request.params) as never,
          query: parse(query, request.query) as never,
          body: parse(body, request.body) as never,
        });
        reply.header('cache-control', 'no-store').code(status);
        return result ?? {};
      },
    });
  }
}

function parse(schema: z.ZodType | undefined, given: unknown): unknown {
  if (!schema) {
    return undefined;
  }
  const parsed = schema.safeParse(given ?? {});
  if (!parsed.success) {
    throw new VarcoError('requestInvalid', z.prettifyError(parsed.error));
  }
  return parsed.data;
}

function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Log) {
  const status = httpStatusOf(error);
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
