import { expect, test } from 'vitest';
import { type Deadline, DeadlineSweep } from '../../../../../server/fleet/link/deadline-sweep.ts';
import { VirtualClock } from '../../../../support/virtual-clock.ts';

function member(clock: VirtualClock, delayMs: number, after = Number.POSITIVE_INFINITY) {
  const fallen: number[] = [];
  const one: Deadline & { fallen: number[]; dueAt: number } = {
    dueAt: clock.monotonic() + delayMs,
    fallen,
    reached() {
      fallen.push(clock.monotonic());
      one.dueAt = clock.monotonic() + after;
    },
  };
  return one;
}

test('one timer serves everybody, each within an eighth of the shortest deadline', () => {
  const clock = new VirtualClock(0);
  const members = new Set(
    Array.from({ length: 1_000 }, (_none, index) => member(clock, 800 + index)),
  );
  const pulse = new DeadlineSweep(clock, members, 800);
  pulse.wake();
  pulse.wake();
  expect(clock.waiting).toBe(1);
  clock.advance(2_000);
  for (const [index, { fallen }] of [...members].entries()) {
    expect(fallen).toHaveLength(1);
    const lateMs = (fallen[0] ?? 0) - (800 + index);
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThanOrEqual(100);
  }
});

test('a member falls due again at its next moment, and one that is gone never', () => {
  const clock = new VirtualClock(0);
  const stays = member(clock, 100, 100);
  const goes = member(clock, 100);
  const members = new Set([goes, stays]);
  // Who falls due may take others with it.
  const takes = { ...member(clock, 50), reached: () => members.delete(goes) };
  takes.dueAt = 50;
  members.add(takes as unknown as typeof goes);
  const pulse = new DeadlineSweep(clock, members, 80);
  pulse.wake();
  clock.advance(305);
  expect(stays.fallen.length).toBeGreaterThanOrEqual(2);
  expect(goes.fallen).toEqual([]);
});

test('it sleeps when nobody is left, wakes with the next one, and stops for good', () => {
  const clock = new VirtualClock(0);
  const members = new Set<Deadline>();
  const pulse = new DeadlineSweep(clock, members, 800);
  pulse.wake();
  clock.advance(1_000);
  expect(clock.waiting).toBe(0);
  const late = member(clock, 10);
  members.add(late);
  pulse.wake();
  clock.advance(100);
  expect(late.fallen).toHaveLength(1);
  pulse.stop();
  expect(clock.waiting).toBe(0);
});
