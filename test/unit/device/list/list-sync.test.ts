import { expect, test } from 'vitest';
import type { Have } from '../../../../device/list/list-store.ts';
import { ListStore } from '../../../../device/list/list-store.ts';
import { type FetchList, ListSync, type SyncState } from '../../../../device/list/list-sync.ts';
import type { Disk } from '../../../../device/storage/disk.ts';
import { buildDelta, buildFullList } from '../../../../shared/offline-list/build-list.ts';
import { buildTools, openTools, tableOf, terms } from '../../../support/hands/list-tools.ts';
import { ManualClock, settle } from '../../../support/hands/manual-clock.ts';

const memoryDisk = (): Disk => {
  const files = new Map<string, Uint8Array>();
  return {
    read: async (name) => files.get(name),
    replace: async (name, bytes) => void files.set(name, bytes),
    remove: async (name) => void files.delete(name),
  };
};
const truths = [
  tableOf([]),
  tableOf([[1, 'allowed']]),
  tableOf([
    [1, 'denied'],
    [2, 'allowed'],
  ]),
];
const truth = (version: number) => truths[version] ?? tableOf([]);
const full = (version: number) => buildFullList(truth(version), terms({ version }), buildTools);
const delta = (base: number, version: number) =>
  buildDelta({ table: truth(base), version: base }, truth(version), terms({ version }), buildTools);

type Answer = (have: Have | undefined) => Uint8Array | undefined | Error;

function rig(answers: Answer[], clock = new ManualClock(), random = () => 0) {
  const asked: (Have | undefined)[] = [];
  const states: SyncState[] = [];
  const store = new ListStore({ disk: memoryDisk(), policy: 'dm507-art4', ...openTools });
  const fetch: FetchList = async (have) => {
    asked.push(have);
    const answer = answers.shift()?.(have);
    if (answer instanceof Error) {
      throw answer;
    }
    return answer;
  };
  const sync = new ListSync({
    store,
    fetch,
    clock,
    random,
    everyMs: 60_000,
    report: (state) => states.push(state),
  });
  return { clock, asked, states, store, sync };
}

test('a full list first, then what changed, then nothing new', async () => {
  const { asked, states, store, sync, clock } = rig([
    () => full(1),
    () => delta(1, 2),
    () => undefined,
  ]);
  sync.start();
  await sync.now();
  clock.advance(60_000);
  await sync.now();
  clock.advance(60_000);
  await sync.now();
  expect(asked).toEqual([
    undefined,
    { epoch: 1, version: 1, base: 1 },
    { epoch: 1, version: 2, base: 1 },
  ]);
  expect(states.map((state) => state.state === 'synced' && state.version)).toEqual([1, 2, 2]);
  expect(store.list?.header.version).toBe(2);
  await sync.stop();
  expect(clock.pending).toBe(0);
});

test('a delta that does not fit is followed at once by the full list', async () => {
  const other = buildDelta(
    { table: truth(2), version: 1 },
    truth(1),
    terms({ version: 2 }),
    buildTools,
  );
  const { asked, store, sync, states } = rig([() => full(1), () => other, () => full(2)]);
  await sync.now();
  await sync.now();
  expect(asked).toEqual([undefined, { epoch: 1, version: 1, base: 1 }, undefined]);
  expect(store.list?.header.version).toBe(2);
  expect(states.at(-1)).toMatchObject({ state: 'synced' });
});

test('a rollback or a forged list is refused and not asked for again at once', async () => {
  const forged = buildFullList(truth(2), terms({ version: 9 }), {
    ...buildTools,
    sign: () => new Uint8Array(64),
  });
  const { asked, states, store, sync } = rig([() => full(2), () => full(1), () => forged]);
  await sync.now();
  await sync.now();
  expect(states.at(-1)).toEqual({ state: 'failing', reason: 'listRollback' });
  await sync.now();
  expect(states.at(-1)).toEqual({ state: 'failing', reason: 'listBadSignature' });
  expect(asked).toHaveLength(3);
  expect(store.list?.header.version).toBe(2);
});

test('the server can’t be reached: tried again, later each time, and never louder', async () => {
  const down = () => Object.assign(new Error('x'), { code: 'closed' });
  const { asked, states, sync, clock } = rig([down, down, () => full(1)]);
  sync.start();
  await sync.now();
  expect(states).toEqual([{ state: 'failing', reason: 'closed' }]);
  clock.advance(4_999);
  await settle();
  expect(asked).toHaveLength(1);
  clock.advance(1);
  await sync.now();
  clock.advance(5_000);
  await sync.now();
  expect(states.at(-1)).toMatchObject({ state: 'synced', version: 1 });
  await sync.stop();
});

test('while the server is away the waits grow, up to a bound, and begin again after a success', async () => {
  const down = () => Object.assign(new Error('x'), { code: 'closed' });
  const waitsMs: number[] = [];
  class RecordingClock extends ManualClock {
    override after(delayMs: number, callback: () => void): () => void {
      waitsMs.push(delayMs);
      return super.after(delayMs, callback);
    }
  }
  const answers: Answer[] = [...Array.from({ length: 9 }, () => down), () => full(1), down];
  const rounds = answers.length;
  const { sync } = rig(answers, new RecordingClock(), () => 0.5);
  for (let round = 0; round < rounds; round += 1) {
    sync.start();
    await sync.now();
  }
  await sync.stop();
  expect(waitsMs).toEqual([
    ...[7_500, 10_000, 15_000, 25_000, 45_000, 85_000, 165_000, 305_000, 305_000],
    60_000,
    7_500,
  ]);
});
