import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../../../../scripts/launch/embedded-postgres.ts';
import { afterBoot, afterReport } from '../../../../server/fleet/state/last-report.ts';
import type { RosterGate } from '../../../../server/fleet/state/roster.ts';
import {
  HOUR_MS,
  HOURS_KEPT_MS,
  MINUTE_MS,
  MINUTES_KEPT_MS,
  masked,
  Telemetry,
} from '../../../../server/fleet/state/telemetry.ts';
import { openStore } from '../../../../server/store/open-store.ts';
import type { Store } from '../../../../server/store/store.ts';

const START = 1_790_000_000_000 - (1_790_000_000_000 % HOUR_MS);
const counts = { granted: 0, denied: 0, unconfirmed: 0, otpRequired: 0, throttled: 0 };

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
    lastReport: afterReport(booted, report, now).lastReport,
    desired: 0,
  };
}

describe.each(['sqlite', 'postgres'] as const)('telemetry on %s', (engine) => {
  let folder: string;
  let postgres: Postgres | undefined;
  let store: Store;
  let telemetry: Telemetry;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'varco-telemetry-'));
    postgres = engine === 'postgres' ? await startPostgres() : undefined;
  });
  afterAll(async () => {
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    const sqlite = `sqlite:${join(folder, randomUUID())}.db`;
    store = await openStore(postgres ? await postgres.createDatabase() : sqlite);
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

  test('both spans go at their time to the minute, in small steps, and nothing younger with them', async () => {
    const now = START + 500 * 86_400_000;
    const rows = [
      ...[1, 0, -1, -700].map((minutes) => ['minute', now - MINUTES_KEPT_MS + minutes * MINUTE_MS]),
      ...[1, 0, -1, -700].map((hours) => ['hour', now - HOURS_KEPT_MS + hours * HOUR_MS]),
    ] as [string, number][];
    const values = rows.map(([span, at]) => ({ gate: 'g', span, at, body: '{}' }));
    await store.db.insertInto('telemetry').values(values).execute();
    const hours = rows.filter(([span]) => span === 'hour').map(([, at]) => at);
    for (const at of hours) {
      telemetry.count('g', { ...counts, granted: 1 }, at);
    }
    await store.transaction((tx) => telemetry.writeCounts(tx, telemetry.takeCounts()));
    let steps = 0;
    while (await telemetry.prune(now)) {
      steps += 1;
    }
    expect(steps).toBeGreaterThan(1);
    const left = await store.db.selectFrom('telemetry').select(['span', 'at']).execute();
    const kept = rows.filter(
      ([span, at]) => at >= now - (span === 'hour' ? HOURS_KEPT_MS : MINUTES_KEPT_MS),
    );
    expect(left.map(({ span, at }) => [span, at]).sort()).toEqual(kept.sort());
    const counted = await store.db.selectFrom('outcome_hour').select('at').execute();
    expect(counted.map(({ at }) => at).sort()).toEqual(hours.slice(0, 2).sort());
  });

  describe('what a gate without network measured', () => {
    const at = (minute: number) => START + minute * MINUTE_MS;
    const measurement = (minute: number, temperature: number) => ({
      at: at(minute) + 30_000,
      sample: { temperature },
    });

    test('fills the gap, keeps what was received, and its hours are computed again', async () => {
      await live(START, 2, () => 50);
      const late = at(3 * 60 + 5);
      while (await telemetry.rollUp(late)) {
        // Until there is no more.
      }
      const missed = [0, 1, 2, 3, 70].map((minute) => measurement(minute, 80));
      await telemetry.fill('g', missed, late);
      // The answer was lost: it comes again.
      await telemetry.fill('g', missed, late);
      const fine = await telemetry.history('g', { from: START, to: late }, late);
      expect(fine.at).toEqual([0, 1, 2, 3, 70].map(at));
      expect(fine.values.temperature).toEqual([50, 50, 80, 80, 80]);
      const far = START - MINUTES_KEPT_MS;
      const coarse = await telemetry.history('g', { from: far, to: late }, late);
      expect(coarse).toMatchObject({ span: 'hour', at: [at(0), at(60)] });
      expect(coarse.values.temperature).toEqual([65, 80]);
    });

    test('is let go when it is too old or not yet, and may name one minute twice', async () => {
      const now = START + MINUTES_KEPT_MS + HOUR_MS;
      const soon = { at: now + 2 * MINUTE_MS, sample: { disk: 1 } };
      await telemetry.fill('g', [measurement(0, 10), soon], now);
      expect(await store.db.selectFrom('telemetry').selectAll().execute()).toEqual([]);
      const twice = [measurement(90, 40), { ...measurement(90, 41), at: at(90) }];
      await telemetry.fill('g', twice, now);
      const { values } = await telemetry.history('g', { from: at(90), to: at(91) }, now);
      expect(values.temperature).toEqual([41]);
    });
  });
});
