import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { PtyDevice } from '../../../support/pty.ts';
import { qrFrame } from '../../../support/qr-frame.ts';
import { Waiter } from '../../../support/waiter.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
let folder: string;
let child: ChildProcess | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-scan-'));
});
afterEach(() => child?.kill('SIGKILL'));
afterAll(() => rm(folder, { recursive: true }));

/** A command of `varco` by itself, as the CLI runs it; its lines as they come, and its end. */
function run(command: 'scan' | 'decode', args: string[]) {
  const code = `
    const { ${command}Command } = await import(process.env.VARCO_COMMAND);
    await ${command}Command().parseAsync(JSON.parse(process.env.VARCO_ARGS), { from: 'user' });
  `;
  const started = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    cwd: ROOT,
    env: {
      ...process.env,
      VARCO_COMMAND: join(ROOT, `scripts/varco/${command}-command.ts`),
      VARCO_ARGS: JSON.stringify(args),
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child = started;
  const lines = new Waiter<Record<string, unknown>>();
  createInterface({ input: started.stdout }).on('line', (line) => lines.push(JSON.parse(line)));
  const ended = once(started, 'exit').then(([status]) => status as number | null);
  return { lines, ended, child: started };
}

it('scan prints what a serial scanner reads, through a pulled cable', async () => {
  const device = new PtyDevice(join(folder, 'ttyACM0'));
  await device.plug();
  const args = ['--driver', 'serial', '--path', device.path, '--json', '--count', '2'];
  const { lines, ended } = run('scan', args);
  await lines.next((line) => line.state === 'ready');
  await device.send(']Q1HTTPS://GATE.EXAMPLE/V/1/A\r\n');
  expect(await lines.next()).toMatchObject({
    event: 'reading',
    text: 'HTTPS://GATE.EXAMPLE/V/1/A',
    symbology: 'qr',
  });
  await device.unplug();
  expect(await lines.next()).toMatchObject({ event: 'health', state: 'lost' });
  await device.plug();
  await lines.next((line) => line.state === 'ready');
  await device.send('AGAIN\r\n');
  expect(await lines.next()).toMatchObject({ event: 'reading', text: 'AGAIN' });
  expect(await ended).toBe(0);
  await device.end();
});

it('decode prints one line per picture, and says what is not one', async () => {
  const { data, width, height } = qrFrame('HELLO', 200, 200);
  const raw = { width, height, channels: 1 as const };
  const code = join(folder, 'code.png');
  const blank = join(folder, 'blank.png');
  const other = join(folder, 'other.pdf');
  await sharp(data, { raw }).png().toFile(code);
  await sharp(Buffer.alloc(40_000, 255), { raw }).png().toFile(blank);
  await writeFile(other, '%PDF-1.4');
  const { lines, ended } = run('decode', ['--json', code, blank, other]);
  expect(await lines.next()).toMatchObject({ file: code, text: 'HELLO', format: 'qr' });
  expect(await lines.next()).toMatchObject({ file: blank, text: null, format: null });
  expect(await lines.next()).toMatchObject({ file: other, text: null, error: 'imageUnsupported' });
  expect(await ended).toBe(0);
});

it('decode reads a stream of frames', async () => {
  const { lines, ended, child: process } = run('decode', ['--json', '--size', '200x200', '-']);
  process.stdin?.end(Buffer.concat([Buffer.alloc(40_000, 255), qrFrame('HELLO', 200, 200).data]));
  expect(await lines.next()).toMatchObject({ file: '-', frame: 1, text: null });
  expect(await lines.next()).toMatchObject({ file: '-', frame: 2, text: 'HELLO' });
  expect(await ended).toBe(0);
});
