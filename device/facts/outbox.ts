import type Database from 'better-sqlite3';
import { z } from 'zod';
import type { Clock } from '../../shared/clock.ts';
import { errorCode, VarcoError } from '../../shared/errors.ts';
import { FACTS_MAX } from '../../shared/protocol/actions.ts';
import { type Measurement, measurementSchema } from '../../shared/protocol/measurement.ts';
import type { Deliver, Delivery, OutboxItem } from './fact-store.ts';
import { isDamage, openDatabase, setAside } from './outbox-database.ts';
import type { SealedFact } from './seal.ts';

export interface OutboxLimits {
  /** Facts and telemetry together, at most. */
  itemsMax: number;
  /** Of them telemetry, at most; the oldest gives way. */
  telemetryMax: number;
  /** Items sent at once. */
  batchMax: number;
}

/** Telemetry for as long as a server keeps minutes: two days. */
export const defaultOutboxLimits: OutboxLimits = {
  itemsMax: 100_000,
  telemetryMax: 2_880,
  batchMax: FACTS_MAX,
};

/** What is in the outbox, for the dashboard. */
export interface OutboxStatus {
  facts: number;
  telemetry: number;
  quarantined: number;
  telemetryDropped: number;
  /** Where a database that could not be read was put aside. */
  setAside: string | undefined;
}

/**
 * Facts not yet delivered, sealed (see seal.ts) and durable before `addFact` returns, in the order in which they came about. It
 * has two classes and one bound: telemetry gives way to facts, facts give way to nothing.
 */
export class Outbox {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #limits: OutboxLimits;
  #database: Database.Database | undefined;
  #dropped = 0;
  #setAside: string | undefined;
  #draining: Promise<number> | undefined;

  constructor(path: string, clock: Clock, limits: OutboxLimits = defaultOutboxLimits) {
    this.#path = path;
    this.#clock = clock;
    this.#limits = limits;
  }

