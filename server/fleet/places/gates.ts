import { z } from 'zod';
import { VarcoError } from '../../../shared/errors.ts';
import type { TableRow } from '../../store/schema.ts';
import type { Store, Tx } from '../../store/store.ts';
import type { ActivityLog, NewActivity } from '../access/activity-log.ts';
import { demand, demandFound, type FleetActor } from '../access/actor.ts';
import { overlaid, parseInput } from '../access/parse-input.ts';
import { type FleetAction, visibleSites } from '../access/permissions.ts';
import type { FleetBus } from '../bus/fleet-bus.ts';
import { placeIdSchema, unknownSite } from './sites.ts';

const tagSchema = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,31}$/u);

export const gateSchema = z.strictObject({
  id: placeIdSchema,
  site: placeIdSchema,
  title: z.string().trim().min(1).max(64),
  /** The id of the policy that this gate applies. */
  policy: z.string().min(1).max(64),
  /** Where at the site, in words. */
  place: z.string().trim().max(240).default(''),
  /** On the site's plan, 0 to 1 from the left and from the top. */
  x: z.number().min(0).max(1).optional(),
  y: z.number().min(0).max(1).optional(),
  note: z.string().trim().max(2_000).default(''),
  tags: z.array(tagSchema).max(16).default([]),
});
export const gateChangeSchema = z.strictObject({
  title: gateSchema.shape.title.optional(),
  policy: gateSchema.shape.policy.optional(),
  place: z.string().trim().max(240).optional(),
  x: gateSchema.shape.x,
  y: gateSchema.shape.y,
  note: z.string().trim().max(2_000).optional(),
  tags: z.array(tagSchema).max(16).optional(),
});

export type NewGate = z.input<typeof gateSchema>;
export type Gate = z.infer<typeof gateSchema> & { createdAt: number };

/** Gates made at once, at most. */
export const GATES_AT_ONCE_MAX = 1_000;

/** The gates: places with a policy, each with a kiosk or waiting for one. */
export class Gates {
  readonly #store: Store;
  readonly #activity: ActivityLog;
  readonly #bus: FleetBus;
  readonly #policyKnown: (policy: string) => boolean;
  readonly #now: () => number;

  constructor(deps: {
    store: Store;
    activity: ActivityLog;
    bus: FleetBus;
    policyKnown: (policy: string) => boolean;
    now: () => number;
  }) {
    this.#store = deps.store;
    this.#activity = deps.activity;
    this.#bus = deps.bus;
    this.#policyKnown = deps.policyKnown;
    this.#now = deps.now;
  }

