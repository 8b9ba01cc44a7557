import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { Fact } from '../../shared/fact.ts';
import type { Sample } from '../../shared/protocol/measurement.ts';
import type { KioskLog } from '../log.ts';
import type { ServerClock } from '../time/server-clock.ts';
import { deliverFacts, type FactCalls } from './delivery.ts';
import type { FactCounts, FactStore } from './fact-store.ts';
import type { FactsKey } from './seal.ts';

export interface FactQueueDeps {
  store: FactStore;
  link: FactCalls;
  serverClock: ServerClock;
  clock: Clock;
  log: KioskLog;
}

/** Facts that could not be delivered are tried again after so long, while the link is up. */
const DELIVER_AGAIN_MS = 15_000;

/**
 * What this gate owes its server: verdicts that it gave from its list, and whether people went through.
 * They are kept before anything follows from them, and delivered in order while the link is up.
 */
export class FactQueue {
  readonly #deps: FactQueueDeps;
  #changed: () => void = () => {};
  #state: 'stopped' | 'down' | 'up' = 'stopped';
  #isStoreOpen = false;
  #delivering: Promise<void> | undefined;
  #deliverAgain = false;
  #cancelRetry = () => {};

  constructor(deps: FactQueueDeps) {
    this.#deps = deps;
  }

  /**
   * Opens the store. Never throws: without its store the gate decides nothing by itself, and says so in
   * its log and status.
   *
   * @param changed called when the number of facts that wait may have changed.
   */
  async start(changed: () => void): Promise<void> {
    this.#changed = changed;
    this.#state = 'down';
    try {
      await this.#deps.store.start();
      this.#isStoreOpen = true;
    } catch (error) {
      this.#warn('factsUnavailable', error);
    }
  }

  async stop(): Promise<void> {
    this.#state = 'stopped';
    this.#cancelRetry();
    await this.#delivering;
    await this.#deps.store.stop();
    this.#isStoreOpen = false;
  }

  /** @param key what facts are sealed to from now on, as the server's last boot said. */
  useKey(key: FactsKey | undefined): void {
    this.#deps.store.useKey(key);
  }

  linkUp(): void {
    this.#state = 'up';
    this.#deliver();
  }

  linkDown(): void {
    this.#state = this.#state === 'stopped' ? 'stopped' : 'down';
    this.#cancelRetry();
  }

  /**
   * Keeps a fact: with a disk, it survives a power cut when this resolves.
   *
   * @throws VarcoError `outboxFull`, `outboxUnavailable`, `factsKeyMissing`: then nothing may follow from
   * the fact.
   */
  async add(fact: Fact): Promise<void> {
    await this.#deps.store.add(fact);
    this.#changed();
    this.#deliver();
  }

  /**
   * Keeps a measurement that no status can report while the link is down. Never throws: a measurement
   * may be lost.
   */
  addSample(sample: Sample): void {
    const { store, serverClock } = this.#deps;
    if (this.#state !== 'down' || !this.#isStoreOpen || serverClock.trust() === 'unset') {
      return;
    }
    try {
      store.addTelemetry({ at: serverClock.now(), sample });
    } catch (error) {
      this.#warn('sampleNotKept', error);
    }
  }

  counts(): FactCounts {
    return this.#deps.store.counts();
  }

  /** One delivery at a time; a fact that comes meanwhile makes it run again. */
  #deliver(): void {
    this.#deliverAgain = this.#delivering !== undefined;
    if (this.#state !== 'up' || !this.#isStoreOpen || this.#delivering) {
      return;
    }
    this.#cancelRetry();
    this.#delivering = this.#drain().finally(() => {
      this.#delivering = undefined;
      this.#changed();
      if (this.#deliverAgain) {
        this.#deliver();
      }
    });
  }

  async #drain(): Promise<void> {
    const { store, link, log, clock } = this.#deps;
    try {
      const before = store.counts().quarantined;
      await store.drain((batch) => deliverFacts(batch, link));
      const count = store.counts().quarantined - before;
      if (count > 0) {
        log.warn({ event: 'factsRefused', code: store.lastRefusal() ?? 'unknown', count }, 'facts');
      }
    } catch (error) {
      this.#warn('factsNotDelivered', error);
      if (this.#state === 'up') {
        this.#cancelRetry = clock.after(DELIVER_AGAIN_MS, () => this.#deliver());
      }
    }
  }

  #warn(event: string, error: unknown): void {
    this.#deps.log.warn({ event, code: errorCode(error) }, 'facts');
  }
}
