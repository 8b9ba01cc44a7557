import { setTimeout as sleep } from 'node:timers/promises';
import type { Keyring } from '../keys/keyring.ts';
import type { Store } from '../store/store.ts';
import { type ImportBatchResult, type ImportProgress, Intake } from './intake.ts';
import type { PreparedRows } from './prepare.ts';
import { sealIdentityText } from './sealed-identity.ts';
import { STATUS_CHANNEL } from './status-events.ts';

/**
 * Pause between two transactions of an import on SQLite, which has a single writer: a waiting connection
 * retries at most every 17 ms (its busy handler's steps), so the gates' server gets its turn in the pause.
 * Sealing new persons takes about as long. Where all persons are known, a gate's p99 beside an import was
 * 145 ms with the pause and 209 ms without (measured by `bench -- registry import`).
 */
const WRITER_PAUSE_MS = 20;

/** Writes prepared rows, one batch per transaction. */
export class BatchWriter {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #intake: Intake;
  #lastCommitAt = Number.NEGATIVE_INFINITY;
  /** Most persons of the last batch were new, so those of the next are sealed before its transaction. */
  #sealsAhead = true;

  constructor(deps: { store: Store; keyring: Keyring; now: () => number }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#intake = new Intake(deps);
  }

  /**
   * Imports persons and verbali, idempotent by protocol number.
   *
   * @param progress written in the same transaction as the rows, so that an interrupted import resumes.
   * With it, the writer pauses between batches so that others may write.
   */
  async write(
    { people, today }: PreparedRows,
    progress?: ImportProgress,
  ): Promise<ImportBatchResult> {
    const keyring = this.#keyring;
    const input = people.map((person) => ({
      person,
      mac: keyring.codeMac(person[0]),
      box: this.#sealsAhead ? sealIdentityText(keyring, person[1]) : undefined,
    }));
    if (progress && this.#store.engine === 'sqlite') {
      await sleep(Math.max(0, this.#lastCommitAt + WRITER_PAUSE_MS - performance.now()));
    }
    const result = await this.#store.transaction((tx) =>
      this.#intake.apply(tx, input, today, progress),
    );
    this.#lastCommitAt = performance.now();
    this.#sealsAhead = result.newPersons * 2 >= result.persons;
    if (result.statusChanges > 0) {
      await this.#store.notify(STATUS_CHANNEL, '');
    }
    return result;
  }
}