  /**
   * Makes gates, all or none.
   *
   * @throws VarcoError `forbidden`, `gateInvalid`, `gateExists`, `siteUnknown`, `policyUnknown`.
   */
  async create(who: FleetActor, input: readonly NewGate[]): Promise<Gate[]> {
    const createdAt = this.#now();
    const schema = z.array(gateSchema).min(1).max(GATES_AT_ONCE_MAX);
    const gates = parseInput(schema, input, 'gateInvalid').map((gate) => ({ ...gate, createdAt }));
    for (const { site, policy } of gates) {
      demand(who, 'gate.create', { site });
      this.#demandPolicy(policy);
    }
    await this.#store.transaction(async (tx) => {
      const known = await tx.selectFrom('site').select('id').execute();
      const sites = new Set(known.map(({ id }) => id));
      for (const gate of gates) {
        if (!sites.has(gate.site)) {
          throw unknownSite(gate.site);
        }
        await insertGate(tx, gate);
      }
      await this.#activity.note(
        tx,
        gates.map(({ id, site, title, policy }) => ({
          kind: 'gate.created',
          site,
          gate: id,
          actor: who.id,
          body: { title, policy },
        })),
      );
    });
    await this.#changed(gates.map(({ id }) => id));
    return gates;
  }

  /**
   * Changes the fields of the input and keeps the rest.
   *
   * @throws VarcoError `forbidden`, `gateUnknown`, `gateInvalid`, `policyUnknown`.
   */
  async change(
    who: FleetActor,
    id: string,
    input: z.input<typeof gateChangeSchema>,
  ): Promise<Gate> {
    const change = parseInput(gateChangeSchema, input, 'gateInvalid');
    const onlyNote = Object.keys(change).every((field) => field === 'note');
    const gate = await this.#store.transaction(async (tx) => {
      const before = await demandGate(tx, who, onlyNote ? 'gate.note' : 'gate.edit', id);
      if (change.policy !== undefined) {
        this.#demandPolicy(change.policy);
      }
      const next = overlaid(before, change);
      await tx.updateTable('gate').set(toRow(next)).where('id', '=', id).execute();
      const { policy, title } = change;
      const body = {
        fields: Object.keys(change),
        policy,
        was: policy && before.policy,
        title,
      };
      await this.#note(tx, who, before, 'gate.changed', body);
      return next;
    });
    await this.#changed([id]);
    return gate;
  }

  /** Removes a gate for good, with the key of its kiosk. */
  async remove(who: FleetActor, id: string, reason: string): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const gate = await demandGate(tx, who, 'gate.remove', id);
      const at = this.#now();
      await tx.updateTable('gate').set({ removed_at: at }).where('id', '=', id).execute();
      await tx
        .updateTable('kiosk')
        .set({ state: 'removed', revoked_at: at, revoked_reason: reason })
        .where('gate', '=', id)
        .where('state', '=', 'accepted')
        .execute();
      await tx.deleteFrom('enrolment_code').where('gate', '=', id).execute();
      await tx.deleteFrom('desired_config').where('gate', '=', id).execute();
      await this.#note(tx, who, gate, 'gate.removed', { reason });
    });
    await this.#changed([id]);
  }

  /** The gates that this actor may see, of one site or of all. */
  async list(who: FleetActor, site?: string): Promise<Gate[]> {
    const seen = visibleSites(who);
    const all = seen ? await this.all() : [];
    return all.filter(
      (gate) =>
        (seen === 'all' || seen?.includes(gate.site)) && (site === undefined || gate.site === site),
    );
  }

  /** @throws VarcoError `forbidden`, `gateUnknown`. */
  async get(who: FleetActor, id: string): Promise<Gate> {
    return this.#store.transaction((tx) => demandGate(tx, who, 'fleet.view', id));
  }

  /** Every gate that is not removed by id, not filtered by permission. */
  async all(): Promise<Gate[]> {
    const rows = await this.#store.db
      .selectFrom('gate')
      .selectAll()
      .where('removed_at', 'is', null)
      .orderBy('id')
      .execute();
    return rows.map(fromRow);
  }

  /** Those of these gates that are not removed, not filtered by permission. */
  async byIds(ids: readonly string[]): Promise<Gate[]> {
    const rows = await this.#store.db
      .selectFrom('gate')
      .selectAll()
      .where('id', 'in', ids)
      .where('removed_at', 'is', null)
      .execute();
    return rows.map(fromRow);
  }

  #changed(gates: readonly string[]): Promise<void> {
    return this.#bus.emit('rosterChanged', { sites: [], gates });
  }

  #demandPolicy(policy: string): void {
    if (!this.#policyKnown(policy)) {
      throw new VarcoError('policyUnknown', `No policy ${policy} is in force`);
    }
  }

  #note(tx: Tx, who: FleetActor, gate: Gate, kind: string, body: NewActivity['body']) {
    return this.#activity.note(tx, [{ kind, site: gate.site, gate: gate.id, actor: who.id, body }]);
  }
}

/** The gate that an actor does something to. @throws VarcoError `forbidden`, `gateUnknown`. */
export async function demandGate(
  tx: Tx,
  who: FleetActor,
  action: FleetAction,
  id: string,
): Promise<Gate> {
  return demandFound(who, action, await findGate(tx, id), () => unknownGate(id));
}

/** A gate that is there and was not removed. */
export async function findGate(tx: Tx, id: string): Promise<Gate | undefined> {
  const row = await tx
    .selectFrom('gate')
    .selectAll()
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
  return row && fromRow(row);
}

export function unknownGate(id: string): VarcoError {
  return new VarcoError('gateUnknown', `There is no gate ${id}`);
}

/** @throws VarcoError `gateExists`. */
export async function insertGate(tx: Tx, gate: Gate): Promise<void> {
  const row = { id: gate.id, ...toRow(gate), created_at: gate.createdAt, boards: 0 };
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('gate')
    .values({ ...row, removed_at: null })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  if (!numInsertedOrUpdatedRows) {
    throw new VarcoError('gateExists', `There is, or was, a gate ${gate.id} already`);
  }
}

function toRow(gate: z.infer<typeof gateSchema>) {
  return {
    site: gate.site,
    title: gate.title,
    policy: gate.policy,
    place: gate.place,
    plan_x: gate.x ?? null,
    plan_y: gate.y ?? null,
    note: gate.note,
    tags: JSON.stringify([...new Set(gate.tags)]),
  };
}

function fromRow(row: TableRow<'gate'>): Gate {
  return {
    id: row.id,
    site: row.site,
    title: row.title,
    policy: row.policy,
    place: row.place,
    x: row.plan_x ?? undefined,
    y: row.plan_y ?? undefined,
    note: row.note,
    tags: JSON.parse(row.tags),
    createdAt: row.created_at,
  };
}
