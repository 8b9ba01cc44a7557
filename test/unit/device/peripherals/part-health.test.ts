import { expect, test } from 'vitest';
import { PartHealth } from '../../../../device/peripherals/part-health.ts';
import type { Health } from '../../../../hardware/ports.ts';
import { ManualClock } from '../../../support/hands/manual-clock.ts';

const ready: Health = { state: 'ready', since: 0 };
const opening: Health = { state: 'opening', since: 0 };
const lost: Health = { state: 'lost', since: 0, reason: 'unplugged' };
const failing: Health = { state: 'failing', since: 0, reason: 'decoderUnavailable' };

test.each([
  [[ready, lost], 'ready'],
  [[lost, ready], 'ready'],
  [[opening, lost], 'opening'],
  [[failing, lost], 'failing'],
  [[lost, lost], 'lost'],
] as const)('a gate reads as long as one of its scanners does: %j', ([first, second], state) => {
  const health = new PartHealth(new ManualClock());
  health.note('scanner', first);
  health.note('scanner.2', second);
  health.note('keypad', ready);
  expect(health.scannerState()).toBe(state);
});

test('each scanner is a peripheral of its own, and its loss a fault', () => {
  const health = new PartHealth(new ManualClock());
  health.note('scanner', ready);
  health.note('scanner.2', lost);
  health.note('link', lost);
  expect(health.peripherals()).toMatchObject({
    scanner: { state: 'ready' },
    'scanner.2': { state: 'lost', reason: 'unplugged' },
  });
  expect(health.faults()).toEqual(['scanner.2']);
});

test('a covered lens is reported of a camera that works, and is no fault', () => {
  const health = new PartHealth(new ManualClock());
  health.note('scanner', ready);
  health.noteView('scanner', 'lensCovered');
  expect(health.peripherals()).toEqual({ scanner: { state: 'ready', reason: 'lensCovered' } });
  expect(health.faults()).toEqual([]);
  health.noteView('scanner', 'clear');
  expect(health.peripherals()).toEqual({ scanner: { state: 'ready' } });
});

test('waits for a part to be ready, and no longer than it is given', async () => {
  const clock = new ManualClock();
  const health = new PartHealth(clock);
  const printer = health.settled('printer', 8_000);
  const keypad = health.settled('keypad', 8_000);
  health.note('keypad', lost);
  health.note('printer', ready);
  expect(await printer).toEqual(ready);
  clock.advance(8_000);
  expect(await keypad).toEqual(lost);
  expect(clock.pending).toBe(0);
});
