import type { Clock } from '../../../shared/clock.ts';
import type { KioskStatus } from '../../../shared/protocol/kiosk-status.ts';
import { type MachineReader, readMachine } from './machine-sample.ts';

/** How often the machine is read. */
export const READ_EVERY_MS = 15_000;

/** Keeps the last reading of the machine, so that a report never waits for a file. */
export class MachineWatch {
  readonly #reader: MachineReader;
  readonly #folder: string;
  readonly #clock: Clock;
  #latest: KioskStatus['machine'];
  #cancel = () => {};
  #running = false;

  constructor(reader: MachineReader, folder: string, clock: Clock) {
    this.#reader = reader;
    this.#folder = folder;
    this.#clock = clock;
  }

  async start(): Promise<void> {
    this.#running = true;
    await this.#read();
  }

  stop(): void {
    this.#running = false;
    this.#cancel();
  }

  /** The last reading; `undefined` before the first. */
  latest(): KioskStatus['machine'] {
    return this.#latest;
  }

  async #read(): Promise<void> {
    this.#latest = await readMachine(this.#reader, this.#folder);
    if (this.#running) {
      this.#cancel = this.#clock.after(READ_EVERY_MS, () => void this.#read());
    }
  }
}
