import { beforeEach, expect, test } from 'vitest';
import { RENEW_WITHIN_MS, Renewals } from '../../../../../server/fleet/state/renewals.ts';
import { systemClock } from '../../../../../shared/clock.ts';
import { CallError } from '../../../../../shared/protocol/call-error.ts';

const log = { warn: () => {}, info: () => {}, error: () => {} } as never;
let now: number;
let asked: string[];
let cut: string[];
let answer: (kiosk: string) => Promise<{ status: 'renewing' | 'scheduled' }>;

beforeEach(() => {
  now = 0;
  asked = [];
  cut = [];
  answer = async () => ({ status: 'scheduled' });
});

function renewals(): Renewals {
  return new Renewals({
    channel: {
      renew: (kiosk) => {
        asked.push(kiosk);
        return answer(kiosk);
      },
      disconnect: (kiosk) => cut.push(kiosk),
    },
    clock: { ...systemClock, now: () => now },
    log,
  });
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a kiosk is asked once, and left to the person at its gate for a bounded time', async () => {
  const made = renewals();
  made.ask('a');
  made.ask('a');
  await settled();
  now = RENEW_WITHIN_MS - 1;
  made.expire();
  expect({ asked, cut }).toEqual({ asked: ['a'], cut: [] });
  now += 1;
  made.expire();
  made.expire();
  expect(cut).toEqual(['a']);
});

test('one that reconnected is not disconnected, and may be asked again', async () => {
  const made = renewals();
  made.ask('a');
  made.settled('a');
  now = RENEW_WITHIN_MS;
  made.expire();
  made.ask('a');
  await settled();
  expect({ asked, cut }).toEqual({ asked: ['a', 'a'], cut: [] });
});

test.each(['unknownAction', 'timeout', 'busy', 'closed'] as const)(
  '%s: disconnected',
  async (code) => {
    answer = async () => {
      throw new CallError(code, code);
    };
    renewals().ask('a');
    await settled();
    expect(cut).toEqual(['a']);
  },
);

test('a whole fleet is asked a few at a time', async () => {
  const open: (() => void)[] = [];
  answer = () => new Promise((resolve) => open.push(() => resolve({ status: 'renewing' })));
  const made = renewals();
  for (let kiosk = 0; kiosk < 100; kiosk += 1) {
    made.ask(String(kiosk));
  }
  expect(asked).toHaveLength(32);
  while (open.length > 0) {
    open.shift()?.();
    await settled();
  }
  expect(asked).toHaveLength(100);
});
