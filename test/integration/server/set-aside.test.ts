import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SetAside } from '../../../server/set-aside.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { Store } from '../../../server/store/store.ts';
import { VarcoError } from '../../../shared/errors.ts';

let store: Store;
let now: number;
let setAside: SetAside;
let lines: string[];

beforeEach(async () => {
  store = await openStore('sqlite::memory:');
  now = 1_000_000_000_000;
  lines = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  setAside = new SetAside({ store, log, now: () => now });
});
afterEach(() => store.close());

const fails = () => Promise.reject(new VarcoError('messageInvalid', 'RSSMRA80A01H501U'));
const works = () => Promise.resolve();

test('an item is tried three times, then set aside by its id, and the others go on', async () => {
  const handled: string[][] = [];
  const work = async (items: readonly string[]) => {
    if (items.includes('bad')) {
      await fails();
    }
    handled.push([...items]);
  };
  for (let round = 0; round < 4; round += 1) {
    await setAside.all('job', ['one', 'bad', 'two'], (item) => item, work);
  }
  expect(handled).toEqual([
    ...[['one'], ['two'], ['one'], ['two'], ['one'], ['two']],
    // Together again, without it.
    ['one', 'two'],
  ]);
  const at = now;
  expect(await setAside.since(0)).toEqual([
    { job: 'job', item: 'bad', code: 'messageInvalid', at },
  ]);
  expect(lines).toHaveLength(3);
  expect(lines.join('')).not.toContain('RSSMRA');
});

test('it is tried again from time to time, and is done with when it works', async () => {
  for (let round = 0; round < 3; round += 1) {
    await setAside.try('job', 'bad', fails);
  }
  expect(await setAside.try('job', 'bad', works)).toBe('setAside');
  now += 600_000;
  expect(await setAside.try('job', 'bad', fails)).toBe('setAside');
  now += 600_000;
  expect(await setAside.try('job', 'bad', works)).toBe('done');
  expect(await setAside.since(0)).toEqual([]);
});

test.each(['storeUnavailable', 'overloaded'] as const)(
  'no item is to blame for %s: the job waits',
  async (code) => {
    const away = () => Promise.reject(new VarcoError(code, 'away'));
    await expect(setAside.try('job', 'one', away)).rejects.toMatchObject({ code });
    await expect(setAside.all('job', ['one'], String, away)).rejects.toMatchObject({ code });
    expect(setAside.isAside('job', 'one')).toBe(false);
    expect(lines).toEqual([]);
  },
);

test('old rows go', async () => {
  for (let round = 0; round < 3; round += 1) {
    await setAside.try('job', 'bad', fails);
  }
  now += 31 * 86_400_000;
  await setAside.purge();
  expect(await setAside.since(0)).toEqual([]);
});
