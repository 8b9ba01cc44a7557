import { expect, test } from 'vitest';
import {
  type CountedWindow,
  CountedWindows,
  WINDOW_MS,
  windowOf,
} from '../../../../server/guessing/counted-windows.ts';

const T0 = windowOf(1_790_000_000_000);

function counting(
  options: Partial<Record<'windowsMax' | 'recordedMax' | 'recordedInAllMax', number>>,
) {
  const bounds = { windowsMax: 10, recordedMax: 1, recordedInAllMax: 100, ...options };
  return new CountedWindows<string>({ ...bounds, overflow: 'others' });
}

async function closed(windows: CountedWindows<string>, before = T0 + WINDOW_MS) {
  const written: CountedWindow<string>[] = [];
  await windows.close(before, async (counted) => void written.push(...counted));
  return written.map(({ note, count, since, until }) => ({ note, count, since, until }));
}

test('the first of a key and window is recorded, the others are counted with their span', async () => {
  const windows = counting({});
  const record = [0, 10, 20, 30].map((ms) => windows.mustRecord('a', 'about a', T0 + ms));
  expect(record).toEqual([true, false, false, false]);
  expect(windows.countKnown('a', T0 + 40)).toBe(true);
  expect(windows.countKnown('b', T0 + 40)).toBe(false);
  expect(await closed(windows, T0)).toEqual([]);
  const counted = { note: 'about a', count: 4, since: T0 + 10, until: T0 + 40 };
  expect(await closed(windows)).toEqual([counted]);
  expect(await closed(windows)).toEqual([]);
});

test('a new window records again, before the old one is written', async () => {
  const windows = counting({});
  const times = [T0, T0 + 1, T0 + WINDOW_MS, T0 + WINDOW_MS + 1];
  expect(times.map((at) => windows.mustRecord('a', 'a', at))).toEqual([true, false, true, false]);
  expect(await closed(windows, T0 + 2 * WINDOW_MS)).toHaveLength(2);
});

test('beyond their bounds, keys and recorded attempts are counted together and never lost', async () => {
  const windows = counting({ windowsMax: 3, recordedMax: 2, recordedInAllMax: 5 });
  let recorded = 0;
  for (let key = 0; key < 50; key += 1) {
    for (let tried = 0; tried < 4; tried += 1) {
      recorded += windows.mustRecord(`key ${key}`, `note ${key}`, T0) ? 1 : 0;
    }
  }
  expect(recorded).toBe(5);
  const written = await closed(windows);
  expect(written.map(({ note }) => note).sort()).toEqual(['note 0', 'note 1', 'note 2', 'others']);
  expect(written.reduce((sum, { count }) => sum + count, recorded)).toBe(200);
});

test('counts that could not be written are written the next time', async () => {
  const windows = counting({});
  windows.mustRecord('a', 'a', T0);
  windows.mustRecord('a', 'a', T0);
  const failing = windows.close(T0 + WINDOW_MS, () => Promise.reject(new Error('gone')));
  await expect(failing).rejects.toThrow('gone');
  expect(await closed(windows)).toMatchObject([{ count: 1 }]);
});
