import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Health } from '../../../hardware/ports.ts';
import { receiptBytes } from '../../../hardware/receipt/escpos.ts';
import { type Receipt, receiptLines } from '../../../hardware/receipt/receipt.ts';
import { escposConfigSchema, openEscposPrinter } from '../../../hardware/receipt/serial-printer.ts';
import { systemClock } from '../../../shared/clock.ts';

const isThere = spawnSync('socat', ['-V']).status === 0;
if (!isThere) {
  process.stderr.write('SKIPPED: socat is not installed (apt-get install socat)\n');
}

const receipt: Receipt = {
  words: { heading: 'Ricevuta', outcome: 'Sì', policy: 'R', gate: 'V', time: 'O', number: 'N' },
  policyTitle: 'DM 507',
  gateName: 'Nord',
  timeText: '21:15',
  receiptNumber: 'AB12-CD34',
};

describe.skipIf(!isThere)('real serialport 13 on a pseudo-terminal', () => {
  let directory: string;
  let path: string;
  let line: ChildProcess | undefined;
  let received: Buffer;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'varco-printer-'));
    path = join(directory, 'ttyPRINTER');
    received = Buffer.alloc(0);
  });
  afterEach(async () => {
    await unplug();
    rmSync(directory, { recursive: true });
  });

  /** A printer without faults: answers every status request with 0x12. */
  async function plug(): Promise<void> {
    const appeared = new Promise<void>((resolve) => {
      const watcher = watch(directory, () => {
        if (existsSync(path)) {
          watcher.close();
          resolve();
        }
      });
    });
    const child = spawn('socat', [`PTY,link=${path},rawer,mode=660`, 'STDIO'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    line = child;
    child.stdout.on('data', (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
      for (let at = bytes.indexOf(0x10); at >= 0; at = bytes.indexOf(0x10, at + 1)) {
        if (bytes[at + 1] === 0x04) {
          child.stdin.write(Buffer.from([0x12]));
        }
      }
    });
    await appeared;
  }

  async function unplug(): Promise<void> {
    const child = line;
    line = undefined;
    if (child) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  }

  test('prints every byte, notices a pulled cable, and prints again afterwards', async () => {
    await plug();
    const health: Health[] = [];
    let check: () => void = () => {};
    const until = (state: Health['state']) =>
      new Promise<void>((resolve) => {
        check = () => {
          if (health.at(-1)?.state === state) {
            resolve();
          }
        };
        check();
      });
    const printer = openEscposPrinter(escposConfigSchema.parse({ driver: 'escpos', path }), {
      clock: systemClock,
      random: () => 0,
    });
    await printer.start({
      health(report) {
        health.push(report);
        check();
      },
    });
    await until('ready');
    const expected = Buffer.from(receiptBytes(receiptLines(receipt), 32));
    await printer.print(receipt);
    await arrival(expected);
    await unplug();
    await until('lost');
    await expect(printer.print(receipt)).rejects.toMatchObject({ code: 'printerLost' });
    received = Buffer.alloc(0);
    await plug();
    await until('ready');
    await printer.print(receipt);
    await arrival(expected);
    await printer.stop();
  });

  async function arrival(expected: Buffer): Promise<void> {
    while (!received.includes(expected)) {
      await once(line?.stdout as NodeJS.ReadableStream, 'data');
    }
  }
});
