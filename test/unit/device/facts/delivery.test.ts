import { expect, test } from 'vitest';
import { deliverFacts, type FactCalls } from '../../../../device/facts/delivery.ts';
import type { OutboxItem } from '../../../../device/facts/fact-store.ts';
import { CallError } from '../../../../shared/protocol/call-error.ts';

const fact = (id: number, box = `box-${id}`): OutboxItem => ({ id, class: 'fact', box });

/** A server that can't read a message with a box `bad`. */
function server(measurements: Promise<unknown> = Promise.resolve({})) {
  const sizes: number[] = [];
  return linkOf(sizes, async (name, { boxes }) => {
    if (name === 'Measurements') {
      return await measurements;
    }
    sizes.push(boxes.length);
    if (boxes.includes('bad')) {
      throw new CallError('payloadInvalid', 'no');
    }
    return { results: boxes.map(() => ({ outcome: 'accepted' as const })) };
  });
}

/** A link whose calls are answered so. */
function linkOf(
  sizes: number[],
  call: (name: string, request: { boxes: string[] }) => Promise<unknown>,
): FactCalls & { sizes: number[] } {
  return { sizes, call: call as unknown as FactCalls['call'] };
}

test('one fact that the server can’t read is refused alone, and the rest arrives', async () => {
  const link = server();
  const batch = [fact(1), fact(2, 'bad'), fact(3)];
  expect(await deliverFacts(batch, link)).toEqual([
    { outcome: 'accepted' },
    { outcome: 'refused', code: 'payloadInvalid' },
    { outcome: 'accepted' },
  ]);
  expect(link.sizes).toEqual([3, 1, 1, 1]);
});

const measurement: OutboxItem = {
  id: 9,
  class: 'telemetry',
  telemetry: { at: 1, sample: { temperature: 50 } },
};

test('measurements beside facts keep their places', async () => {
  expect(await deliverFacts([fact(1), measurement, fact(2)], server())).toEqual(
    Array(3).fill({ outcome: 'accepted' }),
  );
});

test.each(['unknownAction', 'payloadInvalid'] as const)(
  '%s: measurements that this server can’t take are put aside',
  async (code) => {
    const link = server(Promise.reject(new CallError(code, 'no')));
    expect(await deliverFacts([measurement], link)).toEqual([
      { outcome: 'refused', code: 'telemetryUnsupported' },
    ]);
  },
);

test.each(['closed', 'unavailable', 'busy'] as const)('%s: measurements stay', async (code) => {
  const link = server(Promise.reject(new CallError(code, 'no')));
  await expect(deliverFacts([measurement], link)).rejects.toMatchObject({ code });
});

test.each(['closed', 'timeout', 'unavailable', 'busy', 'unknownAction'] as const)(
  '%s: nothing is settled',
  async (code) => {
    const link: FactCalls = { call: () => Promise.reject(new CallError(code, 'no')) };
    await expect(deliverFacts([fact(1), fact(2)], link)).rejects.toMatchObject({ code });
  },
);

test('an answer to fewer facts than were sent settles none', async () => {
  const link = linkOf([], async () => ({ results: [{ outcome: 'accepted' }] }));
  await expect(deliverFacts([fact(1), fact(2)], link)).rejects.toMatchObject({
    code: 'answerInvalid',
  });
});
