import { expect, test } from 'vitest';
import { StaffNames } from '../../../../../server/web/fleet/staff-names.ts';

test('staff by their names, the others by their ids; read again now and then, kept when it fails', async () => {
  let now = 0;
  let reads = 0;
  let names = [{ id: '17', name: 'Ada Conti' }];
  const staff = async () => {
    reads += 1;
    if (names.length === 0) {
      throw new Error('the database is away');
    }
    return names;
  };
  const one = new StaffNames({ staff, now: () => now });
  const words = await one.words();
  expect(['staff:17', 'staff:18', 'kiosk:a.1', 'command'].map(words)).toEqual([
    'Ada Conti',
    '18',
    'a.1',
    'command',
  ]);
  names = [];
  now = 29_999;
  await one.words();
  expect(reads).toBe(1);
  now = 30_000;
  expect((await one.words())('staff:17')).toBe('Ada Conti');
  expect(reads).toBe(2);
});
