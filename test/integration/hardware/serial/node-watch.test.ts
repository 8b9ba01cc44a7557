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

test('a device that went is told, once', async () => {
  unlinkSync(link);
  expect(await gone.next()).toBe('gone');
});

test('a device that came back before anybody looked, with the same numbers, is another', async () => {
  // In one turn of the event loop: whoever looks afterwards sees the same device under the same name.
  unlinkSync(link);
  symlinkSync('/dev/null', link);
  expect(await gone.next()).toBe('gone');
});

test('another device beside it is nobody’s loss', async () => {
  const told: string[] = [];
  const path = join(folder, 'ttyUSB1');
  writeFileSync(path, '');
  const other = watchNode(path, () => told.push('gone'));
  chmodSync(path, 0o600);
  symlinkSync('/dev/null', join(folder, 'ttyUSB2'));
  unlinkSync(link);
  await gone.next();
  expect(told).toEqual([]);
  other();
});
