import type { scrypt } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type Postgres, startPostgres } from '../../../scripts/launch/embedded-postgres.ts';
import type { App } from '../../../server/app.ts';
import type { Status } from '../../../server/registry/person-status.ts';
import type { StatusSource } from '../../../server/registry/status-source.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { Engine, Store } from '../../../server/store/store.ts';
import { systemClock } from '../../../shared/clock.ts';
import { countAttacks } from '../../support/attack-counts.ts';
import {
  type Cause,
  interleave,
  type Latencies,
  type PairApart,
  toldApart,
} from '../../support/interleaved.ts';
import { startApp } from '../../support/server-app.ts';
import { webAssets } from '../../support/web-assets.ts';
import { type Asked, gateCauses, gateRefusals, loginCauses, readingCauses } from './causes.ts';
import { type AskedPeople, seedLanes } from './lane-people.ts';

// A cheaper hash, of the same shape for everybody: thousands of the real ones would take hours.
vi.mock('node:crypto', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:crypto')>();
  const cheap = { N: 256, r: 8, p: 1 };
  const scryptOf = ((text, salt, bytes, options, done) =>
    real.scrypt(text, salt, bytes, { ...options, ...cheap }, done)) as typeof scrypt;
  return { ...real, scrypt: scryptOf };
});

const IS_SHORT = process.env.VARCO_ATTACK === 'short';
/** PostgreSQL answers readings one after the other, each in some milliseconds; SQLite makes up for it. */
const sizes = {
  sqlite: { lanes: 20, rounds: IS_SHORT ? 12 : 75 },
  postgres: { lanes: 20, rounds: IS_SHORT ? 12 : 25 },
};
/** As in use, but shorter: a few times what the work takes, so that thousands of answers take minutes. */
const answerTimes = { readingMs: 150, loginMs: 150, refusalMs: 100, upstreamMs: 160 };
/**
 * Where more than this share misses its time, the machine is too slow for it and shows nothing of causes:
 * everything is measured again with twice the time, and at the last with whatever comes.
 */
const LATE_SHARE_MAX = 0.02;
const LATE_MS = 40;
const SLOWEST = 4;
const WARM_UP_ROUNDS = 2;
const TIMEOUT = { timeout: 300_000 };

const status: Status = {
  invaliditaCivile: {
    ...{ protocol: 'P', giudizio: 'totale', recognised: true, percentage: 100 },
    ...{ accompagnamento: false, fiscalBenefits: [], definitiveOn: '2020-01-01' },
  },
};
/** An upstream source that answers after some time of its own. */
const upstream: StatusSource = {
  name: 'slow',
  async statusOf() {
    await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20));
    return { kind: 'known', status };
  },
};

/** One measurement: what is asked, how long it is held, and whether a source is asked upstream. */
interface Measured {
  time: keyof typeof answerTimes;
  causesOf(asked: Asked): Promise<Readonly<Record<string, Cause>>>;
  source?: StatusSource;
}

/** Throttled, wrong and right, on one engine: that the answers take alike is seen in thousands of them. */
export function tellApart(engine: Engine): void {
  const { lanes, rounds } = sizes[engine];
  let postgres: Postgres | undefined;
  let store: Store;
  let app: App | undefined;
  let people: AskedPeople;
  // It stands still, so that no block ends midway; each server has another time, and so other accounts.
  let now = Date.now();
  const clock = { ...systemClock, now: () => now };

  beforeAll(async () => {
    postgres = engine === 'postgres' ? await startPostgres() : undefined;
    store = await openStore(postgres ? await postgres.createDatabase() : 'sqlite::memory:');
    const seeding = await startApp(store, { clock });
    people = await seedLanes(seeding, store, lanes);
    await seeding.stop();
  });
  afterEach(stop);
  afterAll(async () => {
    await store.close();
    await postgres?.stop();
  });

  async function stop(): Promise<void> {
    await app?.stop();
    app = undefined;
    now += 1;
  }

  /** Answers of one server, whose times are so many times longer. */
  async function start({ causesOf, source }: Measured, slower: number) {
    const times = Object.entries(answerTimes).map(([name, ms]) => [name, ms * slower]);
    app = await startApp(store, {
      ...{ clock, source, web: { assets: await webAssets() } },
      answerTimes: { ...answerTimes, ...Object.fromEntries(times) },
    });
    await store.db.deleteFrom('guess').execute();
    const causes = await causesOf({ app, people, now });
    const counted = await store.db.selectFrom('guess').selectAll().execute();
    // What a round counted is taken back, so that the next one is not throttled by it.
    const between = () =>
      store.transaction(async (tx) => {
        await tx.deleteFrom('guess').execute();
        await tx.insertInto('guess').values(counted).execute();
      });
    return async (times: number) => {
      countAttacks({ inputs: times * lanes * Object.keys(causes).length });
      return await interleave(causes, { rounds: times, lanes, between });
    };
  }

  /** Latencies of which nearly all kept their time, which is doubled until they do. */
  async function measure(measured: Measured): Promise<Latencies> {
    for (let slower = 1; ; slower *= 2) {
      const ask = await start(measured, slower);
      const dueMs = answerTimes[measured.time] * slower + LATE_MS;
      const isLast = slower === SLOWEST;
      const isLate = (latencies: Latencies) => lateShare(latencies, dueMs) > LATE_SHARE_MAX;
      const warmUp = await ask(WARM_UP_ROUNDS);
      const latencies = isLast || !isLate(warmUp) ? await ask(rounds) : undefined;
      await stop();
      if (latencies && (isLast || !isLate(latencies))) {
        return latencies;
      }
    }
  }

  /**
   * Compares all causes. Of the hundreds of pairs of all tests together some seem apart by chance: those are
   * measured once more, afresh and whole, and must not be told apart again.
   */
  async function expectAlike(measured: Measured): Promise<void> {
    const suspected = toldApart(await measure(measured));
    const confirmed: PairApart[] =
      suspected.length > 0 ? toldApart(await measure(measured), suspected) : [];
    expect(confirmed).toEqual([]);
  }

  test('the reading page', TIMEOUT, () =>
    expectAlike({ time: 'readingMs', causesOf: readingCauses }),
  );

  test('the reading page, with an external source of statuses', TIMEOUT, () =>
    expectAlike({ time: 'readingMs', causesOf: readingCauses, source: upstream }),
  );

  test('a gate’s refusals', TIMEOUT, () =>
    expectAlike({ time: 'refusalMs', causesOf: gateRefusals }),
  );

  test('a gate’s answers, with an external source of statuses', TIMEOUT, () =>
    expectAlike({ time: 'upstreamMs', causesOf: gateCauses, source: upstream }),
  );

  test('the staff’s login', TIMEOUT, () => expectAlike({ time: 'loginMs', causesOf: loginCauses }));
}

/** The share of all answers that took longer. */
function lateShare(latencies: Latencies, ms: number): number {
  const all = Object.values(latencies).flat();
  return all.filter((latency) => latency > ms).length / all.length;
}
