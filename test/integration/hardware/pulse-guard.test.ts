import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BoardPool } from '../../../hardware/firmata/board-pool.ts';
import {
  johnnyFiveTurnstileConfigSchema,
  openJohnnyFiveTurnstile,
} from '../../../hardware/firmata/firmata-gate.ts';
import { PulseGuard } from '../../../hardware/gpio/pulse-guard.ts';
import type { Health } from '../../../hardware/ports.ts';
import { systemClock } from '../../../shared/clock.ts';
import { FirmataDevice } from '../../support/firmata/firmata-device.ts';
import { Waiter } from '../../support/waiter.ts';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'varco-guard-'));
  file = join(directory, 'value');
  writeFileSync(file, '1');
});
afterEach(() => rmSync(directory, { recursive: true }));

function released(content: string): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (readFileSync(file, 'latin1') === content) {
        watcher.close();
        resolve();
      }
    };
    const watcher = watch(directory, look);
    look();
  });
}

test('a pulse that outlasts its limit is ended from outside', async () => {
  const guard = new PulseGuard({ file, bytes: '0' }, 0.2);
  await guard.start();
  guard.arm();
  expect(readFileSync(file, 'utf8')).toBe('1');
  await released('0');
  await guard.stop();
});

test('a guard that was not armed leaves the relay alone until it ends', async () => {
  const guard = new PulseGuard({ file, bytes: '0' }, 0.1);
  await guard.start();
  expect(guard.isRunning).toBe(true);
  expect(readFileSync(file, 'utf8')).toBe('1');
  await guard.renew();
  expect(guard.isRunning).toBe(true);
  await guard.stop();
  expect(guard.isRunning).toBe(false);
});

test('bytes for a board are written as bytes', async () => {
  const guard = new PulseGuard({ file, bytes: '\\365\\014\\000' }, 5);
  await guard.start();
  guard.arm();
  await guard.stop();
  expect(readFileSync(file)).toEqual(Buffer.from([0xf5, 12, 0]));
});

test.each([
  ['NO', [0xf5, 12, 0]],
  ['NC', [0xf5, 12, 1]],
])('the guard of a board’s %s relay sets its pin back', async (type, release) => {
  const boards = new BoardPool({
    clock: systemClock,
    random: () => 0,
    transport: async (path) => new FirmataDevice(path),
    watch: () => () => {},
  });
  const config = { driver: 'johnny-five', board: file, relay: { pin: 12, type } };
  const turnstile = openJohnnyFiveTurnstile(johnnyFiveTurnstileConfigSchema.parse(config), {
    clock: systemClock,
    boards,
  });
  const healths = new Waiter<Health>();
  await turnstile.start({ health: (health) => healths.push(health) });
  await healths.next(({ state }) => state === 'ready');
  await turnstile.open(10_000);
  expect(readFileSync(file, 'utf8')).toBe('1');
  await turnstile.stop();
  expect([...readFileSync(file)]).toEqual(release);
});

test('a file that can’t be opened does not hold up the end of a guard', async () => {
  const pipe = join(directory, 'pipe');
  spawnSync('mkfifo', [pipe]);
  const guard = new PulseGuard({ file: pipe, bytes: '0' }, 5);
  await guard.start();
  await guard.stop();
  expect(guard.isRunning).toBe(false);
});

test('without a guard arming is refused', async () => {
  const guard = new PulseGuard({ file, bytes: '0' }, 5);
  expect(() => guard.arm()).toThrow(expect.objectContaining({ code: 'guardMissing' }));
});

test('kill -9 of the kiosk in mid-pulse releases the relay', async () => {
  const source = new URL('../../../hardware/gpio/pulse-guard.ts', import.meta.url).href;
  const program = `
    const { PulseGuard } = await import(${JSON.stringify(source)});
    const guard = new PulseGuard({ file: process.argv[1], bytes: '0' }, 60);
    await guard.start();
    guard.arm();
    process.stdout.write('armed');
    setInterval(() => {}, 1000);`;
  const kiosk = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', program, file],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(kiosk.stdout, 'data');
  expect(readFileSync(file, 'utf8')).toBe('1');
  kiosk.kill('SIGKILL');
  await released('0');
});
