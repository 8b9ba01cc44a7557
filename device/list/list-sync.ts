import { backoffMs } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { Have, ListStore } from './list-store.ts';

/**
 * Asks the server for its list: a whole file (full or delta), or nothing when the kiosk's is the newest
 * and young enough. Rejects with a stable code when it can't be had.
 *
 * @param have nothing when a full list is needed.
 */
export type FetchList = (have: Have | undefined) => Promise<Uint8Array | undefined>;

/** How the kiosk stands with its list, for the dashboard. */
export type SyncState =
  | { state: 'synced'; epoch: number; version: number }
  | { state: 'failing'; reason: string };

export interface ListSyncDeps {
  store: ListStore;
  fetch: FetchList;
  clock: Clock;
  random: () => number;
  /** How often a newer list is asked for, in milliseconds. */
  everyMs: number;
  report(state: SyncState): void;
}

const RETRY = { firstMs: 5_000, longestMs: 600_000, factor: 2 };
/** Refusals that a full list cures. */
const curedByFull: readonly string[] = ['listDiverged', 'listForOther', 'listCorrupt'];

/** Keeps the list young: asks for what changed, and for all of it when the change does not fit. */
export class ListSync {
  readonly #deps: ListSyncDeps;
  #cancel: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #isStarted = false;
  #attempt = 0;

  constructor(deps: ListSyncDeps) {
    this.#deps = deps;
  }

  /** Asks at once and then every so often. */
  start(): void {
    this.#isStarted = true;
    void this.now();
  }

  async stop(): Promise<void> {
    this.#isStarted = false;
    this.#cancel?.();
    await this.#running;
  }

  /** Asks now: the link came back, or the server said that there is something. Never rejects. */
  now(): Promise<void> {
    this.#running ??= this.#sync().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #sync(): Promise<void> {
    this.#cancel?.();
    let waitMs = this.#deps.everyMs;
    try {
      await this.#take();
      this.#attempt = 0;
      const header = this.#deps.store.list?.header;
      if (header) {
        this.#deps.report({ state: 'synced', epoch: header.epoch, version: header.version });
      }
    } catch (error) {
      this.#deps.report({ state: 'failing', reason: errorCode(error) });
      const drawn = this.#deps.random();
      waitMs = RETRY.firstMs + backoffMs(this.#attempt++, RETRY, drawn);
    }
    if (this.#isStarted) {
      this.#cancel = this.#deps.clock.after(waitMs, () => void this.now());
    }
  }

  async #take(): Promise<void> {
    const { store, fetch } = this.#deps;
    const { have } = store;
    try {
      const file = await fetch(have);
      if (file) {
        await store.accept(file);
      }
    } catch (error) {
      if (!have || !curedByFull.includes(errorCode(error))) {
        throw error;
      }
      const full = await fetch(undefined);
      if (full) {
        await store.accept(full);
      }
    }
  }
}
