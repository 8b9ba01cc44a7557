import type { Clock } from '../../../shared/clock.ts';
import { errorCode } from '../../../shared/errors.ts';
import { type FleetSummary, type KioskRow, summarise } from '../../fleet/view/kiosk-row.ts';
import type { Log } from '../../log.ts';
import type { LiveChange, Topic } from './live-events.ts';

/** Between two changes that go out, at least: a storm of them costs a page a few events a second. */
export const GATHER_MS = 200;
/** Changes kept for pages that reconnect; one that missed more than these fetches everything again. */
export const KEPT_CHANGES_MAX = 300;

export interface LiveHubDeps {
  /** The rows of the kiosks named, or of all; one that is not among them is no more. */
  readRows(ids?: readonly string[]): Promise<KioskRow[]>;
  /** Open alerts that are in no row. */
  alertsBesideGates(scope: Scope): number;
  clock: Clock;
  log: Log;
  /** Names this run: sequences of another one mean nothing here. */
  run: string;
}

/** The sites of a session (`StaffSession.sites`). */
export type Scope = 'all' | readonly string[];

function covers(scope: Scope, siteId: string): boolean {
  return scope === 'all' || scope.includes(siteId);
}

interface Kept {
  sequence: number;
  rows: KioskRow[];
  gone: { id: string; siteId: string }[];
  topics: Topic[];
}

/**
 * The fleet's rows in memory and what of them changes, for the pages that are open. It reads only what
 * was touched, and says only what differs.
 */
export class LiveHub {
  readonly #deps: LiveHubDeps;
  readonly #rows = new Map<string, KioskRow>();
  readonly #listeners = new Set<(change: Kept) => void>();
  readonly #kept: Kept[] = [];
  readonly #touched = new Set<string>();
  readonly #topics = new Set<Topic>();
  /** By scope, until the next change: a hundred open pages ask for the same few. */
  readonly #summaries = new Map<string, FleetSummary>();
  #sequence = 0;
  #gatheredAt = Number.NEGATIVE_INFINITY;
  #cancelGather: (() => void) | undefined;
  #reading: Promise<void> = Promise.resolve();
  #started: Promise<void> | undefined;
  #stopped = false;

  constructor(deps: LiveHubDeps) {
    this.#deps = deps;
  }

  get run(): string {
    return this.#deps.run;
  }

  get sequence(): number {
    return this.#sequence;
  }

