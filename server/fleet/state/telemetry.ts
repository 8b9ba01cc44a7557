import {
  type Measured,
  type Measurement,
  measured,
  sampleOf,
} from '../../../shared/protocol/measurement.ts';
import type { BulkInsert, Store, Tx } from '../../store/store.ts';
import { byOutcome, type NewOutcomes, type Outcome, outcomes } from './last-report.ts';
import { isStale } from './presence.ts';
import type { RosterGate } from './roster.ts';
import { decodeSample, encodeSample, hoursOf, lastOfEach } from './samples.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
/** One value a minute for two days, one an hour for thirteen months. */
export const MINUTES_KEPT_MS = 2 * 86_400_000;
export const HOURS_KEPT_MS = 396 * 86_400_000;
/** Gates whose minutes become an hour in one step, at most. */
const GATES_PER_STEP = 50;
/** How much of what is past its time one step deletes, in milliseconds of its age. */
const PRUNE_STEP_MS = 10 * MINUTE_MS;
/** Fewer than these in an hour are shown as "< 5": a small count could be about one person. */
export const SMALL_COUNT = 5;

/** Verifications of one gate in one hour, at most: nobody passes that many. */
const HOUR_COUNT_MAX = 1_000_000_000;

const insertSamples: BulkInsert = {
  table: 'telemetry',
  columns: { gate: 'text', span: 'text', at: 'bigint', body: 'text' },
  tail: 'on conflict (gate, span, at) do update set body = excluded.body',
};
const fillSamples: BulkInsert = {
  ...insertSamples,
  tail: 'on conflict (gate, span, at) do nothing',
};
const insertCounts: BulkInsert = {
  table: 'outcome_hour',
  columns: {
    gate: 'text',
    at: 'bigint',
    granted: 'bigint',
    denied: 'bigint',
    unconfirmed: 'bigint',
    otp_required: 'bigint',
    throttled: 'bigint',
  },
  // A kiosk that reports anything adds up to no more than the column can hold.
  tail: `on conflict (gate, at) do update set ${[
    'granted',
    'denied',
    'unconfirmed',
    'otp_required',
    'throttled',
  ]
    .map((name) => {
      const sum = `outcome_hour.${name} + excluded.${name}`;
      return `${name} = case when ${sum} > ${HOUR_COUNT_MAX} then ${HOUR_COUNT_MAX} else ${sum} end`;
    })
    .join(', ')}`,
};

/** Counts of one gate and hour that are not in the store yet. */
export interface PendingCount {
  gate: string;
  at: number;
  counts: NewOutcomes;
}

/** A gate's history for a chart: `values[metric][i]` is at `at[i]`; null: not reported. */
export interface History {
  span: 'minute' | 'hour';
  at: number[];
  values: Partial<Record<Measured, (number | null)[]>>;
  /** By hour, whatever the span. */
  outcomes: { at: number[]; counts: Record<Outcome, (number | '< 5')[]> };
}

/** What kiosks reported over time: bounded in size, and deleted when its time is over. */
export class Telemetry {
  readonly #store: Store;
  readonly #pending = new Map<string, PendingCount>();
  #sampledSecond: number | undefined;
  #rolledUpTo: { hour: number; after: string } | undefined;

  constructor(deps: { store: Store }) {
    this.#store = deps.store;
  }

  /** Adds to an hour's counts; {@link takeCounts} hands them to the store's next write. */
  count(gate: string, fresh: NewOutcomes, now: number): void {
    const at = now - (now % HOUR_MS);
    const key = `${gate} ${at}`;
    const before = this.#pending.get(key)?.counts;
    const counts = byOutcome((outcome) => (before?.[outcome] ?? 0) + fresh[outcome]);
    this.#pending.set(key, { gate, at, counts });
  }

