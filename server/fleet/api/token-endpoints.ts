import type { Fleet } from '../fleet.ts';
import { done, type Endpoint, endpoint, nothing } from './endpoint.ts';
import { byId } from './schemas/inputs.ts';
import { pageOf } from './schemas/page.ts';
import { newTokenAnswer, newTokenInput, tokenSchema } from './schemas/record-schemas.ts';

/** Programs' access to this API: no program may grant it to another. */
export function tokenEndpoints({ tokens }: Fleet): Endpoint[] {
  return [
    endpoint({
      method: 'GET',
      tag: 'tokens',
      operationId: 'listTokens',
      action: 'token.manage',
      url: '/tokens',
      summary: 'API tokens, without their secrets',
      input: {},
      answer: pageOf(tokenSchema),
      handle: async (who) => ({ items: await tokens.list(who) }),
    }),
    endpoint({
      method: 'POST',
      tag: 'tokens',
      operationId: 'createToken',
      action: 'token.manage',
      url: '/tokens',
      summary: 'Create a token; its secret is shown only now',
      input: { body: newTokenInput },
      answer: newTokenAnswer,
      status: 201,
      refusals: ['tooManyTokens'],
      handle: (who, { body }) => tokens.create(who, body),
    }),
    endpoint({
      method: 'DELETE',
      tag: 'tokens',
      operationId: 'revokeToken',
      action: 'token.manage',
      url: '/tokens/:id',
      summary: 'Revoke a token at once',
      input: { params: byId },
      answer: nothing,
      refusals: ['tokenUnknown'],
      handle: (who, { params }) => done(tokens.revoke(who, params.id)),
    }),
  ];
}
