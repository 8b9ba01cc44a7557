import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-test-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function demo(...words: string[]) {
  return spawn(process.execPath, ['--import', 'tsx', 'scripts/demo/main.ts', ...words], {
    cwd: root,
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** What is left of the demo in its temporary folder; the loader's own cache is not the demo's. */
async function leftovers(): Promise<string[]> {
  return (await readdir(folder)).filter((name) => !name.startsWith('tsx-'));
}

test('--once --json: eight lines, all as expected, exit 0, nothing left', async () => {
  const process = demo('--once', '--json');
  let output = '';
  process.stdout.on('data', (data) => {
    output += data;
  });
  const [code] = await once(process, 'close');
  const outcomes = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(outcomes.map(({ verdict, opened }) => [verdict, opened])).toEqual([
    ['granted', true],
    ['granted companion', true],
    ['denied notCovered', false],
    ['denied notRecognised', false],
    ['unconfirmed notInArchive', false],
    ['denied notRecognised', false],
    ['refused foreignHost', false],
    ['unconfirmed unavailable', false],
  ]);
  for (const { frames, ms, verdict, ok } of outcomes) {
    expect(ok).toBe(true);
    expect(frames).toBeGreaterThan(0);
    expect(ms === null).toBe(verdict === 'refused foreignHost');
  }
  expect(code).toBe(0);
  expect(await leftovers()).toEqual([]);
}, 60_000);

describe('the demo with somebody there', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    'ends at %s and leaves nothing behind',
    async (signal) => {
      const process = demo('--port', '0');
      const [first] = await once(process.stdout, 'data');
      expect(String(first)).toContain('http://127.0.0.1:');
      expect(await leftovers()).not.toEqual([]);
      process.kill(signal);
      const [code] = await once(process, 'close');
      expect(code).toBe(0);
      expect(await leftovers()).toEqual([]);
    },
    60_000,
  );
});
