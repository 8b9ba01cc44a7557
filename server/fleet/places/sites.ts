import { z } from 'zod';
import { VarcoError } from '../../../shared/errors.ts';
import type { TableRow } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import type { ActivityLog } from '../access/activity-log.ts';
import { demand, type FleetActor } from '../access/actor.ts';
import { overlaid, parseInput } from '../access/parse-input.ts';
import { visibleSites } from '../access/permissions.ts';
import type { FleetBus } from '../bus/fleet-bus.ts';

/** The id of a site or a gate: lower-case words with hyphens, short enough to stand in a kiosk's id. */
export const placeIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,47}$/);

/** A floor plan of walls and rooms, in metres, that a page draws as plain SVG. */
const planSchema = z.strictObject({
  widthM: z.number().positive().max(10_000),
  heightM: z.number().positive().max(10_000),
  /** Each a polygon's corners, in metres from the plan's left and top. */
  rooms: z
    .array(
      z.strictObject({
        title: z.string().max(64).default(''),
        corners: z
          .array(z.tuple([z.number().min(0).max(10_000), z.number().min(0).max(10_000)]))
          .min(3)
          .max(64),
      }),
    )
    .max(200)
    .default([]),
});

export const siteSchema = z.strictObject({
  id: placeIdSchema,
  title: z.string().trim().min(1).max(120),
  /** The address, in words. */
  place: z.string().trim().max(240).default(''),
  latitude: z.number().min(-90).max(90).optional(),
  longitude: z.number().min(-180).max(180).optional(),
  plan: planSchema.optional(),
  note: z.string().trim().max(2_000).default(''),
  /** Its kiosks must also show a client certificate (mutual TLS). */
  clientCertificate: z.boolean().default(false),
});
export const siteChangeSchema = z.strictObject({
  title: siteSchema.shape.title.optional(),
  place: z.string().trim().max(240).optional(),
  latitude: siteSchema.shape.latitude,
  longitude: siteSchema.shape.longitude,
  plan: siteSchema.shape.plan,
  note: z.string().trim().max(2_000).optional(),
  clientCertificate: z.boolean().optional(),
});

export type Site = z.infer<typeof siteSchema> & { createdAt: number };

/** The places that gates stand at; every method is a whole unit of work. */
export class Sites {
  readonly #store: Store;
  readonly #activity: ActivityLog;
  readonly #bus: FleetBus;
  readonly #now: () => number;
  readonly #canCheckCertificates: boolean;

  /** @param deps.canCheckCertificates whether this server's TLS has an authority for client certificates. */
  constructor(deps: {
    store: Store;
    activity: ActivityLog;
    bus: FleetBus;
    now: () => number;
    canCheckCertificates: boolean;
  }) {
    this.#store = deps.store;
    this.#activity = deps.activity;
    this.#bus = deps.bus;
    this.#now = deps.now;
    this.#canCheckCertificates = deps.canCheckCertificates;
  }

