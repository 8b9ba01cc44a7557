import { expect, test } from 'vitest';
import { afterBoot, afterReport } from '../../../../../server/fleet/state/last-report.ts';
import { sharedPart } from '../../../../../server/fleet/state/shared-parts.ts';

const context = { now: 1_000, intervalMs: 30_000, policy: 'musei-statali' };

function kiosk(scanner: 'ready' | 'lost' = 'ready') {
  const capabilities = ['identify', 'selfTest'];
  const told = afterBoot(undefined, { software: '1', startedAt: 0, capabilities }, context);
  const peripherals = { scanner: { state: scanner }, keypad: { state: 'ready' as const } };
  return afterReport(told, { state: 'inService', peripherals }, 1_000).lastReport;
}

test('what kiosks have in common is kept once, and what one of them changes is its own', () => {
  const [one, other, broken] = [kiosk(), kiosk(), kiosk('lost')];
  expect(one.status?.peripherals).toBe(other.status?.peripherals);
  expect(one.capabilities).toBe(other.capabilities);
  expect(broken.status?.peripherals.scanner).toEqual({ state: 'lost' });
  const told = afterReport(
    one,
    { partial: true, peripherals: { scanner: null } },
    2_000,
  ).lastReport;
  expect(told.status?.peripherals).toEqual({ keypad: { state: 'ready' } });
  expect(other.status?.peripherals.scanner).toEqual({ state: 'ready' });
  // A sign of life alone makes nothing new.
  const alive = afterReport(one, { partial: true }, 3_000).lastReport;
  expect(alive.status?.peripherals).toBe(one.status?.peripherals);
});

test('what is shared can’t be changed, and what is long or one of too many stays as it came', () => {
  const shared = sharedPart({ list: [1, 2] });
  expect(() => shared.list.push(3)).toThrow(TypeError);
  const long = () => ({ text: 'x'.repeat(2_000) });
  expect(sharedPart(long())).not.toBe(sharedPart(long()));
  for (let index = 0; index < 1_000; index += 1) {
    sharedPart({ index });
  }
  expect(sharedPart({ index: 999 })).not.toBe(sharedPart({ index: 999 }));
  expect(sharedPart({ list: [1, 2] })).toBe(shared);
});
