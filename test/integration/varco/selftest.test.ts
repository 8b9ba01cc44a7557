import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { SelfTestResult } from '../../../device/session/tested-parts.ts';
import { buildPages } from '../../../scripts/build-pages.ts';
import { allCommands } from '../../../scripts/varco/all-commands.ts';
import { varco } from '../../../scripts/varco/command.ts';

let folder: string;

beforeAll(buildPages);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-test-'));
});

afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function configFile(): Promise<string> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const keyFile = join(folder, 'kiosk.key');
  await writeFile(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const path = join(folder, 'kiosk.json');
  const camera = { driver: 'camera', command: ['cat', '/dev/zero'], width: 64, height: 64 };
  const config = {
    // Nobody listens there: the self-test must say so and end.
    link: { url: 'ws://127.0.0.1:9/link', kioskId: 'k1', keyFile },
    hardware: {
      scanners: [{ ...camera, format: 'gray' }],
      display: { driver: 'page', port: 0 },
      indicator: { driver: 'simulated' },
      turnstile: { driver: 'simulated' },
      keypad: { driver: 'simulated' },
      printer: { driver: 'simulated' },
    },
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}

test('every part is tried, and what failed is named with its code', async () => {
  const config = await configFile();
  const disk = join(folder, 'state');
  vi.stubEnv('STATE_DIRECTORY', disk);
  let output = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += text;
    return true;
  });
  const words = ['node', 'varco', 'kiosk', 'selftest', '--config', config, '--json'];
  await (await varco(allCommands)).parseAsync(words);
  const results = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as SelfTestResult);
  const by = Object.fromEntries(results.map((one) => [one.part, one]));
  expect(by).toMatchObject({
    decoder: { result: 'passed' },
    scanner: { result: 'passed' },
    keypad: { result: 'passed' },
    indicator: { result: 'passed' },
    turnstile: { result: 'passed' },
    printer: { result: 'passed' },
    clock: { result: 'passed' },
    speech: { result: 'absent' },
    disk: { result: 'failed', code: 'ENOENT' },
    link: { result: 'failed', code: 'ECONNREFUSED' },
  });
  // No browser stands before this page.
  expect(by.display?.result).toBe('failed');
  expect(process.exitCode).toBe(1);
  expect(await readdir(folder)).toEqual(['kiosk.json', 'kiosk.key']);
}, 40_000);
