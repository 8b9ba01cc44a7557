import { describe, expect, test } from 'vitest';
import { ListStore } from '../../../../device/list/list-store.ts';
import type { Disk } from '../../../../device/storage/disk.ts';
import {
  buildDelta,
  buildFullList,
  type ListTerms,
} from '../../../../shared/offline-list/build-list.ts';
import type { EntryState } from '../../../../shared/offline-list/entry-table.ts';
import { buildTools, keyOf, openTools, tableOf, terms } from '../../../support/hands/list-tools.ts';

class PowerCut extends Error {}

/** A disk in memory that can be full, or lose power before or after its nth write. */
class FakeDisk implements Disk {
  readonly files = new Map<string, Uint8Array>();
  writes = 0;
  cutAt = Number.POSITIVE_INFINITY;
  isFull = false;

  async read(name: string) {
    return this.files.get(name);
  }
  async replace(name: string, bytes: Uint8Array) {
    if (this.isFull) {
      throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    }
    this.#step();
    this.files.set(name, bytes.slice());
    this.#step();
  }
  async remove(name: string) {
    this.#step();
    this.files.delete(name);
    this.#step();
  }
  #step() {
    if (this.writes++ >= this.cutAt) {
      throw new PowerCut('power cut');
    }
  }
}

const POLICY = 'dm507-art4';
const states: Record<number, [number, EntryState][]> = {
  1: [
    [1, 'allowed'],
    [2, 'denied'],
  ],
  2: [
    [1, 'denied'],
    [2, 'denied'],
    [3, 'allowed'],
  ],
  3: [
    [3, 'allowed'],
    [4, 'allowedWithCompanion'],
  ],
};
const table = (version: number) => tableOf(states[version] ?? []);
const full = (version: number, over: Partial<ListTerms> = {}) =>
  buildFullList(table(version), terms({ version, ...over }), buildTools);
const delta = (base: number, version: number, over: Partial<ListTerms> = {}) =>
  buildDelta(
    { table: table(base), version: base },
    table(version),
    terms({ version, ...over }),
    buildTools,
  );

const storeOn = (disk: Disk) => new ListStore({ disk, policy: POLICY, ...openTools });
const code = (expected: string) => ({ code: expected });

function truth(store: ListStore, version: number) {
  for (const [number, state] of states[version] ?? []) {
    expect(store.list?.stateOf(keyOf(number))).toBe(state);
  }
  expect(store.list?.header.version).toBe(version);
}

test('full, delta, and both again after a restart', async () => {
  const disk = new FakeDisk();
  const store = storeOn(disk);
  expect(await store.load()).toEqual({ state: 'none' });
  await store.accept(full(1));
  truth(store, 1);
  await store.accept(delta(1, 2));
  truth(store, 2);
  await store.accept(delta(1, 3));
  truth(store, 3);
  const again = storeOn(disk);
  expect(await again.load()).toEqual({ state: 'loaded' });
  truth(again, 3);
});

describe('refused, and the list in force stays', () => {
  test.each([
    ['an older full list', full(1), 'listRollback'],
    ['the same full list', full(2), 'listRollback'],
    ['an older epoch', full(3, { epoch: 0 }), 'listRollback'],
    ['another policy', full(3, { policy: 'transport' }), 'listForOther'],
    ['another signer', full(3, { keyId: 'ffffffff' }), 'listUnknownKey'],
    ['a delta of another base', delta(1, 3), 'listForOther'],
    ['a damaged delta', delta(2, 3).fill(0, 40, 50), 'listCorrupt'],
    ['half a list', full(3).subarray(0, 90), 'listCorrupt'],
  ])('%s', async (_name, file, expected) => {
    const store = storeOn(new FakeDisk());
    await store.accept(full(2));
    await expect(store.accept(file)).rejects.toMatchObject(code(expected));
    truth(store, 2);
  });

  test('a delta when there is no full list', async () => {
    await expect(storeOn(new FakeDisk()).accept(delta(1, 2))).rejects.toMatchObject(
      code('listForOther'),
    );
  });

  test('any list on a full disk', async () => {
    const disk = new FakeDisk();
    const store = storeOn(disk);
    await store.accept(full(1));
    disk.isFull = true;
    await expect(store.accept(delta(1, 2))).rejects.toMatchObject(code('listNotStored'));
    await expect(store.accept(full(2))).rejects.toMatchObject(code('listNotStored'));
    truth(store, 1);
    disk.isFull = false;
    await store.accept(delta(1, 2));
    truth(store, 2);
  });
});

describe('what lies on the disk', () => {
  test('an older list put back is a rollback, and says so', async () => {
    const disk = new FakeDisk();
    const store = storeOn(disk);
    await store.accept(full(1));
    const old = disk.files.get('offline-list.full') as Uint8Array;
    await store.accept(full(2));
    disk.files.set('offline-list.full', old);
    const again = storeOn(disk);
    expect(await again.load()).toEqual({ state: 'refused', problem: 'listRollback' });
    expect(again.list).toBeUndefined();
    await expect(again.accept(full(1))).rejects.toMatchObject(code('listRollback'));
    await again.accept(full(3));
    truth(again, 3);
  });

  test('a delta taken away or damaged is a rollback too: its denials are not forgotten', async () => {
    for (const spoil of ['gone', 'damaged']) {
      const disk = new FakeDisk();
      const store = storeOn(disk);
      await store.accept(full(1));
      await store.accept(delta(1, 2));
      if (spoil === 'gone') {
        disk.files.delete('offline-list.delta');
      } else {
        disk.files.get('offline-list.delta')?.fill(9, 30);
      }
      expect(await storeOn(disk).load()).toEqual({ state: 'refused', problem: 'listRollback' });
    }
  });

  test.each([['the full list', 'offline-list.full', 'listCorrupt']])(
    '%s damaged is refused, and a new one heals it',
    async (_name, name, problem) => {
      const disk = new FakeDisk();
      await storeOn(disk).accept(full(1));
      disk.files.get(name)?.fill(0, 200);
      const store = storeOn(disk);
      expect(await store.load()).toEqual({ state: 'refused', problem });
      await store.accept(full(1));
      truth(store, 1);
    },
  );

  test('a damaged mark does not cost the list', async () => {
    const disk = new FakeDisk();
    await storeOn(disk).accept(full(2));
    disk.files.set('offline-list.mark.json', new Uint8Array([123, 0]));
    const store = storeOn(disk);
    expect(await store.load()).toEqual({ state: 'loaded' });
    await expect(store.accept(full(1))).rejects.toMatchObject(code('listRollback'));
  });

  test('a disk that can’t be read is no list and no crash', async () => {
    const disk = new FakeDisk();
    disk.read = () => Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' }));
    expect(await storeOn(disk).load()).toEqual({ state: 'refused', problem: 'EIO' });
  });
});

test('power cut at any write of any update: the old list or the new one, never neither', async () => {
  for (let cutAt = 0; cutAt < 14; cutAt++) {
    const disk = new FakeDisk();
    const store = storeOn(disk);
    await store.accept(full(1));
    await store.accept(delta(1, 2));
    disk.cutAt = disk.writes + cutAt;
    await store.accept(full(3)).catch(() => undefined);
    disk.cutAt = Number.POSITIVE_INFINITY;
    const again = storeOn(disk);
    expect(await again.load(), `cut at ${cutAt}`).toEqual({ state: 'loaded' });
    expect([2, 3]).toContain(again.list?.header.version);
    truth(again, again.list?.header.version ?? 0);
    if (again.list?.header.version === 2) {
      await again.accept(full(3));
    }
    truth(again, 3);
  }
});
