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
  ['exactly as far behind it as is believed', NOON - 60_000, 'estimated'],
  ['a little further behind it', NOON - 60_001, 'unset'],
  ['back in the year in which the machine was made', Date.UTC(2020, 0, 1), 'unset'],
] as const)('after a start without the server, with a clock %s', (_name, wall, trust) => {
  const time = new ServerClock(new ManualClock(wall));
  time.recall(NOON);
  expect(time.trust()).toBe(trust);
});

test('it can’t be earlier than what the server said in an earlier run', () => {
  const time = new ServerClock(new ManualClock(Date.UTC(2020, 0, 1)));
  time.recall(NOON);
  expect(time.now()).toBe(NOON);
});

test('a machine’s clock that is ahead of the last boot is taken as it is', () => {
  const time = new ServerClock(new ManualClock(NOON + 3_600_000));
  time.recall(NOON);
  expect(time.now()).toBe(NOON + 3_600_000);
});

test('once synced, the clock may jump by years and nothing follows it', () => {
  const clock = new ManualClock(0);
  const time = new ServerClock(clock);
  time.sync(NOON);
  clock.advance(1_500.7);
  clock.wall = Date.UTC(2040, 0, 1);
  expect(time.trust()).toBe('synced');
  expect(time.now()).toBe(NOON + 1_500);
});

test('the skew is that of the shortest round trip, at its midpoint', () => {
  const clock = new ManualClock(0);
  const time = new ServerClock(clock);
  expect(time.skewMs()).toBeUndefined();
  // This machine is 500 ms ahead; the slow answers were held up on their way back.
  for (const [durationMs, answeredAt, serverTime] of [
    [900, 10_900, 9_600],
    [20, 20_520, 20_010],
    [700, 31_200, 30_010],
  ] as const) {
    clock.wall = answeredAt;
    time.noteRoundTrip({ durationMs, serverTime });
  }
  expect(time.skewMs()).toBe(500);
});

test('without a round trip the skew is what the boot said', () => {
  const clock = new ManualClock(NOON + 250);
  const time = new ServerClock(clock);
  time.sync(NOON);
  expect(time.skewMs()).toBe(250);
});
