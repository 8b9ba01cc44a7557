import type { Store } from '../../store/store.ts';
import { HOUR_MS } from '../state/telemetry.ts';

/** One gate's answers of the last sixty minutes, and its usual number of refusals in an hour. */
export interface HourCount {
  denied: number;
  throttled: number;
  habit: number;
}

const HABIT_DAYS = 28;
const HABIT_GATES_MAX = 500;

/**
 * Refusals and throttled tries of the last sixty minutes, gate by gate, and the gate's habit: only of
 * gates with so many that the habit matters.
 */
export class HourCounts {
  readonly #store: Store;
  readonly #refusalsMin: number;
  readonly #habits = new Map<string, { hour: number; habit: number }>();
  #current = new Map<string, HourCount>();

  constructor(deps: { store: Store; refusalsMin: number }) {
    this.#store = deps.store;
    this.#refusalsMin = deps.refusalsMin;
  }

  current(): ReadonlyMap<string, HourCount> {
    return this.#current;
  }

  async refresh(now: number): Promise<void> {
    const hour = now - (now % HOUR_MS);
    const share = 1 - (now - hour) / HOUR_MS;
    const rows = await this.#store.db
      .selectFrom('outcome_hour')
      .select(['gate', 'at', 'denied', 'throttled'])
      .where('at', '>=', hour - HOUR_MS)
      .execute();
    const counts = new Map<string, HourCount>();
    for (const { gate, at, denied, throttled } of rows) {
      const part = at === hour ? 1 : share;
      const before = counts.get(gate) ?? { denied: 0, throttled: 0, habit: 0 };
      counts.set(gate, {
        denied: before.denied + denied * part,
        throttled: before.throttled + throttled * part,
        habit: 0,
      });
    }
    for (const [gate, count] of counts) {
      const { denied, throttled } = count;
      const habit = denied >= this.#refusalsMin ? await this.#habitOf(gate, hour) : 0;
      const whole = { denied: Math.round(denied), throttled: Math.round(throttled) };
      counts.set(gate, { ...whole, habit });
    }
    this.#current = counts;
  }

  /** The mean of refusals in an hour with any verification, over four weeks before the last hour. */
  async #habitOf(gate: string, hour: number): Promise<number> {
    const known = this.#habits.get(gate);
    if (known?.hour === hour) {
      return known.habit;
    }
    const row = await this.#store.db
      .selectFrom('outcome_hour')
      .select(({ fn }) => [
        fn.sum<number>('denied').as('denied'),
        fn.countAll<number>().as('hours'),
      ])
      .where('gate', '=', gate)
      .where('at', '>=', hour - HABIT_DAYS * 24 * HOUR_MS)
      .where('at', '<', hour - HOUR_MS)
      .executeTakeFirst();
    const hours = Number(row?.hours ?? 0);
    const habit = hours > 0 ? Number(row?.denied ?? 0) / hours : 0;
    const [oldest] = this.#habits.keys();
    if (this.#habits.size >= HABIT_GATES_MAX && oldest !== undefined) {
      this.#habits.delete(oldest);
    }
    this.#habits.set(gate, { hour, habit });
    return habit;
  }
}
