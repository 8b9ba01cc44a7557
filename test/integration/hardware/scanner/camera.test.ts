import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Health, Reading } from '../../../../hardware/ports.ts';
import { type Camera, openCamera } from '../../../../hardware/scanner/camera.ts';
import { deferred } from '../../../support/deferred.ts';
import { qrFrame } from '../../../support/qr-frame.ts';

const WIDTH = 240;
const HEIGHT = 240;
const STRIDE = 256;
const TEXT = 'HTTPS://GATE.EXAMPLE/V/1/ABC';
/** Writes a file to its standard output again and again, as a camera's command does. */
const WRITER = `
  const data = require('node:fs').readFileSync(process.argv[1]);
  const times = Number(process.argv[2]);
  let sent = 0;
  const next = () => { if (sent++ < times) process.stdout.write(data, () => setTimeout(next, 20)); };
  next();
`;

let folder: string;
let picture: string;
let camera: Camera | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-camera-'));
  picture = join(folder, 'frame.yuv');
  await writeFile(picture, yuv420(TEXT));
});
afterEach(() => camera?.stop());
afterAll(() => rm(folder, { recursive: true }));

it('reads a code from the padded yuv420 frames of a real child process', async () => {
  const { promise, resolve } = deferred<Reading>();
  const states: string[] = [];
  camera = open([process.execPath, '-e', WRITER, picture, '1000']);
  await camera.start({
    reading: resolve,
    unreadable: () => undefined,
    health: (health) => states.push(health.state),
  });
  await expect(promise).resolves.toMatchObject({ text: TEXT, symbology: 'qr', source: 'camera' });
  expect(states).toEqual(['opening', 'ready']);
});

it('starts its command again when it ends, and reads on', async () => {
  const states: string[] = [];
  const { promise, resolve } = deferred<void>();
  camera = open([process.execPath, '-e', WRITER, picture, '2']);
  let readings = 0;
  await camera.start({
    reading: () => {
      readings++;
      if (states.includes('lost')) {
        resolve();
      }
    },
    unreadable: () => undefined,
    health: (health) => states.push(health.state),
  });
  await promise;
  expect(states.slice(0, 5)).toEqual(['opening', 'ready', 'lost', 'opening', 'ready']);
  expect(readings).toBeGreaterThan(1);
});

it.each([
  [['/no/such/command'], 'commandNotFound'],
  [[process.execPath, '-e', 'process.exit(3)'], 'exit3'],
  [[process.execPath, '-e', 'console.error("Device or resource busy")'], 'deviceBusy'],
])('reports why there is no picture: %j', async (command, reason) => {
  const { promise, resolve } = deferred<Health>();
  camera = open(command);
  await camera.start({
    reading: () => undefined,
    unreadable: () => undefined,
    health: (health) => health.state === 'lost' && resolve(health),
  });
  await expect(promise).resolves.toMatchObject({ state: 'lost', reason });
});

function open(command: string[]): Camera {
  return openCamera(
    { driver: 'camera', command, width: WIDTH, height: HEIGHT, stride: STRIDE, format: 'yuv420' },
    { random: () => 0.2 },
  );
}

function yuv420(text: string): Uint8Array {
  const luma = qrFrame(text, WIDTH, HEIGHT);
  const bytes = new Uint8Array(STRIDE * HEIGHT * 1.5).fill(128);
  for (let y = 0; y < HEIGHT; y++) {
    bytes.set(luma.data.subarray(y * WIDTH, (y + 1) * WIDTH), y * STRIDE);
  }
  return bytes;
}
