import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketed, difference } from '../../../../device/link/bucketing.ts';
import { PARTIAL_MAX, Reporter } from '../../../../device/link/reporter.ts';
import { type KioskStatus, mergeStatus } from '../../../../shared/protocol/kiosk-status.ts';

const GIB = 1_073_741_824;

function status(changes: Partial<KioskStatus> = {}): KioskStatus {
  return {
    state: 'inService',
    peripherals: { scanner: { state: 'ready' }, keypad: { state: 'ready' } },
    machine: {
      cpuTemperatureC: 48,
      power: { now: [], sinceBoot: [] },
      memory: { totalBytes: 2 * GIB, availableBytes: GIB },
      disk: { totalBytes: 32 * GIB, availableBytes: 20 * GIB },
      uptimeS: 1_000,
    },
    clock: { trust: 'synced', skewMs: 12 },
    link: { roundTripMs: 30, reconnects: 0 },
    offline: { list: 'usable', listAgeMs: 1_000, factsWaiting: 0, factsQuarantined: 0 },
    ...changes,
  };
}

test('noise sends nothing: the report is empty', () => {
  const noise = fc.record({
    celsius: fc.double({ min: -1.9, max: 1.9, noNaN: true }),
    memory: fc.integer({ min: -100_000_000, max: 100_000_000 }),
    disk: fc.integer({ min: -300_000_000, max: 300_000_000 }),
    passedS: fc.integer({ min: 0, max: 3_599 }),
    skewMs: fc.integer({ min: -99, max: 99 }),
    roundTripMs: fc.integer({ min: -14, max: 19 }),
    ageMs: fc.integer({ min: 0, max: 599_000 }),
  });
  fc.assert(
    fc.property(noise, ({ celsius, memory, disk, passedS, skewMs, roundTripMs, ageMs }) => {
      const told = status();
      const now = status({
        machine: {
          ...told.machine,
          cpuTemperatureC: 48 + celsius,
          memory: { totalBytes: 2 * GIB, availableBytes: GIB + memory },
          disk: { totalBytes: 32 * GIB, availableBytes: 20 * GIB + disk },
          uptimeS: 1_000 + passedS,
        },
        clock: { trust: 'synced', skewMs: 12 + skewMs },
        link: { roundTripMs: 30 + roundTripMs, reconnects: 0 },
        offline: { list: 'usable', listAgeMs: 1_000 + ageMs, factsWaiting: 0, factsQuarantined: 0 },
      });
      expect(difference(bucketed(now, told), told)).toEqual({ partial: true });
    }),
  );
});

const telling: [string, Partial<KioskStatus>, string][] = [
  ['two degrees', { machine: { ...status().machine, cpuTemperatureC: 50 } }, 'machine'],
  ['a sagging supply', { machine: { power: { now: ['underVoltage'], sinceBoot: [] } } }, 'machine'],
  ['a board that restarted', { machine: { ...status().machine, uptimeS: 3 } }, 'machine'],
  ['a tenth of a second', { clock: { trust: 'synced', skewMs: 112 } }, 'clock'],
  ['a link twice as slow', { link: { roundTripMs: 61, reconnects: 0 } }, 'link'],
  ['a reconnect', { link: { roundTripMs: 30, reconnects: 1 } }, 'link'],
  ['a closed gate', { state: 'outOfService' }, 'state'],
  ['a lost scanner', { peripherals: { scanner: { state: 'lost' } } }, 'peripherals'],
  [
    'one fact that waits',
    { offline: { ...status().offline, factsWaiting: 1 } as never },
    'offline',
  ],
];
test.each(telling)('%s is reported, and nothing else', (_name, changes, part) => {
  const told = status();
  const report = difference(bucketed(status(changes), told), told);
  expect(Object.keys(report).sort()).toEqual(['partial', part].sort());
});

const arbitrary: fc.Arbitrary<KioskStatus> = fc.record(
  {
    state: fc.constantFrom('inService' as const, 'outOfService' as const),
    peripherals: fc.dictionary(
      fc.constantFrom('scanner', 'keypad', 'display'),
      fc.record({ state: fc.constantFrom('ready' as const, 'lost' as const) }),
    ),
    machine: fc.record({ cpuTemperatureC: fc.integer({ min: 0, max: 90 }) }),
    clock: fc.record({ trust: fc.constant('synced' as const), skewMs: fc.integer() }),
    software: fc.constantFrom('a', 'b'),
  },
  { requiredKeys: ['state', 'peripherals'] },
);

test('both ends know the same after any reports, some of them lost with a connection', () => {
  const steps = fc.array(fc.tuple(arbitrary, fc.constantFrom('acknowledged', 'lost', 'anew')), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(steps, (sequence) => {
      const reporter = new Reporter();
      let known: KioskStatus | undefined;
      let told: KioskStatus | undefined;
      for (const [now, fate] of sequence) {
        if (fate === 'anew') {
          reporter.forget();
        }
        const { report, acknowledged } = reporter.next(now);
        if (fate !== 'lost') {
          known = mergeStatus(known, JSON.parse(JSON.stringify(report)));
          told = bucketed(now, report.partial ? told : undefined);
          acknowledged();
          expect(known).toEqual(JSON.parse(JSON.stringify(told)));
          expect(known?.peripherals).toEqual(now.peripherals);
        }
      }
    }),
  );
});

test('a whole report comes now and then', () => {
  const reporter = new Reporter();
  const whole: number[] = [];
  for (let index = 0; index < 2 * PARTIAL_MAX + 3; index += 1) {
    const { report, acknowledged } = reporter.next(status());
    if (!report.partial) {
      whole.push(index);
    }
    acknowledged();
  }
  expect(whole).toEqual([0, PARTIAL_MAX + 1, 2 * PARTIAL_MAX + 2]);
});
