import { setTimeout as sleep } from 'node:timers/promises';
import type { Keyring } from '../keys/keyring.ts';
import type { Store } from '../store/store.ts';
import { type BatchResult, type ImportProgress, Intake } from './intake.ts';
import type { PreparedRows } from './prepare.ts';
import { sealIdentityText } from './sealed-identity.ts';
import { STATUS_CHANNEL } from './status-events.ts';

/**
 * SQLite has one writer, and one that waits asks again after 17 ms at most in its first 50 (its busy
 * handler's steps): so the gates' server gets its turn between two transactions of an import. Sealing those
 * who are new takes about as long; where all are known, a gate's p99 beside an import was 145 ms, and 209
 * without this (`bench -- registry import`'s way of asking).
 */
const ROOM_MS = 20;

/** Writes prepared rows, a batch in one transaction. */
export class BatchWriter {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #intake: Intake;
  #doneAt = Number.NEGATIVE_INFINITY;
  /** Whether most persons of the last batch were new: then those of the next are sealed beforehand. */
  #areNew = true;

  constructor(deps: { store: Store; keyring: Keyring; now: () => number }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#intake = new Intake(deps);
  }

  /**
   * Takes persons and verbali in, idempotent by protocol number.
   *
   * @param progress of an import: written with the rows, so that an interrupted one resumes. Between its
   * batches others may write.
   */
  async write({ people, today }: PreparedRows, progress?: ImportProgress): Promise<BatchResult> {
    const keyring = this.#keyring;
    const given = people.map((person) => ({
      person,
      mac: keyring.codeMac(person[0]),
      box: this.#areNew ? sealIdentityText(keyring, person[1]) : undefined,
    }));
    if (progress && this.#store.engine === 'sqlite') {
      await sleep(Math.max(0, this.#doneAt + ROOM_MS - performance.now()));
    }
    const result = await this.#store.transaction((tx) =>
      this.#intake.take(tx, given, today, progress),
    );
    this.#doneAt = performance.now();
    this.#areNew = result.newPersons * 2 >= result.persons;
    if (result.statusChanges > 0) {
      await this.#store.notify(STATUS_CHANNEL, '');
    }
    return result;
  }
}
