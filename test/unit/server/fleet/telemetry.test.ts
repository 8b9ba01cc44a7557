import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RosterGate } from '../../../../server/fleet/roster.ts';
import {
  HOUR_MS,
  HOURS_KEPT_MS,
  MINUTE_MS,
  MINUTES_KEPT_MS,
  masked,
  mean,
  sampleOf,
  Telemetry,
} from '../../../../server/fleet/telemetry.ts';
import { afterBoot, afterReport } from '../../../../server/fleet/told.ts';
import { openStore } from '../../../../server/store/open.ts';
import type { Store } from '../../../../server/store/store.ts';

const START = 1_790_000_000_000 - (1_790_000_000_000 % HOUR_MS);
const counts = { granted: 0, denied: 0, unconfirmed: 0, otpRequired: 0, throttled: 0 };

let store: Store;
let telemetry: Telemetry;

beforeEach(async () => {
  store = await openStore('sqlite::memory:');
  telemetry = new Telemetry({ store });
  const now = { created_at: 0, note: '', place: '' };
  await store.db
    .insertInto('site')
    .values({ id: 's', title: 's', client_certificate: 0, ...now })
    .execute();
  await store.db
    .insertInto('gate')
    .values({ id: 'g', site: 's', title: 'g', policy: 'p', tags: '[]', boards: 1, ...now })
    .execute();
});
afterEach(() => store.close());

function gate(now: number, cpuTemperatureC: number): RosterGate {
  const context = { now, intervalMs: 30_000, policy: 'p' };
  const booted = afterBoot(undefined, { software: '1', startedAt: 0 }, context);
  const report = { state: 'inService', peripherals: {}, machine: { cpuTemperatureC } } as const;
  return {
    gate: {
      id: 'g',
      site: 's',
      title: 'g',
      policy: 'p',
      place: '',
      note: '',
      tags: [],
      createdAt: 0,
    },
    kiosk: { id: 'g.1', registeredAt: 0 },
    told: afterReport(booted, report, now).told,
    desired: 0,
  };
}

/** A kiosk that reports for so long, looked at twice a second as a server does. */
async function live(from: number, minutes: number, temperature: (minute: number) => number) {
  for (let half = 0; half < minutes * 120; half += 1) {
    const now = from + half * 500;
    await telemetry.sample([gate(now, temperature(Math.floor(half / 120)))], now);
  }
}

test('one value a minute, whatever the number of looks; none of a kiosk that is silent', async () => {
  await live(START, 3, (minute) => 50 + minute);
  const silent = gate(START, 99);
  await telemetry.sample([silent], START + 10 * MINUTE_MS);
  const now = START + 4 * MINUTE_MS;
  const history = await telemetry.history('g', { from: START, to: now }, now);
  expect(history).toMatchObject({
    span: 'minute',
    at: [START, START + MINUTE_MS, START + 2 * MINUTE_MS],
    values: { temperature: [50, 51, 52], faults: [0, 0, 0] },
  });
  expect(history.values.disk).toBeUndefined();
});

test('minutes become an hour, and both go when their time is over', async () => {
  await live(START, 3, (minute) => 50 + 3 * minute);
  const after = START + HOUR_MS + 3 * MINUTE_MS;
  while (await telemetry.rollUp(after)) {
    // Until there is no more.
  }
  const late = START + MINUTES_KEPT_MS + HOUR_MS;
  while (await telemetry.prune(late)) {
    // Until there is no more.
  }
  expect(await telemetry.history('g', { from: START, to: late }, late)).toMatchObject({
    span: 'hour',
    at: [START],
    values: { temperature: [53] },
  });
  const spans = () => store.db.selectFrom('telemetry').select('span').execute();
  expect(await spans()).toEqual([{ span: 'hour' }]);
  while (await telemetry.prune(START + HOURS_KEPT_MS + HOUR_MS)) {
    // Until there is no more.
  }
  expect(await spans()).toEqual([]);
});

test('counts are added up by hour, and small ones are not shown', async () => {
  telemetry.count('g', { ...counts, granted: 3, denied: 9 }, START);
  telemetry.count('g', { ...counts, granted: 1 }, START + MINUTE_MS);
  const taken = telemetry.takeCounts();
  await store.transaction((tx) => telemetry.writeCounts(tx, taken));
  telemetry.count('g', { ...counts, denied: 1 }, START + 2 * MINUTE_MS);
  const failed = telemetry.takeCounts();
  telemetry.giveBack(failed);
  await store.transaction((tx) => telemetry.writeCounts(tx, telemetry.takeCounts()));
  const hours = await telemetry.outcomesOf('g', { from: START, to: START });
  expect(hours).toEqual([{ at: START, counts: { ...counts, granted: 4, denied: 10 } }]);
  expect(masked(hours).counts).toMatchObject({ granted: ['< 5'], denied: [10], throttled: [0] });
});

test('a kiosk counts since its start: only what is new is counted, also after a restart', () => {
  const context = { now: START, intervalMs: 30_000, policy: 'p' };
  const report = (granted: number) => ({
    state: 'inService' as const,
    peripherals: {},
    verifications: { ...counts, granted },
  });
  let told = afterBoot(undefined, { software: '1', startedAt: 1 }, context);
  const say = (granted: number) => {
    const after = afterReport(told, report(granted), START);
    told = after.told;
    return after.outcomes?.granted ?? 0;
  };
  expect([say(2), say(2), say(7)]).toEqual([2, 0, 5]);
  // The server was away, and the program is the same: it goes on from what was known.
  told = afterBoot(told, { software: '1', startedAt: 1 }, context);
  expect(say(9)).toBe(2);
  // The program started anew, and counts from nothing.
  told = afterBoot(told, { software: '1', startedAt: 2 }, context);
  expect([say(1), say(20)]).toEqual([1, 19]);
});

test('what nobody told is not there, and a mean is of what was told', () => {
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
