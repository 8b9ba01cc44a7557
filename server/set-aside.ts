import { errorCode } from '../shared/errors.ts';
import type { Log } from './log.ts';
import type { Store } from './store/store.ts';

/** Tries of one item before its job goes on without it. */
const TRIES_MAX = 3;
/** It is tried again this much later, in case its cause was mended. */
const AGAIN_AFTER_MS = 600_000;
/** Items that are remembered as failing, and rows that are kept, at most. */
const ITEMS_MAX = 1_000;
const KEPT_MS = 30 * 86_400_000;

/** Faults of the whole service: whatever the item is, the job itself waits for their end. */
const commonFaults: readonly string[] = ['storeUnavailable', 'storeCorrupt', 'again', 'overloaded'];

/** Whether no item is to blame for an error. */
export function isCommonFault(error: unknown): boolean {
  return commonFaults.includes(errorCode(error));
}

/** An item that a job goes on without. */
export interface SetAsideItem {
  job: string;
  item: string;
  code: string;
  at: number;
}

type Failing = { name: 'tried'; times: number } | { name: 'setAside'; until: number };

/**
 * Keeps one bad item from ending a job for all the others: each is tried on its own, and one that fails
 * several times is set aside under its id, for people to see, and tried again from time to time.
 */
export class SetAside {
  readonly #store: Store;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #failing = new Map<string, Failing>();

  constructor(deps: { store: Store; log: Log; now: () => number }) {
    this.#store = deps.store;
    this.#log = deps.log;
    this.#now = deps.now;
  }

  /** Whether this item is left out now. */
  isAside(job: string, item: string): boolean {
    const failing = this.#failing.get(keyOf(job, item));
    return failing?.name === 'setAside' && this.#now() < failing.until;
  }

  /**
   * Tries one item, unless it is set aside.
   *
   * @param item its id, never its content: it stands in logs and on pages.
   * @returns `failed`: it is to be tried again. @throws faults that no item is to blame for.
   */
  async try(
    job: string,
    item: string,
    work: () => Promise<unknown>,
  ): Promise<'done' | 'failed' | 'setAside'> {
    if (this.isAside(job, item)) {
      return 'setAside';
    }
    try {
      await work();
    } catch (error) {
      if (isCommonFault(error)) {
        throw error;
      }
      return this.#failed({ job, item, code: errorCode(error), at: this.#now() });
    }
    if (this.#failing.delete(keyOf(job, item))) {
      await this.#delete(job, item);
    }
    return 'done';
  }

  /**
   * Handles all items at once; when that fails, each of them on its own.
   *
   * @throws faults that no item is to blame for.
   */
  async all<Item>(
    job: string,
    items: readonly Item[],
    idOf: (item: Item) => string,
    work: (items: readonly Item[]) => Promise<unknown>,
  ): Promise<void> {
    const due = items.filter((item) => !this.isAside(job, idOf(item)));
    if (due.length === 0) {
      return;
    }
    try {
      await work(due);
      return;
    } catch (error) {
      if (isCommonFault(error)) {
        throw error;
      }
    }
    for (const item of due) {
      await this.try(job, idOf(item), () => work([item]));
    }
  }

  /** What was set aside since then, the newest first. */
  async since(at: number): Promise<SetAsideItem[]> {
    return this.#store.db
      .selectFrom('set_aside')
      .selectAll()
      .where('at', '>=', at)
      .orderBy('at', 'desc')
      .limit(ITEMS_MAX)
      .execute();
  }

  /** Deletes what is old. */
  async purge(): Promise<void> {
    await this.#store.db
      .deleteFrom('set_aside')
      .where('at', '<', this.#now() - KEPT_MS)
      .execute();
  }

  async #failed(one: SetAsideItem): Promise<'failed' | 'setAside'> {
    const { job, item, code } = one;
    const key = keyOf(job, item);
    const before = this.#failing.get(key);
    const times = before === undefined ? 1 : before.name === 'tried' ? before.times + 1 : TRIES_MAX;
    this.#failing.delete(key);
    const [oldest] = this.#failing.keys();
    if (this.#failing.size >= ITEMS_MAX && oldest !== undefined) {
      this.#failing.delete(oldest);
    }
    if (times < TRIES_MAX) {
      this.#failing.set(key, { name: 'tried', times });
      this.#log.warn({ job, item, code }, 'an item failed, and is tried again');
      return 'failed';
    }
    this.#failing.set(key, { name: 'setAside', until: this.#now() + AGAIN_AFTER_MS });
    this.#log.error({ job, item, code }, 'an item is set aside, and its job goes on');
    await this.#keep(one);
    return 'setAside';
  }

  /** Never throws: what can't be written now is in the log. */
  async #keep(one: SetAsideItem): Promise<void> {
    const { code, at } = one;
    try {
      const { kept } = await this.#store.db
        .selectFrom('set_aside')
        .select(({ fn }) => fn.countAll<number>().as('kept'))
        .executeTakeFirstOrThrow();
      if (Number(kept) < ITEMS_MAX) {
        await this.#store.db
          .insertInto('set_aside')
          .values(one)
          .onConflict((conflict) => conflict.columns(['job', 'item']).doUpdateSet({ code, at }))
          .execute();
      }
    } catch (error) {
      this.#log.warn({ code: errorCode(error) }, 'what was set aside is not written');
    }
  }

  async #delete(job: string, item: string): Promise<void> {
    await this.#store.db
      .deleteFrom('set_aside')
      .where('job', '=', job)
      .where('item', '=', item)
      .execute();
  }
}

function keyOf(job: string, item: string): string {
  return `${job} ${item}`;
}
