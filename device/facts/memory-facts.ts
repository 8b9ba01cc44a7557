import { VarcoError } from '../../shared/errors.ts';
import type { Fact } from '../../shared/fact.ts';
import { FACTS_MAX } from '../../shared/protocol/actions.ts';
import type { KioskLog } from '../log.ts';
import type { Deliver, FactCounts, FactStore } from './fact-store.ts';
import { type FactsKey, sealFact } from './seal.ts';

/** Facts that wait in memory at most; the oldest gives way. */
const WAITING_MAX = 256;

/**
 * Facts of a gate that keeps nothing on disk: they are sealed when they are sent, and a restart loses
 * what still waits. Such a gate decides nothing by itself, so these are passages only.
 */
export class MemoryFacts implements FactStore {
  readonly #log: KioskLog;
  #waiting: Fact[] = [];
  #key: FactsKey | undefined;
  #quarantined = 0;
  #lastRefusal: string | undefined;

  constructor(log: KioskLog) {
    this.#log = log;
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {
    this.#waiting = [];
  }

  useKey(key: FactsKey | undefined): void {
    this.#key = key;
  }

  async add(fact: Fact): Promise<void> {
    if (this.#waiting.length >= WAITING_MAX) {
      this.#waiting.shift();
      this.#log.warn({ event: 'factDropped', kind: fact.kind }, 'facts');
    }
    this.#waiting.push(fact);
  }

  /** History is for a gate that has a disk. */
  addTelemetry(): void {}

  async drain(deliver: Deliver): Promise<void> {
    const key = this.#key;
    while (key && this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, FACTS_MAX);
      const sealed = await Promise.all(batch.map((fact) => sealFact(fact, key)));
      const items = sealed.map(({ box }, id) => ({ id, class: 'fact' as const, box }));
      const deliveries = await deliver(items);
      if (deliveries.length !== batch.length) {
        throw new VarcoError('answerInvalid', 'Not every fact was answered');
      }
      this.#waiting = this.#waiting.filter((fact) => !batch.includes(fact));
      for (const delivery of deliveries) {
        if (delivery.outcome === 'refused') {
          this.#quarantined += 1;
          this.#lastRefusal = delivery.code;
        }
      }
    }
  }

  counts(): FactCounts {
    return { waiting: this.#waiting.length, quarantined: this.#quarantined };
  }

  lastRefusal(): string | undefined {
    return this.#lastRefusal;
  }
}
