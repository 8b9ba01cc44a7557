import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { Audit } from '../audit/audit.ts';
import { bodyOf } from '../audit/body.ts';
import type { Log } from '../log.ts';
import type { TableRow } from '../store/schema.ts';
import type { Store } from '../store/store.ts';

/** The same code at two sites within this time is a signal in the audit ("impossible travel"). */
export const VELOCITY_WINDOW_MS = 600_000;
/** Bound on people kept in memory; the least recent half is dropped first. */
const SUBJECTS_MAX = 200_000;
/** How often the audit chains of other nodes are polled. */
const POLL_INTERVAL_MS = 15_000;
/** Rows of a chain read at start, and in one query. */
const ROWS_MAX = 5_000;

/** What is odd about a verification; recorded, but no reason to refuse. */
export type Signal = 'elsewhereMinutesAgo';

interface Observation {
  site: string;
  at: number;
  /** Answered by this node. */
  isOwn: boolean;
}

type AuditRow = Pick<TableRow<'audit'>, 'sequence' | 'at' | 'subject' | 'body'>;

/**
 * Detects a code used at two sites within minutes. Keeps each person's last site in memory, under the
 * month's pseudonym, from this node's answers and the audit chains of the other nodes; an answer only
 * waits for a map lookup.
 *
 * Two nodes that answer for the same person at the same moment do not know of each other yet: the one that
 * answered later finds the earlier row at its next poll and appends an audit row of kind `signal`.
 */
export class VelocityCheck {
  readonly #store: Store;
  readonly #audit: Audit;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #node: string;
  readonly #recent = new RecentSites();
  /** Last sequence number read of each node's chain. */
  readonly #readTo = new Map<string, number>();
  #cancel: () => void = () => {};
  #polling: Promise<void> = Promise.resolve();

  constructor(deps: { store: Store; audit: Audit; clock: Clock; log: Log; node: string }) {
    this.#store = deps.store;
    this.#audit = deps.audit;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#node = deps.node;
  }

  /** Reads back what was answered before a restart, and begins to poll the other nodes. */
  async start(): Promise<void> {
    for (const { node, sequence } of await this.#heads()) {
      await this.#read(node, Math.max(0, sequence - ROWS_MAX));
    }
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#cancel();
    await this.#polling;
    this.#cancel();
  }

  /** Observations of one batch of answers; they count for later ones once `commit` is called. */
  startBatch(now: number): VelocityBatch {
    return new VelocityBatch(this.#recent, now);
  }

  /** Reads what other nodes answered since the last poll. */
  async pollOtherNodes(): Promise<void> {
    for (const { node, sequence } of await this.#heads()) {
      if (node !== this.#node && sequence > (this.#readTo.get(node) ?? 0)) {
        await this.#read(node, this.#readTo.get(node) ?? Math.max(0, sequence - ROWS_MAX));
      }
    }
    this.#recent.expire(this.#clock.now());
  }

  #schedule(): void {
    this.#cancel = this.#clock.after(POLL_INTERVAL_MS, () => {
      this.#polling = this.pollOtherNodes().catch((error: unknown) => {
        this.#log.warn({ code: errorCode(error) }, 'polling the other nodes failed');
      });
      void this.#polling.then(() => this.#schedule());
    });
  }

  #heads() {
    return this.#store.db.selectFrom('audit_head').select(['node', 'sequence']).execute();
  }

  async #read(node: string, after: number): Promise<void> {
    for (let from = after; ; ) {
      const rows: AuditRow[] = await this.#store.db
        .selectFrom('audit')
        .select(['sequence', 'at', 'subject', 'body'])
        .where('node', '=', node)
        .where('sequence', '>', from)
        .where('kind', '=', 'verification')
        .orderBy('sequence')
        .limit(ROWS_MAX)
        .execute();
      await this.#observeRows(node, rows);
      from = rows.at(-1)?.sequence ?? from;
      this.#readTo.set(node, from);
      if (rows.length < ROWS_MAX) {
        return;
      }
    }
  }

  async #observeRows(node: string, rows: readonly AuditRow[]): Promise<void> {
    const isOwn = node === this.#node;
    const since = this.#clock.now() - VELOCITY_WINDOW_MS;
    const events: Parameters<Audit['append']>[1][number][] = [];
    for (const { sequence, at, subject, body } of rows) {
      const { cause, site } = bodyOf<{ cause: string; site: string }>(body);
      if (cause !== 'recognised' || site === undefined || at < since) {
        continue;
      }
      const known = this.#recent.get(subject);
      if (!known || known.at <= at) {
        this.#recent.set(subject, { site, at, isOwn });
      } else if (!isOwn && known.isOwn && isElsewhere(known, { site, at })) {
        const signals: Signal[] = ['elsewhereMinutesAgo'];
        const before = { node, sequence, at, site };
        const own = { at: known.at, site: known.site };
        events.push({ kind: 'signal', pseudonym: subject, body: { signals, before, own } });
      }
    }
    if (events.length > 0) {
      await this.#store.transaction((tx) => this.#audit.append(tx, events));
    }
  }
}

/**
 * Each person's last observation, in two generations: when the newer one is full or older than the window
 * it becomes the older one, and the previous older one is dropped. Entries are never deleted singly.
 */
class RecentSites {
  #newer = new Map<string, Observation>();
  #older = new Map<string, Observation>();
  #since = 0;

  get(subject: string): Observation | undefined {
    return this.#newer.get(subject) ?? this.#older.get(subject);
  }

  set(subject: string, observation: Observation): void {
    if (this.#newer.size >= SUBJECTS_MAX / 2) {
      this.#rotate(observation.at);
    }
    this.#newer.set(subject, observation);
  }

  /** Drops what is older than twice the window, and keeps at least what is younger than the window. */
  expire(now: number): void {
    if (now - this.#since >= VELOCITY_WINDOW_MS) {
      this.#rotate(now);
    }
  }

  #rotate(now: number): void {
    this.#older = this.#newer;
    this.#newer = new Map();
    this.#since = now;
  }
}

/** The observations of one batch of answers. */
export class VelocityBatch {
  readonly #recent: RecentSites;
  readonly #own = new Map<string, Observation>();
  readonly #now: number;

  constructor(recent: RecentSites, now: number) {
    this.#recent = recent;
    this.#now = now;
  }

  /** @param subject the month's pseudonym of the person recognised. */
  observe(subject: string, site: string): Signal[] {
    const before = this.#own.get(subject) ?? this.#recent.get(subject);
    const now = { site, at: this.#now, isOwn: true };
    this.#own.set(subject, now);
    return before && isElsewhere(now, before) ? ['elsewhereMinutesAgo'] : [];
  }

  commit(): void {
    for (const [subject, observation] of this.#own) {
      this.#recent.set(subject, observation);
    }
  }
}

function isElsewhere(now: { site: string; at: number }, before: { site: string; at: number }) {
  return now.site !== before.site && now.at - before.at < VELOCITY_WINDOW_MS;
}
