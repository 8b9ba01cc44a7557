import type { KioskRow } from '../../fleet/view/kiosk-row.ts';
import { type KioskQuery, reselectKiosks, selectKiosks } from './kiosk-query.ts';
import type { LiveChange, LiveUpdate, Snapshot } from './live-events.ts';
import { onLiveUpdate } from './live-stream.ts';

export interface LiveRowsWatch {
  changed(): void;
  /** The server's time, at the table's slower pace. */
  beat(at: number): void;
}

/** "12 min ago" need not be right to the second. */
const BEATS_SHOWN = 5;
const RETRY_MS = 3_000;
/** Beyond so many rows at once, sorting all of them is the quicker way. */
const RESELECT_MAX = 400;

/** Where the rows come from: all of them at once, and then what changes. */
export interface RowSource {
  load(): Promise<Snapshot>;
  listen(onUpdate: (update: LiveUpdate) => void): () => void;
}

const server: RowSource = {
  async load() {
    const answer = await fetch('/fleet/kiosks.json');
    if (!answer.ok) {
      throw new Error(String(answer.status));
    }
    return await answer.json();
  },
  listen: onLiveUpdate,
};

/** The browser's copy of the rows, and those of them that are asked for. */
export class LiveRows {
  readonly #source: RowSource;
  readonly #rows = new Map<string, KioskRow>();
  /** What came before the snapshot did. */
  #early: { run: string; change: LiveChange }[] | undefined = [];
  #query: KioskQuery;
  #selected: KioskRow[] = [];
  #watch: LiveRowsWatch | undefined;
  #beats = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** The load under way: the answer of one before it is old. */
  #loads = 0;

  constructor(query: KioskQuery, source: RowSource = server) {
    this.#query = query;
    this.#source = source;
  }

  get selected(): readonly KioskRow[] {
    return this.#selected;
  }

  get total(): number {
    return this.#rows.size;
  }

  get loaded(): boolean {
    return this.#early === undefined;
  }

  start(watch: LiveRowsWatch): () => void {
    this.#watch = watch;
    const stop = this.#source.listen((update) => this.#onUpdate(update));
    void this.#load();
    return () => {
      clearTimeout(this.#retry);
      this.#loads += 1;
      stop();
      this.#watch = undefined;
    };
  }

  ask(query: KioskQuery): void {
    this.#query = query;
    this.#selected = selectKiosks(this.#rows.values(), query);
    this.#watch?.changed();
  }

  async #load(): Promise<void> {
    this.#loads += 1;
    const load = this.#loads;
    clearTimeout(this.#retry);
    try {
      const { run, rows, sequence } = await this.#source.load();
      if (load !== this.#loads) {
        return;
      }
      this.#rows.clear();
      for (const row of rows) {
        this.#rows.set(row.id, row);
      }
      const early = this.#early ?? [];
      this.#early = undefined;
      for (const one of early) {
        // Another node's changes are counted by that node: they are kept, whole rows as they are.
        if (one.run !== run || one.change.sequence > sequence) {
          this.#keep(one.change);
        }
      }
      this.ask(this.#query);
    } catch {
      if (load === this.#loads) {
        this.#retry = setTimeout(() => void this.#load(), RETRY_MS);
      }
    }
  }

  #onUpdate(update: LiveUpdate): void {
    switch (update.name) {
      case 'beat':
        this.#beats += 1;
        if (this.#beats % BEATS_SHOWN === 1) {
          this.#watch?.beat(update.at);
        }
        return;
      case 'reset':
        this.#early = [];
        void this.#load();
        return;
      case 'change':
        this.#change(update.run, update.change);
        return;
    }
  }

  #change(run: string, change: LiveChange): void {
    if (this.#early) {
      this.#early.push({ run, change });
      return;
    }
    if (change.rows.length + change.gone.length === 0) {
      return;
    }
    this.#keep(change);
    if (change.rows.length > RESELECT_MAX) {
      this.ask(this.#query);
      return;
    }
    this.#selected = reselectKiosks(this.#selected, change.rows, change.gone, this.#query);
    this.#watch?.changed();
  }

  #keep(change: LiveChange): void {
    for (const id of change.gone) {
      this.#rows.delete(id);
    }
    for (const row of change.rows) {
      this.#rows.set(row.id, row);
    }
  }
}
