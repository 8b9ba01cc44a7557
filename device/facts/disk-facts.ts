import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../shared/clock.ts';
import { VarcoError } from '../../shared/errors.ts';
import type { Fact } from '../../shared/fact.ts';
import type { Measurement } from '../../shared/protocol/measurement.ts';
import { OWNER_ONLY } from '../storage/disk.ts';
import type { Deliver, FactCounts, FactStore } from './fact-store.ts';
import { Outbox } from './outbox.ts';
import { type FactsKey, sealFact } from './seal.ts';

/** Facts in a database on disk, sealed before they are written: a stolen disk reveals nothing. */
export class DiskFacts implements FactStore {
  readonly #folder: string;
  readonly #outbox: Outbox;
  #key: FactsKey | undefined;
  #isOpen = false;

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#outbox = new Outbox(join(folder, 'outbox.db'), clock);
  }

  async start(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: OWNER_ONLY });
    this.#outbox.start();
    this.#isOpen = true;
  }

  async stop(): Promise<void> {
    await this.#outbox.stop();
    this.#isOpen = false;
  }

  useKey(key: FactsKey | undefined): void {
    this.#key = key;
  }

  async add(fact: Fact): Promise<void> {
    if (!this.#key) {
      throw new VarcoError('factsKeyMissing', 'The server has not said yet what to seal facts to');
    }
    this.#outbox.addFact(await sealFact(fact, this.#key));
  }

  addTelemetry(telemetry: Measurement): void {
    this.#outbox.addTelemetry(telemetry);
  }

  async drain(deliver: Deliver): Promise<void> {
    await this.#outbox.drain(deliver);
  }

  counts(): FactCounts {
    if (!this.#isOpen) {
      return { waiting: 0, quarantined: 0 };
    }
    const { facts, quarantined } = this.#outbox.status();
    return { waiting: facts, quarantined };
  }

  lastRefusal(): string | undefined {
    const { quarantined } = this.#outbox.status();
    return this.#outbox.quarantined(quarantined).at(-1)?.code;
  }
}
