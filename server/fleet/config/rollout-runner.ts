import type { TableRow } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import type { ActivityLog } from '../access/activity-log.ts';
import type { Roster } from '../state/roster.ts';
import { setDesired } from './config-versions.ts';
import { targetsOfRollout } from './rollout-rows.ts';
import { type RolloutPlan, type RolloutState, stepRollout } from './rollout-step.ts';

/** Moves roll-outs on by what their kiosks reported; only the node with the lease does. */
export class RolloutRunner {
  readonly #store: Store;
  readonly #activity: ActivityLog;
  readonly #roster: Roster;
  readonly #now: () => number;
  /** Told after a commit of gates whose desired config is another one. */
  onDesired: (gates: readonly string[]) => Promise<void> = () => Promise.resolve();
  /** Told after any change of a roll-out. */
  onChange: (gates: readonly string[]) => void = () => {};

  constructor(deps: { store: Store; activity: ActivityLog; roster: Roster; now: () => number }) {
    this.#store = deps.store;
    this.#activity = deps.activity;
    this.#roster = deps.roster;
    this.#now = deps.now;
  }

  /** Moves every roll-out that is under way. */
  async step(): Promise<void> {
    const rows = await this.#store.db
      .selectFrom('rollout')
      .selectAll()
      .where('state', 'in', ['running', 'paused'])
      .execute();
    for (const row of rows) {
      await this.#stepOne(row);
    }
  }

  async #stepOne(row: TableRow<'rollout'>): Promise<void> {
    const targets = await targetsOfRollout(this.#store, row.id);
    const here = { state: row.state as RolloutState, stage: row.stage, stageAt: row.stage_at };
    const plan = JSON.parse(row.plan) as RolloutPlan;
    const report = (gate: string) => this.#reported(gate, row.version);
    const at = this.#now();
    const next = stepRollout({ ...here, version: row.version, plan }, targets, report, at);
    const hasMoved =
      next.changed.length > 0 || next.state !== here.state || next.stage !== here.stage;
    if (!hasMoved) {
      return;
    }
    const told = next.changed.filter(({ state }) => state === 'sent').map(({ gate }) => gate);
    const isDone = await this.#store.transaction(async (tx) => {
      const { state, stage, stageAt } = next;
      const isOver = state !== 'running' && state !== 'paused';
      const { numUpdatedRows } = await tx
        .updateTable('rollout')
        .set({ state, stage, stage_at: stageAt, ended_at: isOver ? at : null })
        .where('id', '=', row.id)
        .where('state', '=', here.state)
        .executeTakeFirstOrThrow();
      if (!numUpdatedRows) {
        // Somebody has held or ended it since it was read: nobody more is told.
        return false;
      }
      for (const target of next.changed) {
        await tx
          .updateTable('rollout_target')
          .set({ state: target.state, problem: target.problem ?? null, at: target.at })
          .where('rollout', '=', row.id)
          .where('gate', '=', target.gate)
          .execute();
        const isHere = this.#roster.get(target.gate) !== undefined;
        if (target.state === 'sent' && isHere) {
          await setDesired(tx, target.gate, { version: row.version, rollout: row.id, at });
        }
      }
      if (state !== here.state) {
        const body = { rollout: row.id };
        await this.#activity.note(tx, [{ kind: `rollout.${state}`, body }]);
      }
      return true;
    });
    if (!isDone) {
      return;
    }
    if (told.length > 0) {
      await this.onDesired(told);
    }
    this.onChange(next.changed.map(({ gate }) => gate));
  }

  /** A kiosk without a word of its config runs its own file, which is version 0. */
  #reported(gate: string, version: number) {
    const told = this.#roster.get(gate)?.lastReport;
    return (
      told &&
      (told.config ?? (version === 0 ? { version: 0, status: 'running' as const } : undefined))
    );
  }
}
