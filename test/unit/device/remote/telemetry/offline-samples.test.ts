import { expect, test } from 'vitest';
import {
  OfflineSamples,
  SAMPLE_EVERY_MS,
} from '../../../../../device/remote/telemetry/offline-samples.ts';
import type { Sample } from '../../../../../shared/protocol/measurement.ts';
import { VirtualClock } from '../../../../support/virtual-clock.ts';

test('one a minute until it is stopped, without what a link that is gone last said', () => {
  const clock = new VirtualClock();
  const kept: Sample[] = [];
  const samples = new OfflineSamples({
    clock,
    status: () => ({
      state: 'inService',
      peripherals: { scanner: { state: 'lost' } },
      machine: { cpuTemperatureC: 61 },
      clock: { trust: 'synced', skewMs: 12 },
      link: { roundTripMs: 40, reconnects: 1 },
    }),
    keep: (sample) => kept.push(sample),
  });
  samples.start();
  for (let minute = 0; minute < 3; minute += 1) {
    clock.advance(SAMPLE_EVERY_MS);
  }
  expect(kept).toEqual(Array(3).fill({ temperature: 61, faults: 1 }));
  samples.stop();
  clock.advance(SAMPLE_EVERY_MS);
  expect(kept).toHaveLength(3);
  expect(clock.waiting).toBe(0);
});
