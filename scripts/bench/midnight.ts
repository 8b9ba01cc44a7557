/**
 * Rome's midnight: how long it takes to fold what came due, and how long gates wait meanwhile, in the same
 * process and on the same SQLite file. `npm run bench -- midnight [PERSONS]`; the default is 1e6 persons,
 * of whom one in a hundred has a verbale that takes effect that night.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { pino } from 'pino';
import { type App, createApp } from '../../server/app.ts';
import { generateKeyringFile, Keyring } from '../../server/keys/keyring.ts';
import { foldOn } from '../../server/registry/stored-status.ts';
import type { Verbale } from '../../server/registry/verbale.ts';
import { openStore } from '../../server/store/open-store.ts';
import type { BulkInsert, Store } from '../../server/store/store.ts';
import { systemClock } from '../../shared/clock.ts';
import { nextDay, romeDay, romeMidnight } from '../../shared/rome-day.ts';
import { cyclic } from '../sample/cyclic.ts';
import { DEMO_POLICY } from '../sample/demo-people.ts';
import { type SeededPerson, seedPeople } from '../sample/seed-people.ts';
import type { BenchContext } from './harness/bench-context.ts';
import { atMost } from './harness/goals.ts';

const PERSONS = 1_000_000;
const DUE_OF = 100;
/** One person in so many has a code; everybody who is due has one. */
const CODE_OF = 10;
const FILL_ROWS = 20_000;
const BOX_BYTES = 250;
/** Between two questions of one gate, as at a busy station. */
const PAUSE_MS = 20;
const QUIET_MS = 10_000;
const SECONDS_GOAL = 60;
const RATIO_GOAL = 3;

const persons: BulkInsert = {
  table: 'person',
  columns: {
    id: 'bigint',
    code_mac: 'text',
    identity_cipher: 'bytea',
    has_mobile: 'integer',
    has_email: 'integer',
    privacy_version: 'text',
    status: 'text',
    due_on: 'text',
    updated_at: 'bigint',
  },
};
const credentials: BulkInsert = {
  table: 'credential',
  columns: {
    id: 'text',
    person_id: 'bigint',
    kind: 'text',
    state: 'text',
    issued_at: 'bigint',
    companion: 'integer',
  },
};
const verbali: BulkInsert = {
  table: 'verbale',
  columns: {
    protocol: 'text',
    person_id: 'bigint',
    kind: 'text',
    area: 'text',
    state: 'text',
    definitive_at: 'bigint',
    body: 'text',
  },
};

export async function run(context: BenchContext): Promise<void> {
  const count = Number(context.args[0] ?? PERSONS);
  const folder = await mkdtemp(join(tmpdir(), 'varco-bench-'));
  const store = await openStore(`sqlite:${join(folder, 'midnight.db')}`);
  const today = romeDay(Date.now());
  let now = Date.now();
  const clock = { ...systemClock, now: () => now };
  const app = createApp({
    store,
    keyring: new Keyring(generateKeyringFile(0)),
    clock,
    log: pino({ level: 'silent' }),
    node: 'bench',
    host: 'bench.example',
  });
  try {
    await fill(store, count, today);
    await app.start();
    const people = await seedPeople(app);
    const quiet = await waitsUntil(app, people, sleep(QUIET_MS));
    now = romeMidnight(nextDay(today)) + 1;
    const startedAt = performance.now();
    const folding = app.dueFold.run();
    const busy = await waitsUntil(app, people, folding);
    const seconds = (performance.now() - startedAt) / 1000;
    context.report({
      metric: `folding what is due, of ${count.toLocaleString('en')} persons`,
      value: seconds,
      unit: 's',
      ...atMost(seconds, SECONDS_GOAL, `≤ ${SECONDS_GOAL} s`),
    });
    context.report({ metric: 'statuses that changed', value: await folding, unit: 'persons' });
    reportWaits(context, quiet, busy);
  } finally {
    await app.stop();
    await store.close();
    await rm(folder, { recursive: true });
  }
}

