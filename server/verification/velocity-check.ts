import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { Audit } from '../audit/audit.ts';
import { bodyOf } from '../audit/body.ts';
import type { Log } from '../log.ts';
import type { TableRow } from '../store/schema.ts';
import type { Store } from '../store/store.ts';

/** The same code at two sites within this time is noted in the audit. */
export const VELOCITY_WINDOW_MS = 600_000;
/** People who are remembered, at most; who was not seen for the longest leaves first. */
const SIGHTINGS_MAX = 200_000;
/** How often other nodes' chains are looked at. */
const FOLLOW_EVERY_MS = 15_000;
/** Rows of a chain that are read at start and at one look. */
const ROWS_MAX = 5_000;

/** What is odd about a verification; noted, and no reason to refuse. */
export type Signal = 'elsewhereMinutesAgo';

interface Sighting {
  site: string;
  at: number;
  isOwn: boolean;
}

type SeenRow = Pick<TableRow<'audit'>, 'sequence' | 'at' | 'subject' | 'body'>;

/**
 * Where people were seen in the last minutes, under the month's pseudonyms, in memory: what this node
 * answered, and what other nodes' chains tell. Nothing of it is in the path of an answer but a look into
 * a map.
 *
 * Two nodes that see a person in the same moment don't know of each other's answer yet: whoever answered
 * later finds the earlier row when it next looks, and appends a row of kind `signal`.
 */
export class VelocityCheck {
  readonly #store: Store;
  readonly #audit: Audit;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #node: string;
  readonly #last = new Seen();
  /** How far other nodes' chains were read. */
  readonly #readTo = new Map<string, number>();
  #cancel: () => void = () => {};
  #looking: Promise<void> = Promise.resolve();

  constructor(deps: { store: Store; audit: Audit; clock: Clock; log: Log; node: string }) {
    this.#store = deps.store;
    this.#audit = deps.audit;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#node = deps.node;
  }

  /** Remembers what was answered before a restart, and follows the other nodes. */
  async start(): Promise<void> {
    for (const { node, sequence } of await this.#heads()) {
      await this.#read(node, Math.max(0, sequence - ROWS_MAX));
    }
    this.#again();
  }

  async stop(): Promise<void> {
    this.#cancel();
    await this.#looking;
    this.#cancel();
  }

  /** What a group of answers sees; it is remembered when `keep` is called, after their commit. */
  startBatch(now: number): VelocityBatch {
    return new VelocityBatch(this.#last, now);
  }

  /** Looks at what other nodes answered since the last look. */
  async pollOtherNodes(): Promise<void> {
    for (const { node, sequence } of await this.#heads()) {
      if (node !== this.#node && sequence > (this.#readTo.get(node) ?? 0)) {
        await this.#read(node, this.#readTo.get(node) ?? Math.max(0, sequence - ROWS_MAX));
      }
    }
    this.#last.forget(this.#clock.now());
  }

  #again(): void {
    this.#cancel = this.#clock.after(FOLLOW_EVERY_MS, () => {
      this.#looking = this.pollOtherNodes().catch((error: unknown) => {
        this.#log.warn({ code: errorCode(error) }, 'other nodes were not looked at');
      });
      void this.#looking.then(() => this.#again());
    });
  }

  #heads() {
    return this.#store.db.selectFrom('audit_head').select(['node', 'sequence']).execute();
  }

  async #read(node: string, after: number): Promise<void> {
    for (let from = after; ; ) {
      const rows: SeenRow[] = await this.#store.db
        .selectFrom('audit')
        .select(['sequence', 'at', 'subject', 'body'])
        .where('node', '=', node)
        .where('sequence', '>', from)
        .where('kind', '=', 'verification')
        .orderBy('sequence')
        .limit(ROWS_MAX)
        .execute();
      await this.#take(node, rows);
      from = rows.at(-1)?.sequence ?? from;
      this.#readTo.set(node, from);
      if (rows.length < ROWS_MAX) {
        return;
      }
    }
  }

  async #take(node: string, rows: readonly SeenRow[]): Promise<void> {
    const isOwn = node === this.#node;
    const since = this.#clock.now() - VELOCITY_WINDOW_MS;
    const events: Parameters<Audit['append']>[1][number][] = [];
    for (const { sequence, at, subject, body } of rows) {
      const { cause, site } = bodyOf<{ cause: string; site: string }>(body);
      if (cause !== 'recognised' || site === undefined || at < since) {
        continue;
      }
      const known = this.#last.get(subject);
      if (!known || known.at <= at) {
        this.#last.set(subject, { site, at, isOwn });
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
 * The last velocityCheck in two halves of the window: a half that is full, or old, becomes the older one, and
 * what was older is forgotten. So nothing is ever moved or deleted on its own.
 */
class Seen {
  #newer = new Map<string, Sighting>();
  #older = new Map<string, Sighting>();
  #since = 0;

  get(subject: string): Sighting | undefined {
    return this.#newer.get(subject) ?? this.#older.get(subject);
  }

  set(subject: string, sighting: Sighting): void {
    if (this.#newer.size >= SIGHTINGS_MAX / 2) {
      this.#turn(sighting.at);
    }
    this.#newer.set(subject, sighting);
  }

  /** Lets go of what is older than the window, and of up to as much again. */
  forget(now: number): void {
    if (now - this.#since >= VELOCITY_WINDOW_MS) {
      this.#turn(now);
    }
  }

  #turn(now: number): void {
    this.#older = this.#newer;
    this.#newer = new Map();
    this.#since = now;
  }
}

/** The velocityCheck of one group of answers. */
export class VelocityBatch {
  readonly #last: Seen;
  readonly #own = new Map<string, Sighting>();
  readonly #now: number;

  constructor(last: Seen, now: number) {
    this.#last = last;
    this.#now = now;
  }

  /** @param subject the month's pseudonym of whom was recognised. */
  observe(subject: string, site: string): Signal[] {
    const before = this.#own.get(subject) ?? this.#last.get(subject);
    const now = { site, at: this.#now, isOwn: true };
    this.#own.set(subject, now);
    return before && isElsewhere(now, before) ? ['elsewhereMinutesAgo'] : [];
  }

  commit(): void {
    for (const [subject, sighting] of this.#own) {
      this.#last.set(subject, sighting);
    }
  }
}

function isElsewhere(now: { site: string; at: number }, before: { site: string; at: number }) {
  return now.site !== before.site && now.at - before.at < VELOCITY_WINDOW_MS;
}
