import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { type ErrorCode, errorCodes } from '../../../shared/error-codes.ts';
import { type Endpoint, scopeOf } from './endpoint.ts';

const tags = [
  { name: 'fleet', description: 'Gates with their kiosks, and how they are doing' },
  { name: 'places', description: 'Sites and gates' },
  { name: 'enrolment', description: 'How a kiosk gets its place at a gate' },
  { name: 'config', description: 'Remote configs and their roll-outs' },
  { name: 'policies', description: 'What gates ask, and how that changes' },
  { name: 'commands', description: 'What kiosks are asked to do at once' },
  { name: 'alerts', description: 'What is wrong, and who takes care of it' },
  { name: 'records', description: 'What happened, and who did it' },
  { name: 'tokens', description: 'API tokens' },
];

/** Codes of errors that any call may end with. */
export const refusalsOfEveryCall = [
  'requestInvalid',
  'unauthorized',
  'forbidden',
  'tooLarge',
  'mediaTypeUnsupported',
  'busy',
  'storeUnavailable',
  'internal',
] as const satisfies readonly ErrorCode[];

/**
 * The API's description in OpenAPI 3.1, made of the schemas that check its calls.
 *
 * @param base the path under which the calls stand.
 */
export function describeApi(endpoints: readonly Endpoint[], base: string) {
  const problem = problemSchema(endpoints);
  const paths: ZodOpenApiPathsObject = {};
  for (const one of endpoints) {
    const path = one.url.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [one.method.toLowerCase()]: describe(one, problem) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'varco fleet',
      version: '1',
      description:
        'Kiosks, their places, configs, commands and alerts. Times are Unix milliseconds. ' +
        'Nothing here is about a person.',
      license: { name: 'EUPL-1.2', identifier: 'EUPL-1.2' },
    },
    servers: [{ url: base, description: 'The server that this description comes from' }],
    tags,
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'An API token, for programs' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'session',
          description: 'The session of a member of staff who is logged in',
        },
      },
    },
  });
}

/** What every refusal answers. `code` is a closed list, `message` is for people and may change. */
function problemSchema(endpoints: readonly Endpoint[]) {
  const codes = new Set([
    ...refusalsOfEveryCall,
    ...endpoints.flatMap(({ refusals = [] }) => refusals),
  ]);
  return z
    .strictObject({ code: z.enum([...codes].sort()), message: z.string() })
    .meta({ id: 'Problem', description: 'Why a call was refused' });
}

function describe(one: Endpoint, problem: z.ZodType): ZodOpenApiOperationObject {
  const { operationId, summary, tag, input, answer, status = 200 } = one;
  const scope = scopeOf(one);
  const operation: ZodOpenApiOperationObject = {
    operationId,
    summary,
    description: scope ? `Scope: \`${scope}\`.` : 'Only for administrators who are logged in.',
    tags: [tag],
    security: scope ? [{ token: [] }, { session: [] }] : [{ session: [] }],
    requestParams: {},
    responses: {
      [`${status}`]: { description: 'Done', content: { 'application/json': { schema: answer } } },
      ...refusalsOf(one, problem),
    },
  };
  if (input.params) {
    operation.requestParams = { ...operation.requestParams, path: input.params };
  }
  if (input.query) {
    operation.requestParams = { ...operation.requestParams, query: input.query };
  }
  if (input.body) {
    const content = { 'application/json': { schema: input.body } };
    operation.requestBody = { required: true, content };
  }
  return operation;
}

/** One response per HTTP status, which names the codes behind it. */
function refusalsOf({ refusals = [] }: Endpoint, problem: z.ZodType): ZodOpenApiResponsesObject {
  const codes = new Map<number, string[]>();
  for (const code of [...refusalsOfEveryCall, ...refusals]) {
    const { status } = errorCodes[code];
    codes.set(status, [...(codes.get(status) ?? []), `\`${code}\``]);
  }
  return Object.fromEntries(
    [...codes].map(([status, named]) => [
      status,
      {
        description: named.join(', '),
        content: { 'application/json': { schema: problem } },
      },
    ]),
  );
}
