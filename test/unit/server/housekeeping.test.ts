import { pino } from 'pino';
import { expect, test } from 'vitest';
import { Housekeeping, monthsBefore } from '../../../server/housekeeping.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

test('a chore that fails keeps no other from its turn, and is tried again', async () => {
  const clock = new VirtualClock();
  const done: string[] = [];
  const chores = [
    {
      name: 'broken',
      run: () => Promise.reject(new Error('no')).finally(() => done.push('tried')),
    },
    { name: 'whole', run: async () => done.push('done') },
  ];
  const housekeeping = new Housekeeping({ chores, clock, log: pino({ level: 'silent' }) });
  housekeeping.start();
  for (const round of [1, 2]) {
    clock.advance(60_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toHaveLength(2 * round);
  }
  await housekeeping.stop();
  expect(clock.waiting).toBe(0);
  expect(done).toEqual(['tried', 'done', 'tried', 'done']);
});

test.each([
  ['2026-05-31', 3, '2026-02-28'],
  ['2024-02-29', 12, '2023-02-28'],
  ['2026-11-28', 12, '2025-11-28'],
])('%s, %i months before: %s', (day, months, expected) => {
  expect(new Date(monthsBefore(Date.parse(day), months)).toISOString().slice(0, 10)).toBe(expected);
});
