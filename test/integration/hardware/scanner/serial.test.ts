import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Health, Reading } from '../../../../hardware/ports.ts';
import {
  openSerialScanner,
  type SerialScanner,
  type SerialScannerConfigInput,
} from '../../../../hardware/scanner/serial.ts';
import { PtyDevice } from '../../../support/pty.ts';
import { Waiter } from '../../../support/waiter.ts';

let folder: string;
let device: PtyDevice;
let scanner: SerialScanner | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-serial-'));
  device = new PtyDevice(join(folder, 'ttySCAN'));
});
afterEach(async () => {
  await scanner?.stop();
  await device.unplug();
});
afterAll(async () => {
  await device.end();
  await rm(folder, { recursive: true });
});

/** Starts the scanner; its events can be awaited. */
async function start(options: Partial<SerialScannerConfigInput> = {}) {
  const readings = new Waiter<Reading>();
  const healths = new Waiter<Health>(10_000);
  scanner = openSerialScanner(
    { driver: 'serial', path: device.path, ...options },
    { random: () => 0 },
  );
  await scanner.start({
    reading: (reading) => readings.push(reading),
    unreadable: () => undefined,
    health: (health) => healths.push(health),
  });
  return { readings, healths };
}

const is = (state: Health['state']) => (health: Health) => health.state === state;

it('reads codes however the bytes are chunked', async () => {
  await device.plug();
  const { readings, healths } = await start();
  await healths.next(is('ready'));
  await device.send('HTTPS://GATE.EXAMPLE/V/1/A');
  await device.send('BC\r\n]Q1SECOND\r');
  expect((await readings.next()).text).toBe('HTTPS://GATE.EXAMPLE/V/1/ABC');
  expect(await readings.next()).toMatchObject({
    text: 'SECOND',
    symbology: 'qr',
    source: 'serial',
  });
});

it('reports a Tessera Sanitaria only while one is expected', async () => {
  await device.plug();
  const { readings, healths } = await start();
  await healths.next(is('ready'));
  await device.send(']A0RSSMRA80A01H501U\r');
  await device.send('after\r');
  expect((await readings.next()).text).toBe('after');
  scanner?.expect(['qr', 'code39']);
  await device.send(']A0RSSMRA80A01H501U\r');
  expect(await readings.next()).toMatchObject({ symbology: 'code39' });
});

it('pulls the trigger as the make does', async () => {
  await device.plug();
  const { healths } = await start({ profile: 'honeywell', trigger: 'on' });
  await device.untilWritten('\x16T\r');
  await healths.next(is('ready'));
});

it('survives babble, NULs, half a code and 7,089 digits', async () => {
  await device.plug();
  const { readings, healths } = await start();
  await healths.next(is('ready'));
  await device.send('x'.repeat(100_000));
  await device.send('\r');
  await device.send(`\0\0${'7'.repeat(7089)}\0\r`);
  expect((await readings.next()).text).toBe('7'.repeat(7089));
  expect(scanner?.dropped).toBeGreaterThan(0);
});

it('reports a missing device, and reads once it is plugged in', async () => {
  const { readings, healths } = await start();
  expect(await healths.next(is('lost'))).toMatchObject({ reason: 'deviceMissing' });
  await device.plug();
  await healths.next(is('ready'));
  await device.send('hello\r');
  expect((await readings.next()).text).toBe('hello');
});

it('notices 50 pulled cables in a row and is back each time, without spinning', {
  timeout: 60_000,
}, async () => {
  await device.plug();
  const { readings, healths } = await start();
  const before = process.cpuUsage();
  const startedAt = performance.now();
  for (let round = 0; round < 50; round++) {
    await healths.next(is('ready'));
    // Pulled at rest, or in the middle of a burst: both have made serialport spin.
    if (round % 2 === 1) {
      await device.send('half a code '.repeat(100));
    }
    await device.unplug();
    await healths.next(is('lost'));
    await device.plug();
  }
  await healths.next(is('ready'));
  await device.send('still here\r');
  expect((await readings.next()).text).toBe('still here');
  const used = process.cpuUsage(before);
  const share = (used.user + used.system) / 1000 / (performance.now() - startedAt);
  // A spinning read loop takes a core for itself from the first pull to the end.
  expect(share).toBeLessThan(0.8);
});

it('a loose plug: the device is opened again each time', async () => {
  await device.plug();
  const { readings, healths } = await start();
  for (let round = 0; round < 10; round++) {
    await healths.next(is('ready'));
    // The device is never seen missing, and the new one may get the old one's numbers from the kernel.
    await device.swap();
    await healths.next(is('lost'));
  }
  await healths.next(is('ready'));
  await device.send('still here\r');
  expect((await readings.next()).text).toBe('still here');
});