  /** @throws VarcoError `forbidden`, `siteInvalid`, `siteExists`, `clientAuthorityMissing`. */
  async create(who: FleetActor, input: z.input<typeof siteSchema>): Promise<Site> {
    demand(who, 'site.create');
    const site = parseInput(siteSchema, input, 'siteInvalid');
    this.#demandAuthority(site);
    const createdAt = this.#now();
    await this.#store.transaction(async (tx) => {
      const { numInsertedOrUpdatedRows } = await tx
        .insertInto('site')
        .values({ id: site.id, ...toRow(site), created_at: createdAt })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      if (!numInsertedOrUpdatedRows) {
        throw new VarcoError('siteExists', `There is a site ${site.id} already`);
      }
      const body = { title: site.title };
      await this.#activity.note(tx, [{ kind: 'site.created', site: site.id, actor: who.id, body }]);
    });
    await this.#bus.emit('rosterChanged', { sites: [site.id], gates: [] });
    return { ...site, createdAt };
  }

  /**
   * Changes the fields of the input and keeps the rest.
   *
   * @throws VarcoError `forbidden`, `siteUnknown`, `siteInvalid`, `clientAuthorityMissing`.
   */
  async change(
    who: FleetActor,
    id: string,
    input: z.input<typeof siteChangeSchema>,
  ): Promise<Site> {
    demand(who, 'site.edit', { site: id });
    const change = parseInput(siteChangeSchema, input, 'siteInvalid');
    this.#demandAuthority(change);
    const site = await this.#store.transaction(async (tx) => {
      const row = await tx.selectFrom('site').selectAll().where('id', '=', id).executeTakeFirst();
      if (!row) {
        throw unknownSite(id);
      }
      const next = overlaid(fromRow(row), change);
      await tx.updateTable('site').set(toRow(next)).where('id', '=', id).execute();
      const body = { fields: Object.keys(change) };
      await this.#activity.note(tx, [{ kind: 'site.changed', site: id, actor: who.id, body }]);
      return next;
    });
    await this.#bus.emit('rosterChanged', { sites: [id], gates: [] });
    return site;
  }

  /**
   * The sites whose kiosks can't connect, because this server can't verify the client certificate that
   * they must show: its config lost `listen.tls.clientCaFile` after the sites were changed to demand one.
   */
  async lockedOut(): Promise<string[]> {
    const all = this.#canCheckCertificates ? [] : await this.all();
    return all.filter(({ clientCertificate }) => clientCertificate).map(({ id }) => id);
  }

  /** The sites that this actor may see, by title. */
  async list(who: FleetActor): Promise<Site[]> {
    const seen = visibleSites(who);
    if (!seen) {
      return [];
    }
    const rows = await this.all();
    return seen === 'all' ? rows : rows.filter(({ id }) => seen.includes(id));
  }

  /** A certificate that this server can't verify would lock every kiosk of the site out. */
  #demandAuthority({ clientCertificate }: { clientCertificate?: boolean | undefined }): void {
    if (clientCertificate && !this.#canCheckCertificates) {
      throw new VarcoError(
        'clientAuthorityMissing',
        'This server can check no client certificate: its config has no listen.tls.clientCaFile',
      );
    }
  }

  /** Every site by title, not filtered by permission. */
  async all(): Promise<Site[]> {
    const rows = await this.#store.db.selectFrom('site').selectAll().orderBy('title').execute();
    return rows.map(fromRow);
  }

  /** These sites, not filtered by permission. @param ids as many as one statement takes. */
  async byIds(ids: readonly string[]): Promise<Site[]> {
    const rows = await this.#store.db
      .selectFrom('site')
      .selectAll()
      .where('id', 'in', ids)
      .execute();
    return rows.map(fromRow);
  }

  /** @throws VarcoError `forbidden`, `siteUnknown`. */
  async get(who: FleetActor, id: string): Promise<Site> {
    demand(who, 'fleet.view', { site: id });
    const row = await this.#store.db
      .selectFrom('site')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    if (!row) {
      throw unknownSite(id);
    }
    return fromRow(row);
  }
}

export function unknownSite(id: string): VarcoError {
  return new VarcoError('siteUnknown', `There is no site ${id}`);
}

function toRow(site: z.infer<typeof siteSchema>) {
  return {
    title: site.title,
    place: site.place,
    latitude: site.latitude ?? null,
    longitude: site.longitude ?? null,
    plan: site.plan ? JSON.stringify(site.plan) : null,
    note: site.note,
    client_certificate: site.clientCertificate ? 1 : 0,
  };
}

function fromRow(row: TableRow<'site'>): Site {
  return {
    id: row.id,
    title: row.title,
    place: row.place,
    latitude: row.latitude ?? undefined,
    longitude: row.longitude ?? undefined,
    plan: row.plan === null ? undefined : JSON.parse(row.plan),
    note: row.note,
    clientCertificate: row.client_certificate === 1,
    createdAt: row.created_at,
  };
}
