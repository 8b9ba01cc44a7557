import { z } from 'zod';
import { VarcoError } from '../../../shared/errors.ts';
import {
  type DesiredConfig,
  type RemoteConfig,
  remoteConfigSchema,
} from '../../../shared/protocol/remote-config.ts';
import type { TableRow } from '../../store/schema.ts';
import type { Store, Tx } from '../../store/store.ts';
import type { ActivityLog } from '../access/activity-log.ts';
import { demand, demandAnywhere, type FleetActor } from '../access/actor.ts';
import { parseInput } from '../access/parse-input.ts';
import type { Gate } from '../places/gates.ts';
import { type FilterableGate, type GateFilter, gateMatcher } from '../view/gate-filter.ts';

export interface ConfigVersion {
  version: number;
  at: number;
  actor: string;
  note: string;
  body: RemoteConfig;
}

const noteSchema = z.string().trim().max(500);
const LIST_MAX = 200;
/** The kiosk's own file: a version that is rolled out like any, and that nobody made. */
const OWN_FILE = 0;

/** The configs that kiosks may be sent: versions that are validated when they are made and never change. */
export class ConfigVersions {
  readonly #store: Store;
  readonly #activity: ActivityLog;
  readonly #now: () => number;

  constructor(deps: { store: Store; activity: ActivityLog; now: () => number }) {
    this.#store = deps.store;
    this.#activity = deps.activity;
    this.#now = deps.now;
  }

  /** Validates and stores a config; no kiosk runs it yet. @throws VarcoError `forbidden`, `configInvalid`. */
  async create(
    who: FleetActor,
    input: { body: unknown; note?: string | undefined },
  ): Promise<ConfigVersion> {
    demand(who, 'config.edit');
    const body = parseInput(remoteConfigSchema, input.body, 'configInvalid');
    const note = parseInput(noteSchema, input.note ?? '', 'configInvalid');
    const at = this.#now();
    return this.#store.transaction(async (tx) => {
      const { value: version } = await tx
        .updateTable('counter')
        .set(({ eb }) => ({ value: eb('value', '+', 1) }))
        .where('name', '=', 'configVersion')
        .returning('value')
        .executeTakeFirstOrThrow();
      const row = { version, at, actor: who.id, note, body: JSON.stringify(body) };
      await tx.insertInto('config_version').values(row).execute();
      await this.#activity.note(tx, [
        { kind: 'config.created', actor: who.id, body: { version, note, config: body } },
      ]);
      return { version, at, actor: who.id, note, body };
    });
  }

  /** The newest first. */
  async list(who: FleetActor, before?: number): Promise<ConfigVersion[]> {
    this.#demandView(who);
    let select = this.#store.db
      .selectFrom('config_version')
      .selectAll()
      .where('version', '>', OWN_FILE)
      .orderBy('version', 'desc');
    select = before === undefined ? select : select.where('version', '<', before);
    return (await select.limit(LIST_MAX).execute()).map(fromRow);
  }

  /** @throws VarcoError `configUnknown`. */
  async get(who: FleetActor, version: number): Promise<ConfigVersion> {
    this.#demandView(who);
    const row = await this.#store.db
      .selectFrom('config_version')
      .selectAll()
      .where('version', '=', version)
      .where('version', '>', OWN_FILE)
      .executeTakeFirst();
    if (!row) {
      throw new VarcoError('configUnknown', `There is no config version ${version}`);
    }
    return fromRow(row);
  }

  /** The config that a gate's kiosk is to run; undefined: its own file alone. */
  async desiredOf(gate: string, tx?: Tx): Promise<DesiredConfig | undefined> {
    const row = await (tx ?? this.#store.db)
      .selectFrom('desired_config')
      .innerJoin('config_version', 'config_version.version', 'desired_config.version')
      .select(['config_version.version', 'config_version.body'])
      .where('desired_config.gate', '=', gate)
      .executeTakeFirst();
    return row && { version: row.version, body: JSON.parse(row.body) };
  }

  /**
   * The config for a new board at a gate: what the gate had, or else what the newest completed roll-out
   * over gates like it brought, so that a group stays one when it grows.
   */
  async assign(tx: Tx, gate: Gate): Promise<DesiredConfig | undefined> {
    const own = await this.desiredOf(gate.id, tx);
    if (own) {
      return own;
    }
    const rows = await tx
      .selectFrom('rollout')
      .select(['id', 'version', 'filter'])
      .where('state', '=', 'completed')
      .orderBy('ended_at', 'desc')
      .limit(LIST_MAX)
      .execute();
    const row = newGateRow(gate);
    const last = rows.find((rollout) => {
      const filter: GateFilter = JSON.parse(rollout.filter);
      return gateMatcher(filter)(row);
    });
    if (!last || last.version === OWN_FILE) {
      return undefined;
    }
    await setDesired(tx, gate.id, { version: last.version, rollout: last.id, at: this.#now() });
    return this.desiredOf(gate.id, tx);
  }

  /** Versions hold nothing of one site: whoever may see any site may see them. */
  #demandView(who: FleetActor): void {
    demandAnywhere(who, ['fleet.view']);
  }
}

/** A gate to which no kiosk was connected yet, as a filter sees it. */
function newGateRow({ id, title, site, policy, tags }: Gate): FilterableGate {
  return {
    id,
    name: title,
    siteId: site,
    siteName: site,
    policy,
    tags,
    presence: 'neverSeen',
    faults: [],
    alerts: 0,
    drift: false,
  };
}

/** Sets the version that a gate's kiosk is to run; 0: its own file alone. */
export async function setDesired(
  tx: Tx,
  gate: string,
  { version, rollout, at }: { version: number; rollout?: string | undefined; at: number },
): Promise<void> {
  if (version === OWN_FILE) {
    await tx.deleteFrom('desired_config').where('gate', '=', gate).execute();
    return;
  }
  const row = { version, at, rollout: rollout ?? null };
  await tx
    .insertInto('desired_config')
    .values({ gate, ...row })
    .onConflict((conflict) => conflict.column('gate').doUpdateSet(row))
    .execute();
}

function fromRow(row: TableRow<'config_version'>): ConfigVersion {
  return { ...row, body: JSON.parse(row.body) };
}
