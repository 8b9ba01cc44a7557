import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import { nextDay, romeDay, romeMidnight } from '../../shared/rome-day.ts';
import type { Log } from '../log.ts';
import type { Store, Tx } from '../store/store.ts';
import { statusUpdate, updateStatuses } from './intake-statements.ts';
import { STATUS_CHANNEL, writeStatusEvents } from './status-events.ts';
import { foldingDay, foldPersons, isClockSuspect, type StoredStatus } from './stored-status.ts';

/** Persons per transaction: gates wait for one such block at most. */
const BLOCK = 50;
/** Between two blocks, in which gates have the writer for themselves. */
const PAUSE_MS = 100;
/** The row whose lock says which node folds. */
const LEASE = 'dueFold';
/** The row that says how far persons of before the rules in force were folded again: `DONE/LAST` ids. */
const REFOLD = 'refold';

type DueRow = StoredStatus & { code_mac: string };

/**
 * Folds what came due: at Rome's midnight, and every minute what is left of it, because a server was down
 * or another node was killed. Each block is one transaction, so whoever goes on later finds the rest.
 * Those whose day has come are found by an index; nobody else is read.
 */
export class DueFold {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  #running: Promise<number> | undefined;
  #isStopping = false;
  #isSuspect = false;
  #cancel: () => void = () => {};

  constructor(deps: { store: Store; clock: Clock; log: Log }) {
    this.#store = deps.store;
    this.#clock = deps.clock;
    this.#log = deps.log;
  }

  /** Folds what came due while the server was down, and from now on at each midnight. */
  start(): void {
    this.#isStopping = false;
    this.#runAndSchedule();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#cancel();
    await this.#running?.catch(() => {});
  }

  /** Folds all that is due; a run that is on is joined. @returns how many statuses changed. */
  run(): Promise<number> {
    this.#running ??= this.#foldAll().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  #runAndSchedule(): void {
    this.#runAfresh().catch((error: unknown) => {
      this.#log.warn({ code: errorCode(error) }, 'folding what came due failed');
    });
    const now = this.#clock.now();
    const midnight = romeMidnight(nextDay(romeDay(now)));
    this.#cancel = this.#clock.after(Math.max(1, midnight - now), () => this.#runAndSchedule());
  }

  /** A run that is on may have read yesterday's day: at midnight another one follows it. */
  async #runAfresh(): Promise<void> {
    await this.#running?.catch(() => {});
    if (!this.#isStopping) {
      await this.run();
    }
  }

  async #foldAll(): Promise<number> {
    if (this.#mustWait()) {
      return 0;
    }
    let changed = 0;
    for (const next of [readDue, readRefold]) {
      for (let isMore = true; isMore; ) {
        const block = await this.#store.transaction((tx) => this.#foldBlock(tx, next));
        changed += block.changed;
        isMore = block.isMore;
        if (block.changed > 0) {
          await this.#store.notify(STATUS_CHANNEL, '');
        }
        if (isMore) {
          await sleep(PAUSE_MS);
        }
      }
    }
    return changed;
  }

  /** Whether the clock can't be right; says so once. */
  #mustWait(): boolean {
    const now = this.#clock.now();
    const isSuspect = isClockSuspect(now);
    if (isSuspect && !this.#isSuspect) {
      const at = new Date(now).toISOString();
      this.#log.error(
        { code: 'clockSuspect', at },
        'the clock can not be right: nothing is folded',
      );
    }
    this.#isSuspect = isSuspect;
    return isSuspect;
  }

  async #foldBlock(tx: Tx, next: typeof readDue): Promise<{ changed: number; isMore: boolean }> {
    if (!(await takeLease(this.#store, tx))) {
      return { changed: 0, isMore: false };
    }
    const at = this.#clock.now();
    const day = foldingDay(at);
    const rows = await next(this.#store, tx, day);
    const ids = rows.map(({ id }) => id);
    const folded = await foldPersons(this.#store, tx, ids, day);
    const updates: unknown[][] = [];
    const events: [number, string][] = [];
    for (const { id, code_mac, status, due_on } of rows) {
      const fold = folded.get(id);
      if (fold && (fold.status !== status || fold.dueOn !== due_on)) {
        updates.push(statusUpdate(code_mac, fold, at));
      }
      if (fold && fold.status !== status) {
        events.push([id, fold.status]);
      }
    }
    await this.#store.insertMany(tx, updateStatuses, updates);
    await writeStatusEvents(this.#store, tx, events, at);
    return { changed: events.length, isMore: rows.length === BLOCK && !this.#isStopping };
  }
}

/** @returns false when another node folds at this moment. */
async function takeLease(store: Store, tx: Tx): Promise<boolean> {
  const lease = tx.selectFrom('meta').select('name').where('name', '=', LEASE);
  const row = await (store.engine === 'postgres'
    ? lease.forUpdate().skipLocked()
    : lease
  ).executeTakeFirst();
  return row !== undefined;
}

/** The next persons whose day has come, locked; whoever imports about them waits. */
function readDue(store: Store, tx: Tx, day: string): Promise<DueRow[]> {
  const due = tx
    .selectFrom('person')
    .select(['id', 'code_mac', 'status', 'due_on'])
    .where('due_on', '<=', day)
    .where('erased_at', 'is', null)
    .orderBy('due_on')
    .orderBy('id')
    .limit(BLOCK);
  return (store.engine === 'postgres' ? due.forUpdate() : due).execute();
}

/** The next persons of before this version, once in the database's life; its position moves with them. */
async function readRefold(store: Store, tx: Tx): Promise<DueRow[]> {
  const row = await tx
    .selectFrom('meta')
    .select('value')
    .where('name', '=', REFOLD)
    .executeTakeFirst();
  const [done = 0, last = 0] = row?.value.split('/').map(Number) ?? [];
  if (!row) {
    return [];
  }
  const query = tx
    .selectFrom('person')
    .select(['id', 'code_mac', 'status', 'due_on'])
    .where('id', '>', done)
    .where('id', '<=', last)
    .where('erased_at', 'is', null)
    .orderBy('id')
    .limit(BLOCK);
  const rows = await (store.engine === 'postgres' ? query.forUpdate() : query).execute();
  const id = rows.length < BLOCK ? undefined : rows.at(-1)?.id;
  await (id === undefined
    ? tx.deleteFrom('meta').where('name', '=', REFOLD).execute()
    : tx
        .updateTable('meta')
        .set({ value: `${id}/${last}` })
        .where('name', '=', REFOLD)
        .execute());
  return rows;
}