function reportWaits(context: BenchContext, quiet: number[], busy: number[]): void {
  for (const [name, part] of [
    ['p50', 0.5],
    ['p99', 0.99],
  ] as const) {
    const [value, baselineValue] = [at(busy, part), at(quiet, part)];
    const ratio = value / baselineValue;
    context.report({
      metric: `a gate's wait meanwhile, ${name}`,
      value,
      unit: 'ms',
      baseline: 'quiet',
      baselineValue,
      ratio,
      ...atMost(ratio, name === 'p99' ? RATIO_GOAL : undefined, `ratio ≤ ${RATIO_GOAL}`),
    });
  }
  context.report({ metric: 'questions asked meanwhile', value: busy.length, unit: 'questions' });
}

function at(waits: number[], part: number): number {
  return waits.sort((a, b) => a - b)[Math.floor(waits.length * part)] ?? Number.NaN;
}

async function waitsUntil(app: App, people: SeededPerson[], end: Promise<unknown>) {
  const waits: number[] = [];
  let isOver = false;
  void end.finally(() => {
    isOver = true;
  });
  for (let asked = 0; !isOver; asked += 1) {
    const { credentialId, person } = cyclic(people, asked);
    const startedAt = performance.now();
    await app.verification.verify({
      asker: { id: `kiosk:gate-${asked % 50}`, site: 'torino' },
      requestId: randomUUID(),
      credentialId,
      codiceFiscale: person.codiceFiscale,
      policy: DEMO_POLICY,
    });
    waits.push(performance.now() - startedAt);
    await sleep(PAUSE_MS);
  }
  return waits;
}

async function fill(store: Store, count: number, today: string): Promise<void> {
  await sql`pragma synchronous = off`.execute(store.db);
  const box = Buffer.alloc(BOX_BYTES, 1);
  const plain = foldOn(historyOf(0, today).slice(0, 1), today).status;
  for (let from = 0; from < count; from += FILL_ROWS) {
    const indexes = Array.from({ length: Math.min(FILL_ROWS, count - from) }, (_, i) => from + i);
    const due = indexes.filter((index) => index % DUE_OF === 0);
    await store.transaction(async (tx) => {
      const rows = indexes.map((index) => {
        const { status, dueOn } =
          index % DUE_OF === 0
            ? foldOn(historyOf(index, today), today)
            : { status: plain, dueOn: null };
        return [index + 1, keyOf(index, count), box, 1, 1, '2026-01', status, dueOn, 0];
      });
      await store.insertMany(tx, persons, rows);
      const codes = indexes
        .filter((index) => index % CODE_OF === 0)
        .map((index) => [keyOf(index, count), index + 1, 'status', 'live', 0, 0]);
      await store.insertMany(tx, credentials, codes);
      const acts = due.flatMap((index) =>
        historyOf(index, today).map((one) => [
          ...[one.protocol, index + 1, one.kind, one.area, one.state],
          ...[Date.parse(one.definitiveOn ?? today), JSON.stringify(one)],
        ]),
      );
      await store.insertMany(tx, verbali, acts);
    });
  }
  await sql`pragma wal_checkpoint(truncate)`.execute(store.db);
  await sql`pragma synchronous = full`.execute(store.db);
}

/** A judgement of years ago, and a revision that takes effect at midnight. */
function historyOf(index: number, today: string): Verbale[] {
  const same: Pick<Verbale, 'area' | 'fiscalBenefits' | 'state'> = {
    area: 'invaliditaCivile',
    fiscalBenefits: [],
    state: 'definitive',
  };
  return [
    {
      ...same,
      protocol: `B${index}-1`,
      kind: 'primaIstanza',
      giudizio: 'da74a99',
      percentage: 80,
      definitiveOn: '2019-05-14',
    },
    {
      ...same,
      protocol: `B${index}-2`,
      kind: 'revisione',
      giudizio: 'oltreDueTerzi',
      percentage: 70,
      definitiveOn: nextDay(today),
    },
  ];
}

/** Evenly spread, like a real code, but inserted in order. */
function keyOf(index: number, count: number): string {
  const spread = ((BigInt(index) << 64n) / BigInt(count)).toString(16).padStart(16, '0');
  return spread + index.toString(16).padStart(16, '0');
}