  /** Reads every row, the first time that it is called: when the first page is asked for. */
  start(): Promise<void> {
    this.#started ??= this.#readAll().catch((error: unknown) => {
      this.#started = undefined;
      throw error;
    });
    return this.#started;
  }

  /** The ids of all kiosks. */
  ids(): string[] {
    return [...this.#rows.keys()];
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelGather?.();
    this.#listeners.clear();
  }

  /**
   * Something about these kiosks, or under these topics, may be different now.
   *
   * @param atOnce an operator's act: it goes out without waiting, and is seen even if it is over soon.
   */
  touch(ids: readonly string[], topics: readonly Topic[] = [], atOnce = false): void {
    // Without a page nobody listens, and the first one reads all.
    if (this.#stopped || !this.#started) {
      return;
    }
    for (const id of ids) {
      this.#touched.add(id);
    }
    for (const topic of topics) {
      this.#topics.add(topic);
    }
    // The first after a quiet time goes at once: what is over soon is seen all the same.
    const { clock } = this.#deps;
    const delay = atOnce ? 0 : Math.max(0, this.#gatheredAt + GATHER_MS - clock.monotonic());
    if (atOnce) {
      this.#cancelGather?.();
      this.#cancelGather = undefined;
    }
    this.#cancelGather ??= clock.after(delay, () => {
      this.#cancelGather = undefined;
      this.#gatheredAt = clock.monotonic();
      this.#reading = this.#reading.then(() => this.#gather());
    });
  }

  /** Resolves when what was touched before has gone out. */
  async settle(): Promise<void> {
    await this.#reading;
  }

  rows(scope: Scope): KioskRow[] {
    const rows = [...this.#rows.values()];
    return scope === 'all' ? rows : rows.filter(({ siteId }) => covers(scope, siteId));
  }

  summary(scope: Scope): FleetSummary {
    const key = scope === 'all' ? scope : scope.join('\n');
    let summary = this.#summaries.get(key);
    if (!summary) {
      summary = summarise(this.rows(scope), this.#deps.alertsBesideGates(scope));
      this.#summaries.set(key, summary);
    }
    return summary;
  }

  /** Calls with each change that a session may see; the returned function ends it. */
  listen(scope: Scope, onChange: (change: LiveChange) => void): () => void {
    const listener = (kept: Kept) => {
      const change = this.#seen(kept, scope);
      if (change) {
        onChange(change);
      }
    };
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The changes after a sequence, or `undefined` if some of them are no longer kept. */
  since(sequence: number, scope: Scope): LiveChange[] | undefined {
    const oldest = this.#kept[0]?.sequence ?? this.#sequence + 1;
    if (sequence > this.#sequence || sequence < oldest - 1) {
      return undefined;
    }
    return this.#kept
      .filter((kept) => kept.sequence > sequence)
      .flatMap((kept) => this.#seen(kept, scope) ?? []);
  }

  async #readAll(): Promise<void> {
    for (const row of await this.#deps.readRows()) {
      this.#rows.set(row.id, row);
    }
  }

  async #gather(): Promise<void> {
    const ids = [...this.#touched];
    const topics = [...this.#topics];
    this.#touched.clear();
    this.#topics.clear();
    try {
      const rows = ids.length > 0 ? await this.#deps.readRows(ids) : [];
      this.#apply(ids, rows, topics);
    } catch (error) {
      this.#deps.log.warn({ code: errorCode(error) }, 'the dashboard could not read its rows');
      // They stay touched: whatever is touched next reads them again.
      for (const id of ids) {
        this.#touched.add(id);
      }
      for (const topic of topics) {
        this.#topics.add(topic);
      }
    }
  }

  #apply(ids: readonly string[], read: readonly KioskRow[], topics: Topic[]): void {
    const present = new Set(read.map(({ id }) => id));
    const rows = read.filter((row) => !isSame(this.#rows.get(row.id), row));
    const changed = new Map(rows.map((row) => [row.id, row]));
    // A kiosk that moved has left its old site: pages that see only that one must drop it.
    const gone = ids
      .flatMap((id) => this.#rows.get(id) ?? [])
      .filter(
        ({ id, siteId }) => !present.has(id) || (changed.get(id)?.siteId ?? siteId) !== siteId,
      )
      .map(({ id, siteId }) => ({ id, siteId }));
    for (const { id } of gone) {
      this.#rows.delete(id);
    }
    for (const row of rows) {
      this.#rows.set(row.id, row);
    }
    if (rows.length + gone.length + topics.length === 0 || this.#stopped) {
      return;
    }
    this.#sequence += 1;
    this.#summaries.clear();
    const kept = { sequence: this.#sequence, rows, gone, topics };
    this.#kept.push(kept);
    if (this.#kept.length > KEPT_CHANGES_MAX) {
      this.#kept.shift();
    }
    for (const listener of this.#listeners) {
      listener(kept);
    }
  }

  #seen(kept: Kept, scope: Scope): LiveChange | undefined {
    const rows = kept.rows.filter(({ siteId }) => covers(scope, siteId));
    const gone = kept.gone.filter(({ siteId }) => covers(scope, siteId)).map(({ id }) => id);
    const topics = kept.topics.filter((topic) => this.#showsTopic(topic, scope));
    return rows.length + gone.length + topics.length > 0
      ? { sequence: kept.sequence, rows, gone, topics, summary: this.summary(scope) }
      : undefined;
  }

  #showsTopic(topic: Topic, scope: Scope): boolean {
    const [kind, id = ''] = topic.split(/:(.*)/s);
    const siteId = kind === 'gate' ? this.#rows.get(id)?.siteId : kind === 'site' ? id : undefined;
    return kind === 'gate' || kind === 'site'
      ? siteId !== undefined && covers(scope, siteId)
      : true;
  }
}

function isSame(one: KioskRow | undefined, other: KioskRow): boolean {
  return one !== undefined && JSON.stringify(one) === JSON.stringify(other);
}
