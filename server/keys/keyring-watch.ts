import { stat } from 'node:fs/promises';
import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { Log } from '../log.ts';
import type { Keyring } from './keyring.ts';
import { readKeyringFile } from './keyring-file.ts';

/** How often a running server checks its keyring file for changes. */
export const KEYRING_CHECK_MS = 5_000;

/**
 * Switches a running server to a rotated keyring. A file that is damaged, exposed or from another database
 * changes nothing in memory: gates are still answered with the last good keys, `/readyz` reports the
 * problem, and the next good file clears it.
 */
export class KeyringWatch {
  readonly #path: string | undefined;
  readonly #keyring: Keyring;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #changed: () => void;
  #seen = '';
  #problem: string | undefined;
  #cancel: () => void = () => {};
  #checking: Promise<void> = Promise.resolve();

  constructor(deps: {
    /** Absent: nothing is watched. */
    path: string | undefined;
    keyring: Keyring;
    clock: Clock;
    log: Log;
    /** Called when the credential keys have changed. */
    changed: () => void;
  }) {
    this.#path = deps.path;
    this.#keyring = deps.keyring;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#changed = deps.changed;
  }

  /** The code of the file's problem, if it has one. */
  get problem(): string | undefined {
    return this.#problem;
  }

  async start(): Promise<void> {
    await this.check();
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#cancel();
    await this.#checking;
    this.#cancel();
  }

  /** Reads the file if it changed since it was last read. Never throws. */
  async check(): Promise<void> {
    const path = this.#path;
    if (path === undefined) {
      return;
    }
    try {
      const { mtimeMs, size, ino, mode } = await stat(path);
      const name = [mtimeMs, size, ino, mode].join(' ');
      if (name === this.#seen) {
        return;
      }
      const before = JSON.stringify(this.#keyring.credentialKeys());
      this.#keyring.replace(await readKeyringFile(path));
      this.#seen = name;
      this.#problem = undefined;
      if (JSON.stringify(this.#keyring.credentialKeys()) !== before) {
        this.#log.info({ keys: this.#keyring.credentialKeys().length }, 'the keyring changed');
        this.#changed();
      }
    } catch (error) {
      const code = errorCode(error);
      const problem = code === 'ENOENT' ? 'keyringMissing' : code;
      if (problem !== this.#problem) {
        this.#log.error(
          { code: problem },
          'the keyring file is unusable; the keys in memory serve',
        );
      }
      this.#problem = problem;
    }
  }

  #schedule(): void {
    if (this.#path === undefined) {
      return;
    }
    this.#cancel = this.#clock.after(KEYRING_CHECK_MS, () => {
      this.#checking = this.check();
      void this.#checking.then(() => this.#schedule());
    });
  }
}
