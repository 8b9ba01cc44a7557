import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./pty_device.py', import.meta.url));

/**
 * A serial device that a test plugs in, sends from and unplugs: the far end of a pseudo-terminal. One
 * process serves it throughout, so that plugging it in again is fast.
 */
export class PtyDevice {
  readonly path: string;
  #child: ChildProcess | undefined;
  #answers: { resolve: () => void; reject: (error: Error) => void }[] = [];
  #written = '';
  #onWritten = () => {};

  constructor(path: string) {
    this.path = path;
  }

  plug(): Promise<void> {
    return this.#tell('plug');
  }

  /** Sends bytes as the scanner would. */
  send(data: string | Uint8Array): Promise<void> {
    return this.#tell(`send ${Buffer.from(data).toString('hex')}`);
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

  /** Unplugs the cable. */
  async unplug(): Promise<void> {
    await (this.#child ? this.#tell('unplug') : undefined);
  }

  /** Unplugs the cable and plugs it in at once, before anyone notices. */
  swap(): Promise<void> {
    return this.#tell('swap');
  }

  /** Ends the program behind the device, unplugged. */
  async end(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child && child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.stdin?.end();
      await gone;
    }
  }

  #tell(line: string): Promise<void> {
    this.#child ??= this.#spawn();
    const { stdin } = this.#child;
    return new Promise((resolve, reject) => {
      this.#answers.push({ resolve, reject });
      stdin?.write(`${line}\n`);
    });
  }

  #spawn(): ChildProcess {
    const child = spawn('python3', [PROGRAM, this.path], { stdio: ['pipe', 'pipe', 'inherit'] });
    const fail = (error: Error) => {
      for (const { reject } of this.#answers.splice(0)) {
        reject(error);
      }
    };
    child.on('error', fail);
    child.on('exit', () => {
      this.#child = this.#child === child ? undefined : this.#child;
      fail(new Error('The program behind the device has ended'));
    });
    child.stdin?.on('error', () => undefined);
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === 'done') {
        this.#answers.shift()?.resolve();
      } else {
        this.#written += Buffer.from(line.slice('data '.length), 'hex').toString('latin1');
        this.#onWritten();
      }
    });
    return child;
  }
}
