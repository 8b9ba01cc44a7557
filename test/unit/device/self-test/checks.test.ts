import { expect, test } from 'vitest';
import {
  CHECK_TIMEOUT_MS,
  clockOutcome,
  healthOutcome,
  runSelfTest,
} from '../../../../device/self-test/checks.ts';
import { testedParts } from '../../../../device/session/tested-parts.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

test('each part says how it did; one that hangs or throws has failed, and no timer stays', async () => {
  const clock = new VirtualClock();
  const done = runSelfTest(
    {
      decoder: async () => ({ result: 'passed' }),
      disk: () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })),
      link: () => new Promise(() => {}),
    },
    clock,
  );
  await Promise.resolve();
  clock.advance(CHECK_TIMEOUT_MS);
  const results = await done;
  expect(results.map(({ part }) => part)).toEqual(testedParts);
  const by = Object.fromEntries(results.map(({ part, ...rest }) => [part, rest]));
  expect(by).toMatchObject({
    decoder: { result: 'passed' },
    disk: { result: 'failed', code: 'ENOSPC' },
    link: { result: 'failed', code: 'timeout' },
    keypad: { result: 'absent' },
  });
  expect(clock.waiting).toBe(0);
});

test.each([
  [{ state: 'ready', since: 0 }, { result: 'passed' }],
  [
    { state: 'opening', since: 0 },
    { result: 'failed', code: 'opening' },
  ],
  [
    { state: 'failing', since: 0, reason: 'keyStuck' },
    { result: 'failed', code: 'keyStuck' },
  ],
] as const)('a part that says %j', (health, outcome) => {
  expect(healthOutcome(health)).toEqual(outcome);
});

const now = Date.UTC(2026, 10, 22);
test.each([
  [now, 0, 'passed'],
  [now, undefined, 'passed'],
  [now, -299_000, 'passed'],
  [now, 301_000, 'clockSkewed'],
  [now, -301_000, 'clockSkewed'],
  [0, undefined, 'clockUnset'],
])('a clock at %s that differs by %s from the server', (at, skew, expected) => {
  const outcome = clockOutcome(at, skew);
  expect('code' in outcome ? outcome.code : outcome.result).toBe(expected);
});
