import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { VarcoError } from '../../../shared/errors.ts';
import type { Store, Tx } from '../../store/store.ts';
import type { ActivityLog } from '../access/activity-log.ts';
import { demand, type FleetActor } from '../access/actor.ts';
import { parseInput } from '../access/parse-input.ts';
import { visibleSites } from '../access/permissions.ts';
import type { FleetBus } from '../bus/fleet-bus.ts';
import type { Gate } from '../places/gates.ts';
import type { Roster } from '../state/roster.ts';
import type { GateFilter } from '../view/gate-filter.ts';
import { gateFilterSchema } from '../view/gate-filter-schema.ts';
import type { KioskRows } from '../view/kiosk-rows.ts';
import { meantGates } from '../view/meant-gates.ts';
import { type ConfigVersions, setDesired } from './config-versions.ts';
import {
  insertTargets,
  type Rollout,
  type RolloutDetails,
  rolloutPlanSchema,
  targetsOfRollout,
  toRollout,
} from './rollout-rows.ts';
import type { RolloutState } from './rollout-step.ts';

const startSchema = z.strictObject({
  version: z.number().int().nonnegative(),
  filter: gateFilterSchema,
  plan: rolloutPlanSchema.prefault({}),
  reason: z.string().trim().max(500).default(''),
});
export type NewRollout = z.input<typeof startSchema>;

const RUNNING_MAX = 20;
const LIST_MAX = 100;
/** The states in which a roll-out may still be paused, resumed or cancelled. */
const open: readonly RolloutState[] = ['running', 'paused', 'stopped'];

/** Brings a config version to many gates, one portion after the other. */
export class Rollouts {
  readonly #store: Store;
  readonly #activity: ActivityLog;
  readonly #roster: Roster;
  readonly #rows: KioskRows;
  readonly #bus: FleetBus;
  readonly #configs: ConfigVersions;
  readonly #now: () => number;

  constructor(deps: {
    store: Store;
    activity: ActivityLog;
    roster: Roster;
    rows: KioskRows;
    bus: FleetBus;
    configs: ConfigVersions;
    now: () => number;
  }) {
    this.#store = deps.store;
    this.#activity = deps.activity;
    this.#roster = deps.roster;
    this.#rows = deps.rows;
    this.#bus = deps.bus;
    this.#configs = deps.configs;
    this.#now = deps.now;
  }

