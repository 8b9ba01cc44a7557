import { mkdir } from 'node:fs/promises';
import { z } from 'zod';
import { errorCode } from '../../shared/errors.ts';
import { actions } from '../../shared/protocol/actions.ts';
import type { KioskLog } from '../log.ts';
import { type Disk, directoryDisk, OWNER_ONLY } from '../storage/disk.ts';

const NAME = 'boot.json';

const [acceptedSchema] = actions.Boot.answer.options;

const lastBootSchema = z.strictObject({
  hosts: acceptedSchema.shape.hosts,
  credentialKeys: acceptedSchema.shape.credentialKeys,
  gate: acceptedSchema.shape.gate,
  factsKey: acceptedSchema.shape.factsKey,
  /** The server's time then, Unix milliseconds. */
  serverTime: acceptedSchema.shape.serverTime,
});
/** What the server said at the last boot, so that the kiosk can start while it is away. */
export type LastBoot = z.infer<typeof lastBootSchema>;

/** The last boot on disk. A disk that fails costs the next start without a link, and is logged. */
export class LastBootFile {
  readonly #folder: string;
  readonly #disk: Disk;
  readonly #log: KioskLog;
  #writing: Promise<void> = Promise.resolve();

  constructor(folder: string, log: KioskLog) {
    this.#folder = folder;
    this.#disk = directoryDisk(folder);
    this.#log = log;
  }

  /** Reads the last boot; one that is damaged or can't be read is none. Never rejects. */
  async read(): Promise<LastBoot | undefined> {
    try {
      const bytes = await this.#disk.read(NAME);
      return bytes && lastBootSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
    } catch (error) {
      this.#log.warn({ event: 'lastBootUnreadable', code: errorCode(error) }, 'last boot');
      return undefined;
    }
  }

  /** Replaces it, all of it or nothing, one at a time. Never rejects. */
  write(boot: LastBoot): Promise<void> {
    const { hosts, credentialKeys, gate, serverTime, factsKey } = boot;
    const kept: LastBoot = { hosts, credentialKeys, gate, serverTime, factsKey };
    this.#writing = this.#writing.then(async () => {
      try {
        await mkdir(this.#folder, { recursive: true, mode: OWNER_ONLY });
        await this.#disk.replace(NAME, new TextEncoder().encode(JSON.stringify(kept)));
      } catch (error) {
        this.#log.warn({ event: 'bootNotKept', code: errorCode(error) }, 'last boot');
      }
    });
    return this.#writing;
  }

  /** Waits for what is being written. */
  async stop(): Promise<void> {
    await this.#writing;
  }
}
