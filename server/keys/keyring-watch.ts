import { stat } from 'node:fs/promises';
import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { Log } from '../log.ts';
import type { Keyring } from './keyring.ts';
import { readKeyringFile } from './keyring-file.ts';

/** How often a running server looks whether its keyring file is another one. */
export const KEYRING_LOOK_MS = 5_000;

/**
 * Lets a running server go on with a rotated keyring. A file that is damaged, exposed or another database's
 * changes nothing in memory: gates are still answered with the keys that were good, `/readyz` tells the
 * problem, and the next good file ends it.
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
  #looking: Promise<void> = Promise.resolve();

  constructor(deps: {
    /** Absent: nothing is watched. */
    path: string | undefined;
    keyring: Keyring;
    clock: Clock;
    log: Log;
    /** The credentials' keys are others now. */
    changed: () => void;
  }) {
    this.#path = deps.path;
    this.#keyring = deps.keyring;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#changed = deps.changed;
  }

  /** The code of what is wrong with the file, if anything is. */
  get problem(): string | undefined {
    return this.#problem;
  }

  async start(): Promise<void> {
    await this.look();
    this.#again();
  }

  async stop(): Promise<void> {
    this.#cancel();
    await this.#looking;
    this.#cancel();
  }

  /** Reads the file if it is not the one that was read last. Never throws. */
  async look(): Promise<void> {
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

  #again(): void {
    if (this.#path === undefined) {
      return;
    }
    this.#cancel = this.#clock.after(KEYRING_LOOK_MS, () => {
      this.#looking = this.look();
      void this.#looking.then(() => this.#again());
    });
  }
}
