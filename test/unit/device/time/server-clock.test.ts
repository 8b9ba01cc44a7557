import { expect, test } from 'vitest';
import { ServerClock } from '../../../../device/time/server-clock.ts';
import { ManualClock } from '../../../support/hands/manual-clock.ts';

const NOON = Date.UTC(2026, 5, 1, 12);

test('before any boot nobody knows the time', () => {
  expect(new ServerClock(new ManualClock(NOON)).trust()).toBe('unset');
});

test.each([
  ['later than the last boot', NOON + 3_600_000, 'estimated'],
  ['a few seconds before it', NOON - 5_000, 'estimated'],
  ['back in the year in which the machine was made', Date.UTC(2020, 0, 1), 'unset'],
] as const)('after a start without the server, with a clock %s', (_name, wall, trust) => {
  const time = new ServerClock(new ManualClock(wall));
  time.recall(NOON);
  expect(time.trust()).toBe(trust);
});

test('once heard, the clock may jump by years and nothing follows it', () => {
  const clock = new ManualClock(0);
  const time = new ServerClock(clock);
  time.hear(NOON);
  clock.advance(1_500.7);
  clock.wall = Date.UTC(2040, 0, 1);
  expect(time.trust()).toBe('synced');
  expect(time.now()).toBe(NOON + 1_500);
});