  takeCounts(): PendingCount[] {
    const all = [...this.#pending.values()];
    this.#pending.clear();
    return all;
  }

  /** Counts whose write failed, for the next one. */
  giveBack(counts: readonly PendingCount[]): void {
    for (const one of counts) {
      this.count(one.gate, one.counts, one.at);
    }
  }

  async writeCounts(tx: Tx, counts: readonly PendingCount[]): Promise<void> {
    const rows = counts.map(({ gate, at, counts: by }) => [
      gate,
      at,
      ...outcomes.map((outcome) => by[outcome]),
    ]);
    await this.#store.insertMany(tx, insertCounts, rows);
  }

  /**
   * Stores one sample a minute of each gate that reports; gates take turns over the minute's seconds, so
   * that thousands of rows are not written at once.
   */
  async sample(entries: readonly RosterGate[], now: number): Promise<void> {
    const second = Math.floor(now / 1000);
    const from = Math.max(second - 59, (this.#sampledSecond ?? second - 1) + 1);
    this.#sampledSecond = second;
    const due = new Set<number>();
    for (let at = from; at <= second; at += 1) {
      due.add(at % 60);
    }
    const rows: unknown[][] = [];
    for (const { gate, lastReport } of entries) {
      const isDue = due.size > 0 && due.has(turnOf(gate.id));
      if (isDue && lastReport?.status && !isStale(lastReport, now)) {
        const body = encodeSample(sampleOf(lastReport.status));
        rows.push([gate.id, 'minute', now - (now % MINUTE_MS), body]);
      }
    }
    if (rows.length > 0) {
      await this.#store.transaction((tx) => this.#store.insertMany(tx, insertSamples, rows));
    }
  }

  /**
   * Stores what a gate measured while it had no link. A minute that has a sample keeps it, one that is too
   * old or in the future is dropped, and hours that were rolled up already are rolled up again.
   */
  async fill(gate: string, measurements: readonly Measurement[], now: number): Promise<void> {
    const kept = measurements.filter(
      ({ at }) => at > now - MINUTES_KEPT_MS && at <= now + MINUTE_MS,
    );
    const rows = kept.map(({ at, sample }) => [
      gate,
      'minute',
      at - (at % MINUTE_MS),
      encodeSample(sample),
    ]);
    const starts = kept.map(({ at }) => at - (at % HOUR_MS));
    if (rows.length === 0) {
      return;
    }
    await this.#store.transaction(async (tx) => {
      await this.#store.insertMany(tx, fillSamples, lastOfEach(rows));
      const minutes = await tx
        .selectFrom('telemetry')
        .select(['gate', 'at', 'body'])
        .where('gate', '=', gate)
        .where('span', '=', 'minute')
        .where('at', '>=', Math.min(...starts))
        .where('at', '<', Math.min(Math.max(...starts) + HOUR_MS, now - (now % HOUR_MS)))
        .execute();
      const hours = hoursOf(minutes);
      if (hours.length > 0) {
        await this.#store.insertMany(tx, insertSamples, hours);
      }
    });
  }

  /** One step of rolling minutes up to hours; answers whether there is more to do. */
  async rollUp(now: number): Promise<boolean> {
    const hour = now - (now % HOUR_MS) - HOUR_MS;
    // The last minute's samples are all written a minute after the hour.
    if (now % HOUR_MS < 2 * MINUTE_MS && this.#rolledUpTo !== undefined) {
      return false;
    }
    if (this.#rolledUpTo?.hour !== hour) {
      this.#rolledUpTo = { hour, after: '' };
    }
    const gates = await this.#store.db
      .selectFrom('gate')
      .select('id')
      .where('id', '>', this.#rolledUpTo.after)
      .orderBy('id')
      .limit(GATES_PER_STEP)
      .execute();
    const last = gates.at(-1);
    if (!last) {
      return false;
    }
    const rows = await this.#store.db
      .selectFrom('telemetry')
      .select(['gate', 'at', 'body'])
      .where('span', '=', 'minute')
      .where('at', '>=', hour)
      .where('at', '<', hour + HOUR_MS)
      .where('gate', '>=', gates[0]?.id ?? '')
      .where('gate', '<=', last.id)
      .execute();
    const hours = hoursOf(rows);
    if (hours.length > 0) {
      await this.#store.transaction((tx) => this.#store.insertMany(tx, insertSamples, hours));
    }
    this.#rolledUpTo.after = last.id;
    return true;
  }

  /** One step of deleting what is past its time; answers whether there is more to do. */
  async prune(now: number): Promise<boolean> {
    const minutes = await this.#pruneSpan('minute', now - MINUTES_KEPT_MS);
    const hours = await this.#pruneSpan('hour', now - HOURS_KEPT_MS);
    await this.#store.db
      .deleteFrom('outcome_hour')
      .where('at', '<', now - HOURS_KEPT_MS)
      .execute();
    return minutes || hours;
  }

  /** A gate's history between two times, by the minute where that is kept and not too long. */
  async history(gate: string, range: { from: number; to: number }, now: number): Promise<History> {
    const fine = range.from >= now - MINUTES_KEPT_MS;
    const span = fine ? 'minute' : 'hour';
    const rows = await this.#store.db
      .selectFrom('telemetry')
      .select(['at', 'body'])
      .where('gate', '=', gate)
      .where('span', '=', span)
      .where('at', '>=', Math.max(range.from, now - HOURS_KEPT_MS))
      .where('at', '<=', range.to)
      .orderBy('at')
      .execute();
    const samples = rows.map(({ body }) => decodeSample(body));
    const values: History['values'] = {};
    for (const name of measured) {
      if (samples.some((sample) => sample[name] !== undefined)) {
        values[name] = samples.map((sample) => sample[name] ?? null);
      }
    }
    return {
      span,
      at: rows.map(({ at }) => at),
      values,
      outcomes: masked(await this.outcomesOf(gate, range)),
    };
  }

  /** Exact counts by hour, for the alerts' own use; what is shown goes through {@link masked}. */
  async outcomesOf(
    gate: string,
    range: { from: number; to: number },
  ): Promise<{ at: number; counts: NewOutcomes }[]> {
    const rows = await this.#store.db
      .selectFrom('outcome_hour')
      .selectAll()
      .where('gate', '=', gate)
      .where('at', '>=', range.from - HOUR_MS + 1)
      .where('at', '<=', range.to)
      .orderBy('at')
      .execute();
    return rows.map(({ at, granted, denied, unconfirmed, otp_required, throttled }) => ({
      at,
      counts: { granted, denied, unconfirmed, otpRequired: otp_required, throttled },
    }));
  }

  async #pruneSpan(span: 'minute' | 'hour', before: number): Promise<boolean> {
    const oldest = await this.#store.db
      .selectFrom('telemetry')
      .select(({ fn }) => fn.min('at').as('at'))
      .where('span', '=', span)
      .executeTakeFirst();
    if (oldest?.at === null || oldest?.at === undefined || oldest.at >= before) {
      return false;
    }
    const step = span === 'minute' ? PRUNE_STEP_MS : HOUR_MS;
    await this.#store.db
      .deleteFrom('telemetry')
      .where('span', '=', span)
      .where('at', '<', Math.min(before, oldest.at + step))
      .execute();
    return true;
  }
}

/** Counts as they may be shown: a small one that is not zero is only "< 5". */
export function masked(hours: readonly { at: number; counts: NewOutcomes }[]): History['outcomes'] {
  const counts = byOutcome((outcome) => hours.map(({ counts: by }) => shownCount(by[outcome])));
  return { at: hours.map(({ at }) => at), counts };
}

export function shownCount(count: number): number | '< 5' {
  return count > 0 && count < SMALL_COUNT ? '< 5' : count;
}

/** The second of each minute in which a gate's sample is taken. */
function turnOf(gate: string): number {
  let hash = 0;
  for (let index = 0; index < gate.length; index += 1) {
    hash = (hash * 31 + gate.charCodeAt(index)) >>> 0;
  }
  return hash % 60;
}
