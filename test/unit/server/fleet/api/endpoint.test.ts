import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import type { FleetActor } from '../../../../../server/fleet/access/actor.ts';
import { done, endpoint, nothing } from '../../../../../server/fleet/api/endpoint.ts';
import type { Undescribed } from '../../../../../server/fleet/api/exact.ts';

const who: FleetActor = { id: 'staff:1', name: 'One', role: 'administrator', sites: 'all' };
const about = {
  operationId: 'getThing',
  method: 'GET',
  url: '/things/:id',
  summary: 'A thing',
  tag: 'things',
  action: 'fleet.view',
} as const;
const answer = z.strictObject({
  id: z.string(),
  endedAt: z.number().optional(),
  parts: z.array(z.strictObject({ name: z.string(), note: z.string().optional() })),
});

test('the input is typed by its schemas, and refused when it is not so', async () => {
  const one = endpoint({
    ...about,
    input: {
      params: z.strictObject({ id: z.string().max(3) }),
      query: z.strictObject({ limit: z.coerce.number().default(2) }),
      body: z.strictObject({ names: z.array(z.string()) }),
    },
    answer,
    handle: async (_who, { params, query, body }) => {
      expectTypeOf(params).toEqualTypeOf<{ id: string }>();
      expectTypeOf(query).toEqualTypeOf<{ limit: number }>();
      expectTypeOf(body).toEqualTypeOf<{ names: string[] }>();
      return { id: params.id, parts: body.names.slice(0, query.limit).map((name) => ({ name })) };
    },
  });
  const request = { params: { id: 'a' }, query: {}, body: { names: ['x', 'y', 'z'] } };
  const result = { id: 'a', parts: [{ name: 'x' }, { name: 'y' }] };
  expect(await one.run(who, request)).toEqual(result);
  for (const wrong of [{ params: { id: 'long' } }, { query: { limti: 1 } }, { body: undefined }]) {
    const refused = one.run(who, { ...request, ...wrong });
    await expect(refused).rejects.toMatchObject({ code: 'requestInvalid' });
  }
});

test('a handler that answers something else than its schema does not compile', () => {
  const without = { ...about, input: {}, answer };
  endpoint({ ...without, handle: async () => ({ id: '1', parts: [] }) });
  endpoint({ ...without, handle: async () => ({ id: '1', endedAt: 2, parts: [{ name: 'x' }] }) });
  // @ts-expect-error a required key has another name
  endpoint({ ...without, handle: async () => ({ key: '1', parts: [] }) });
  // @ts-expect-error a required key has another type
  endpoint({ ...without, handle: async () => ({ id: 1, parts: [] }) });
  // @ts-expect-error an optional key has another name
  endpoint({ ...without, handle: async () => ({ id: '1', finishedAt: 2, parts: [] }) });
  const inner = { id: '1', parts: [{ name: 'x', notes: 'y' }] };
  // @ts-expect-error an optional key of an item has another name
  endpoint({ ...without, handle: async () => inner });
  // @ts-expect-error there is an answer, and the handler gives none
  endpoint({ ...without, handle: async () => {} });
  endpoint({ ...about, input: {}, answer: nothing, handle: () => done(Promise.resolve()) });
});

test('the keys that a schema lacks are named, at any depth and in unions', () => {
  type Described =
    | { kind: 'one'; at?: number }
    | { kind: 'two'; list: readonly { name: string }[]; free: Record<string, unknown> };
  type Of<Data> = Undescribed<Data, Described>;
  expectTypeOf<Of<{ kind: 'one'; at?: number | undefined }>>().toBeNever();
  expectTypeOf<Of<{ kind: 'two'; list: { name: 'x' }[]; free: { any: 1 } }>>().toBeNever();
  expectTypeOf<Of<{ kind: 'one'; since?: number }>>().toEqualTypeOf<'since'>();
  expectTypeOf<Of<{ list: { title: string }[] }>>().toEqualTypeOf<'title'>();
  expectTypeOf<Of<{ kind: 'one' } | { kind: 'three'; more: 1 }>>().toEqualTypeOf<'more'>();
});
