import type { Fact } from '../../shared/fact.ts';
import type { Measurement } from '../../shared/protocol/measurement.ts';
import type { FactsKey } from './seal.ts';

/** One thing that the server has not been sent yet. */
export type OutboxItem =
  | { id: number; class: 'fact'; box: string }
  /** What may be lost when there is no room: measurements, never results. */
  | { id: number; class: 'telemetry'; telemetry: Measurement };

/** What the server says of one item. `refused`: it will never be accepted. */
export type Delivery = { outcome: 'accepted' } | { outcome: 'refused'; code: string };

/** Sends one batch and answers every item of it, in order; rejects when the link is gone. */
export type Deliver = (batch: readonly OutboxItem[]) => Promise<readonly Delivery[]>;

/** How many facts wait for the server, and how many it refused. */
export interface FactCounts {
  waiting: number;
  quarantined: number;
}

/** Where facts wait for the server: on disk over a restart, or in memory. */
export interface FactStore {
  /** @throws VarcoError `outboxUnavailable`, or the system's error. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** The server's key, which facts are sealed to from now on. */
  useKey(key: FactsKey | undefined): void;
  /**
   * Keeps a fact; it is as safe as this store can make it when this resolves.
   *
   * @throws VarcoError `factsKeyMissing`, `outboxFull` or `outboxUnavailable`: then nothing may follow
   * from the fact.
   */
  add(fact: Fact): Promise<void>;
  /** Keeps a measurement if there is room. @throws VarcoError `outboxUnavailable`. */
  addTelemetry(telemetry: Measurement): void;
  /** Delivers what waits, in order. @throws what `deliver` throws; what was not answered stays. */
  drain(deliver: Deliver): Promise<void>;
  counts(): FactCounts;
  /** The code with which the server refused a fact last. */
  lastRefusal(): string | undefined;
}