  /**
   * Begins a roll-out over the gates that are meant, if this actor may configure all of them. Any version
   * may be rolled out, an old one too; 0 gives the gates back to their kiosks' own files.
   *
   * @throws VarcoError `rolloutInvalid`, `configUnknown`, `nobodyMeant`, `forbidden`, `tooManyRollouts`.
   */
  async start(who: FleetActor, input: NewRollout): Promise<RolloutDetails> {
    const { version, plan, reason, ...asked } = parseInput(startSchema, input, 'rolloutInvalid');
    const { filter, gates } = this.targetsOf(who, asked.filter);
    if (version > 0) {
      await this.#configs.get(who, version);
    }
    const id = randomUUID();
    const ordered = gates
      .map(({ id: gate }) => ({ gate, turn: turnOf(id, gate) }))
      .sort((one, other) => (one.turn < other.turn ? -1 : 1));
    const at = this.#now();
    await this.#store.transaction(async (tx) => {
      const running = await tx
        .selectFrom('rollout')
        .select('id')
        .where('state', 'in', ['running', 'paused'])
        .execute();
      if (running.length >= RUNNING_MAX) {
        throw new VarcoError('tooManyRollouts', `${RUNNING_MAX} roll-outs are under way already`);
      }
      await tx
        .insertInto('rollout')
        .values({
          id,
          version,
          filter: JSON.stringify(filter),
          plan: JSON.stringify(plan),
          state: 'running',
          stage: 0,
          stage_at: at,
          actor: who.id,
          reason,
          started_at: at,
        })
        .execute();
      const desired = await tx.selectFrom('desired_config').select(['gate', 'version']).execute();
      const previous = new Map(desired.map((row) => [row.gate, row.version]));
      const rows = ordered.map(({ gate }, position) => [
        id,
        gate,
        position,
        previous.get(gate) ?? null,
        'waiting',
        at,
      ]);
      await this.#store.insertMany(tx, insertTargets, rows);
      await this.#note(tx, 'rollout.started', who.id, { rollout: id, version, reason, filter });
    });
    this.#emitViewChange(gates.map((gate) => gate.id));
    return this.get(who, id);
  }

  /** The gates that a filter means, if this actor may configure them. @throws VarcoError `nobodyMeant`, `forbidden`. */
  targetsOf(who: FleetActor, asked: GateFilter): { filter: GateFilter; gates: Gate[] } {
    const { filter, gates } = meantGates(this.#rows, who, 'config.rollOut', asked);
    if (gates.length === 0) {
      throw new VarcoError('nobodyMeant', 'No gate is one of those');
    }
    return { filter, gates: gates.map(({ gate }) => gate) };
  }

  /**
   * Pauses it, resumes it, ends it, or gives its gates the config that they had before; only who may
   * configure every gate of it, also those that they can't see.
   *
   * @throws VarcoError `rolloutUnknown`, `forbidden`, `rolloutOver`.
   */
  async turn(
    who: FleetActor,
    id: string,
    act: 'pause' | 'resume' | 'cancel' | 'rollBack',
    reason: string,
  ): Promise<RolloutDetails> {
    const details = await this.#find(who, id, () => true);
    for (const { gate } of details.targets) {
      const site = this.#roster.get(gate)?.gate.site;
      if (site !== undefined) {
        demand(who, 'config.rollOut', { site });
      }
    }
    const may: readonly RolloutState[] =
      act === 'rollBack' ? [...open, 'completed', 'cancelled'] : [...open];
    if (!may.includes(details.state)) {
      throw new VarcoError('rolloutOver', `The roll-out is ${details.state}`);
    }
    const at = this.#now();
    const states = { pause: 'paused', resume: 'running', cancel: 'cancelled' } as const;
    const state = act === 'rollBack' ? 'rolledBack' : states[act];
    const back = act === 'rollBack' ? details.targets.filter((one) => one.state !== 'waiting') : [];
    await this.#store.transaction(async (tx) => {
      await tx
        .updateTable('rollout')
        .set({ state, stage_at: at, ended_at: act === 'pause' || act === 'resume' ? null : at })
        .where('id', '=', id)
        .execute();
      for (const { gate, previous } of back) {
        // What another roll-out has given it since then stays.
        const now = await tx
          .selectFrom('desired_config')
          .select(['rollout', 'version'])
          .where('gate', '=', gate)
          .executeTakeFirst();
        if ((now?.version ?? 0) === details.version && this.#roster.get(gate)) {
          await setDesired(tx, gate, { version: previous, at });
        }
      }
      await this.#note(tx, `rollout.${state}`, who.id, { rollout: id, reason });
    });
    const gates = details.targets.map(({ gate }) => gate);
    if (back.length > 0) {
      await this.#bus.emit('rosterChanged', { sites: [], gates });
    }
    this.#emitViewChange(gates);
    return this.get(who, id);
  }

  /** The newest first, of those with a gate that this actor may see. */
  async list(who: FleetActor): Promise<Rollout[]> {
    const seen = visibleSites(who);
    if (!seen) {
      return [];
    }
    const rows = await this.#store.db
      .selectFrom('rollout')
      .selectAll()
      .orderBy('started_at', 'desc')
      .limit(LIST_MAX)
      .execute();
    const ids = rows.map(({ id }) => id);
    const targets = await this.#store.db
      .selectFrom('rollout_target')
      .select(['rollout', 'gate', 'state'])
      .where('rollout', 'in', ids.length > 0 ? ids : [''])
      .execute();
    return rows.flatMap((row) => {
      const own = targets.filter(
        ({ rollout, gate }) =>
          rollout === row.id &&
          (seen === 'all' || seen.includes(this.#roster.get(gate)?.gate.site ?? '')),
      );
      return own.length > 0 ? [toRollout(row, own)] : [];
    });
  }

  /** With the gates that this actor may see. @throws VarcoError `forbidden`, `rolloutUnknown`. */
  async get(who: FleetActor, id: string): Promise<RolloutDetails> {
    const seen = visibleSites(who);
    return this.#find(
      who,
      id,
      (gate) => seen === 'all' || !!seen?.includes(this.#roster.get(gate)?.gate.site ?? ''),
    );
  }

  /** @param isShown which of its gates count. */
  async #find(
    who: FleetActor,
    id: string,
    isShown: (gate: string) => boolean,
  ): Promise<RolloutDetails> {
    const row = await this.#store.db
      .selectFrom('rollout')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    const all = row ? await targetsOfRollout(this.#store, id) : [];
    const targets = all.filter(({ gate }) => isShown(gate));
    if (!row || targets.length === 0) {
      // One of other sites, or none at all: the same answer to who has only some sites.
      demand(who, 'fleet.view');
      throw new VarcoError('rolloutUnknown', `There is no roll-out ${id}`);
    }
    return { ...toRollout(row, targets), targets };
  }

  #note(tx: Tx, kind: string, actor: string, body: Record<string, unknown>) {
    return this.#activity.note(tx, [{ kind, actor, body }]);
  }

  #emitViewChange(gates: readonly string[]): void {
    void this.#bus.emit('viewChanged', { gates, topics: ['rollouts', 'activity'] });
  }
}

/** A roll-out's own order of gates: the first portion is spread over all sites. */
function turnOf(rollout: string, gate: string): string {
  return createHash('sha256').update(`${rollout} ${gate}`).digest('hex');
}