  /**
   * Opens the database; one that is damaged is put aside, whole, and a new one begun.
   *
   * @throws VarcoError `outboxUnavailable` when neither works.
   */
  start(): void {
    try {
      this.#database = openDatabase(this.#path);
    } catch (error) {
      if (!isDamage(error)) {
        throw new VarcoError('outboxUnavailable', 'The outbox can’t be opened', { cause: error });
      }
      this.#setAside = `${this.#path}.damaged-${this.#clock.now()}`;
      try {
        setAside(this.#path, this.#setAside);
        this.#database = openDatabase(this.#path);
      } catch (cause) {
        throw new VarcoError('outboxUnavailable', 'The outbox can’t be opened', { cause });
      }
    }
  }

  async stop(): Promise<void> {
    const database = this.#database;
    this.#database = undefined;
    await this.#draining?.catch(() => undefined);
    database?.close();
  }

  /**
   * Keeps a sealed fact; it is on the disk when this returns, so call it before anything opens. The same
   * fact of a request twice is one, the first.
   *
   * @throws VarcoError `outboxFull` when facts alone fill it, `outboxUnavailable` when the disk is full
   * or broken: then nothing may be decided offline.
   */
  addFact({ key, box }: SealedFact): void {
    this.#write((database) => {
      const known = database.prepare('SELECT 1 FROM owed WHERE fact_key = ?').get(key);
      if (known === undefined) {
        this.#makeRoom(database, 'fact');
        database
          .prepare("INSERT INTO owed (class, fact_key, body) VALUES ('fact', ?, ?)")
          .run(key, box);
      }
    });
  }

  /** Keeps a measurement if there is room; the oldest gives way. Never throws for want of room. */
  addTelemetry(telemetry: Measurement): void {
    const body = JSON.stringify(measurementSchema.parse(telemetry));
    this.#write((database) => {
      if (this.#makeRoom(database, 'telemetry')) {
        database.prepare("INSERT INTO owed (class, body) VALUES ('telemetry', ?)").run(body);
      }
    });
  }

  /**
   * Delivers what waits: facts in their order, then telemetry. What is refused is quarantined and the
   * rest goes on; when `deliver` rejects (the link is gone) everything not yet answered stays. Calls
   * while it runs share the run.
   *
   * @param deliver answers every item of a batch, in order.
   * @returns how many were accepted.
   */
  drain(deliver: Deliver): Promise<number> {
    this.#draining ??= this.#drain(deliver).finally(() => {
      this.#draining = undefined;
    });
    return this.#draining;
  }

  status(): OutboxStatus {
    const count = (where: string) =>
      this.#read((database) =>
        z
          .number()
          .parse(database.prepare(`SELECT count(*) FROM owed WHERE ${where}`).pluck().get()),
      );
    return {
      facts: count("class = 'fact' AND refused_code IS NULL"),
      telemetry: count("class = 'telemetry' AND refused_code IS NULL"),
      quarantined: count('refused_code IS NOT NULL'),
      telemetryDropped: this.#dropped,
      setAside: this.#setAside,
    };
  }

  /** What the server refused, with its codes, oldest first. */
  quarantined(limit: number): { key: string | null; code: string }[] {
    const rows = this.#read((database) =>
      database
        .prepare(
          'SELECT fact_key AS key, refused_code AS code FROM owed WHERE refused_code IS NOT NULL ORDER BY id LIMIT ?',
        )
        .all(limit),
    );
    return z.array(z.object({ key: z.string().nullable(), code: z.string() })).parse(rows);
  }

  async #drain(deliver: Deliver): Promise<number> {
    let accepted = 0;
    for (;;) {
      const batch = this.#database ? this.#waiting(this.#database) : [];
      if (batch.length === 0) {
        return accepted;
      }
      const deliveries = await deliver(batch);
      if (!this.#database || deliveries.length !== batch.length) {
        return accepted;
      }
      this.#write((database) => {
        for (const [index, item] of batch.entries()) {
          settle(database, item.id, deliveries[index]);
        }
      });
      accepted += deliveries.filter(({ outcome }) => outcome === 'accepted').length;
    }
  }

  #waiting(database: Database.Database): OutboxItem[] {
    const rows = database
      .prepare(
        'SELECT id, class, body FROM owed WHERE refused_code IS NULL ORDER BY class, id LIMIT ?',
      )
      .all(this.#limits.batchMax);
    const items = z
      .array(z.object({ id: z.number(), class: z.enum(['fact', 'telemetry']), body: z.string() }))
      .parse(rows)
      .map(({ id, class: itemClass, body }) =>
        itemClass === 'fact'
          ? { id, class: itemClass, box: body }
          : { id, class: itemClass, telemetry: measurementSchema.parse(JSON.parse(body)) },
      );
    // One class at a time: what holds measurements up holds no fact up.
    return items.filter((item) => item.class === items[0]?.class);
  }

  /** Whether there is room now; the oldest telemetry was dropped for it if need be. */
  #makeRoom(database: Database.Database, itemClass: 'fact' | 'telemetry'): boolean {
    const { itemsMax, telemetryMax } = this.#limits;
    const count = (where: string) =>
      z.number().parse(database.prepare(`SELECT count(*) FROM owed ${where}`).pluck().get());
    const isFull =
      count('') >= itemsMax ||
      (itemClass === 'telemetry' && count("WHERE class = 'telemetry'") >= telemetryMax);
    if (!isFull) {
      return true;
    }
    const { changes } = database
      .prepare("DELETE FROM owed WHERE id = (SELECT min(id) FROM owed WHERE class = 'telemetry')")
      .run();
    if (changes > 0) {
      this.#dropped += 1;
      return true;
    }
    if (itemClass === 'fact') {
      throw new VarcoError('outboxFull', 'The outbox is full of facts that were not delivered');
    }
    this.#dropped += 1;
    return false;
  }

  #read<Result>(act: (database: Database.Database) => Result): Result {
    if (!this.#database) {
      throw new VarcoError('outboxUnavailable', 'The outbox is not open');
    }
    return act(this.#database);
  }

  #write(act: (database: Database.Database) => void): void {
    this.#read((database) => {
      try {
        database.transaction(() => act(database)).immediate();
      } catch (cause) {
        if (cause instanceof VarcoError) {
          throw cause;
        }
        const message = `The outbox could not be written (${errorCode(cause)})`;
        throw new VarcoError('outboxUnavailable', message, { cause });
      }
    });
  }
}

/** What was not answered stays. */
function settle(database: Database.Database, id: number, delivery: Delivery | undefined): void {
  if (delivery?.outcome === 'accepted') {
    database.prepare('DELETE FROM owed WHERE id = ?').run(id);
  } else if (delivery) {
    database.prepare('UPDATE owed SET refused_code = ? WHERE id = ?').run(delivery.code, id);
  }
}
