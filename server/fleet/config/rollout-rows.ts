import { z } from 'zod';
import type { TableRow } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import type { GateFilter } from '../view/gate-filter.ts';
import type { RolloutPlan, RolloutState, Target, TargetState } from './rollout-step.ts';

export const rolloutPlanSchema = z.strictObject({
  percentages: z
    .array(z.number().int().min(1).max(100))
    .min(1)
    .max(10)
    .default([5, 25, 100])
    .refine(
      (all) => all.at(-1) === 100 && all.every((one, index) => one > (all[index - 1] ?? 0)),
      'grow, and end with 100',
    ),
  failuresMax: z.number().int().min(0).max(1_000).default(0),
  soakMs: z
    .number()
    .int()
    .min(0)
    .max(7 * 86_400_000)
    .default(60_000),
  patienceMs: z
    .number()
    .int()
    .min(1_000)
    .max(7 * 86_400_000)
    .default(600_000),
});
export interface Rollout {
  id: string;
  version: number;
  filter: GateFilter;
  plan: RolloutPlan;
  state: RolloutState;
  stage: number;
  actor: string;
  reason: string;
  startedAt: number;
  endedAt?: number | undefined;
  /** How many targets are in which state. */
  counts: Record<TargetState, number>;
}

export interface RolloutDetails extends Rollout {
  targets: (Target & { previous: number })[];
}

export const insertTargets = {
  table: 'rollout_target',
  columns: {
    rollout: 'text',
    gate: 'text',
    position: 'integer',
    previous: 'bigint',
    state: 'text',
    at: 'bigint',
  },
} as const;

export type RolloutRow = TableRow<'rollout'>;

/** @param targets those that the reader may see. */
export function toRollout(row: RolloutRow, targets: readonly Pick<Target, 'state'>[]): Rollout {
  const counts = { waiting: 0, sent: 0, applied: 0, failed: 0, late: 0 };
  for (const { state } of targets) {
    counts[state] += 1;
  }
  return {
    id: row.id,
    version: row.version,
    filter: JSON.parse(row.filter),
    plan: JSON.parse(row.plan),
    state: row.state,
    stage: row.stage,
    actor: row.actor,
    reason: row.reason,
    startedAt: row.started_at,
    endedAt: row.ended_at ?? undefined,
    counts,
  };
}

/** A roll-out's gates in the order in which they take their turn. */
export async function targetsOfRollout(
  store: Store,
  id: string,
): Promise<(Target & { previous: number })[]> {
  const rows = await store.db
    .selectFrom('rollout_target')
    .selectAll()
    .where('rollout', '=', id)
    .orderBy('position')
    .execute();
  return rows.map(({ gate, state, at, problem, previous }) => ({
    gate,
    state,
    at,
    previous: previous ?? 0,
    problem: problem ?? undefined,
  }));
}
