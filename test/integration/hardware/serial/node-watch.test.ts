import { chmodSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { watchNode } from '../../../../hardware/serial/node-watch.ts';
import { Waiter } from '../../../support/waiter.ts';

let folder: string;
let link: string;
let end: () => void;
const gone = new Waiter<string>();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'varco-node-'));
  link = join(folder, 'ttyUSB0');
  symlinkSync('/dev/null', link);
  end = watchNode(link, () => gone.push('gone'));
});
afterEach(() => {
  end();
  rmSync(folder, { recursive: true });
});

test('a device that disappeared is reported once', async () => {
  unlinkSync(link);
  expect(await gone.next()).toBe('gone');
});

test('a device that was replaced at once, with the same numbers, is another one', async () => {
  // In one turn of the event loop: afterwards there is the same device under the same name.
  unlinkSync(link);
  symlinkSync('/dev/null', link);
  expect(await gone.next()).toBe('gone');
});

test('changes of other devices are ignored', async () => {
  const reports: string[] = [];
  const path = join(folder, 'ttyUSB1');
  writeFileSync(path, '');
  const other = watchNode(path, () => reports.push('gone'));
  chmodSync(path, 0o600);
  symlinkSync('/dev/null', join(folder, 'ttyUSB2'));
  unlinkSync(link);
  await gone.next();
  expect(reports).toEqual([]);
  other();
});
