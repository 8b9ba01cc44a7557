import { expect, test } from 'vitest';
import { deliverFacts, type FactCalls } from '../../../../device/offline/facts-delivery.ts';
import type { OutboxItem } from '../../../../device/offline/outbox.ts';
import { CallError } from '../../../../shared/protocol/call-error.ts';

const fact = (id: number, box = `box-${id}`): OutboxItem => ({ id, class: 'fact', box });

/** A server that can't read a message with a box `bad`. */
function server(): FactCalls & { sizes: number[] } {
  const sizes: number[] = [];
  return {
    sizes,
    call: async (_name, { boxes }) => {
      sizes.push(boxes.length);
      if (boxes.includes('bad')) {
        throw new CallError('payloadInvalid', 'no');
      }
      return { results: boxes.map(() => ({ outcome: 'accepted' as const })) };
    },
  };
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

test('measurements beside facts keep their places', async () => {
  const telemetry: OutboxItem = {
    id: 9,
    class: 'telemetry',
    telemetry: { name: 'frames', value: 1, at: 1 },
  };
  expect(await deliverFacts([fact(1), telemetry, fact(2)], server())).toEqual([
    { outcome: 'accepted' },
    { outcome: 'refused', code: 'telemetryUnsupported' },
    { outcome: 'accepted' },
  ]);
});

test.each(['closed', 'timeout', 'unavailable', 'busy', 'unknownAction'] as const)(
  '%s: nothing is settled',
  async (code) => {
    const link: FactCalls = { call: () => Promise.reject(new CallError(code, 'no')) };
    await expect(deliverFacts([fact(1), fact(2)], link)).rejects.toMatchObject({ code });
  },
);

test('an answer to fewer facts than were sent settles none', async () => {
  const link: FactCalls = { call: async () => ({ results: [{ outcome: 'accepted' }] }) };
  await expect(deliverFacts([fact(1), fact(2)], link)).rejects.toMatchObject({
    code: 'answerInvalid',
  });
});
