import type { SetAside } from '../../set-aside.ts';
import type { Store } from '../../store/store.ts';
import type { ActivityLog } from '../access/activity-log.ts';
import type { FleetBus } from '../bus/fleet-bus.ts';
import type { Roster } from '../state/roster.ts';
import { setDesired } from './config-versions.ts';
import { type RolloutRow, targetsOfRollout } from './rollout-rows.ts';
import { type RolloutPlan, stepRollout } from './rollout-step.ts';

/** Advances roll-outs by what their kiosks reported; only on the node with the lease. */
export class RolloutRunner {
  readonly #store: Store;
  readonly #activity: ActivityLog;
  readonly #roster: Roster;
  readonly #bus: FleetBus;
  readonly #now: () => number;
  readonly #setAside: SetAside;

  constructor(deps: {
    store: Store;
    activity: ActivityLog;
    roster: Roster;
    bus: FleetBus;
    now: () => number;
    setAside: SetAside;
  }) {
    this.#setAside = deps.setAside;
    this.#store = deps.store;
    this.#activity = deps.activity;
    this.#roster = deps.roster;
    this.#bus = deps.bus;
    this.#now = deps.now;
  }

  /** Advances every roll-out that is under way. */
  async step(): Promise<void> {
    const rows = await this.#store.db
      .selectFrom('rollout')
      .selectAll()
      .where('state', 'in', ['running', 'paused'])
      .execute();
    for (const row of rows) {
      await this.#setAside.try('rollouts', String(row.id), () => this.#stepOne(row));
    }
  }

  async #stepOne(row: RolloutRow): Promise<void> {
    const targets = await targetsOfRollout(this.#store, row.id);
    const here = { state: row.state, stage: row.stage, stageAt: row.stage_at };
    const plan: RolloutPlan = JSON.parse(row.plan);
    const report = (gate: string) => this.#reported(gate, row.version);
    const at = this.#now();
    const next = stepRollout({ ...here, version: row.version, plan }, targets, report, at);
    const hasMoved =
      next.changed.length > 0 || next.state !== here.state || next.stage !== here.stage;
    if (!hasMoved) {
      return;
    }
    const sent = next.changed.filter(({ state }) => state === 'sent').map(({ gate }) => gate);
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
        // Somebody paused or ended it since it was read: nothing more is sent.
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
    if (sent.length > 0) {
      await this.#bus.emit('rosterChanged', { sites: [], gates: sent });
    }
    const gates = next.changed.map(({ gate }) => gate);
    void this.#bus.emit('viewChanged', { gates, topics: ['rollouts', 'activity'] });
  }

  /** A kiosk that reports no config runs its own file, which is version 0. */
  #reported(gate: string, version: number) {
    const report = this.#roster.get(gate)?.lastReport;
    const ownFile = version === 0 ? ({ version: 0, status: 'running' } as const) : undefined;
    return report && (report.config ?? ownFile);
  }
}
