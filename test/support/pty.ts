import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./pty_device.py', import.meta.url));

/** A serial device that a test plugs in, types on and pulls out: the far end of a pseudo-terminal. */
export class PtyDevice {
  readonly path: string;
  #child: ChildProcess | undefined;
  #written = '';
  #onWritten = () => {};

  constructor(path: string) {
    this.path = path;
  }

  async plug(): Promise<void> {
    const appeared = untilExists(this.path);
    const child = spawn('python3', [PROGRAM, this.path], { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin?.on('error', () => undefined);
    child.stdout?.on('data', (chunk: Buffer) => {
      this.#written += chunk.toString('latin1');
      this.#onWritten();
    });
    this.#child = child;
    await appeared;
  }

  /** Sends bytes as the scanner would. */
  send(data: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const stdin = this.#child?.stdin;
      if (!stdin) {
        reject(new Error('The device is not plugged in'));
        return;
      }
      stdin.write(data, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Settles when the host has written this to the device. */
  untilWritten(text: string): Promise<void> {
    return new Promise((resolve) => {
      this.#onWritten = () => {
        if (this.#written.includes(text)) {
          this.#onWritten = () => {};
          resolve();
        }
      };
      this.#onWritten();
    });
  }

  /** Pulls the cable. */
  async unplug(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child && child.exitCode === null) {
      const gone = once(child, 'exit');
      child.stdin?.end();
      await gone;
    }
  }
}

function untilExists(path: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(dirname(path), (_event, file) => {
      if (file === basename(path) && existsSync(path)) {
        watcher.close();
        resolve();
      }
    });
  });
}
