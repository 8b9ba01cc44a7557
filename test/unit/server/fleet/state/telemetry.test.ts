import { expect, test } from 'vitest';
import { afterBoot, afterReport } from '../../../../../server/fleet/state/last-report.ts';
import { mean } from '../../../../../server/fleet/state/samples.ts';
import { HOUR_MS } from '../../../../../server/fleet/state/telemetry.ts';
import { sampleOf } from '../../../../../shared/protocol/measurement.ts';

const START = 1_790_000_000_000 - (1_790_000_000_000 % HOUR_MS);
const counts = { granted: 0, denied: 0, unconfirmed: 0, otpRequired: 0, throttled: 0 };

test('a kiosk counts since its start: only what is new is counted, also after a restart', () => {
  const context = { now: START, intervalMs: 30_000, policy: 'p' };
  const report = (granted: number) => ({
    state: 'inService' as const,
    peripherals: {},
    verifications: { ...counts, granted },
  });
  let last = afterBoot(undefined, { software: '1', startedAt: 1 }, context);
  const say = (granted: number) => {
    const after = afterReport(last, report(granted), START);
    last = after.lastReport;
    return after.outcomes?.granted ?? 0;
  };
  expect([say(2), say(2), say(7)]).toEqual([2, 0, 5]);
  // The server was away, and the program is the same: it goes on from what was known.
  last = afterBoot(last, { software: '1', startedAt: 1 }, context);
  expect(say(9)).toBe(2);
  // One that reports fewer than before has counted nothing: no count is ever negative.
  expect([say(4), say(9)]).toEqual([0, 5]);
  // The program was restarted, and counts from nothing.
  last = afterBoot(last, { software: '1', startedAt: 2 }, context);
  expect([say(1), say(20)]).toEqual([1, 19]);
});

test('what nobody reported is absent, and a mean is of what was reported', () => {
  expect(sampleOf({ state: 'inService', peripherals: {} })).toEqual({ faults: 0 });
  expect(
    sampleOf({
      state: 'inService',
      peripherals: { scanner: { state: 'lost' }, keypad: { state: 'opening' } },
      machine: {
        cpuTemperatureC: 61.5,
        memory: { totalBytes: 100, availableBytes: 25 },
        disk: { totalBytes: 0, availableBytes: 0 },
        power: { now: ['underVoltage'], sinceBoot: ['underVoltage'] },
      },
      offline: { list: 'usable', listAgeMs: 90_000, factsWaiting: 3, factsQuarantined: 0 },
    }),
  ).toEqual({ temperature: 61.5, memory: 75, waiting: 3, listAge: 2, underVoltage: 1, faults: 1 });
  expect(mean([{ temperature: 1 }, { temperature: 2 }, { disk: 5 }])).toEqual({
    temperature: 1.5,
    disk: 5,
  });
});
