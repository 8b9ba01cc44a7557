import { z } from 'zod';
import { VarcoError } from '../../../shared/errors.ts';
import type { Store, Tx } from '../../store/store.ts';
import type { ActivityLog } from '../access/activity-log.ts';
import { commandLine, type FleetActor } from '../access/actor.ts';
import { parseInput } from '../access/parse-input.ts';
import type { FleetBus } from '../bus/fleet-bus.ts';
import { demandGate } from './gates.ts';

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);

const kioskSchema = z.strictObject({
  id: name,
  /** The kiosk's Ed25519 public key, 32 bytes in base64url. */
  publicKey: z.base64url().length(43),
  /** The gate's title, as its screen shows it. */
  gate: z.string().min(1).max(64),
  site: name,
  /** The id of the policy that this gate asks. */
  policy: z.string().min(1).max(64),
});

/** A kiosk that may connect. */
export type Kiosk = z.infer<typeof kioskSchema> & {
  gateId?: string;
  /** Its site demands a client certificate beside the proof. */
  needsCertificate?: boolean;
};

/** The board that holds a gate's key. */
export interface GateKiosk {
  id: string;
  gate: string;
  registeredAt: number;
}

/** Finds kiosks by their id, with their keys. */
export interface KioskFinder {
  /** @returns undefined for one that is unknown or whose key was revoked. */
  findKiosk(id: string): Promise<Kiosk | undefined>;
}

/** The boards that hold a gate's key; every method is a whole unit of work. */
export class Kiosks {
  readonly #store: Store;
  readonly #activity: ActivityLog;
  readonly #bus: FleetBus;
  readonly #now: () => number;

  constructor(deps: { store: Store; activity: ActivityLog; bus: FleetBus; now: () => number }) {
    this.#store = deps.store;
    this.#activity = deps.activity;
    this.#bus = deps.bus;
    this.#now = deps.now;
  }

  /**
   * Registers a kiosk whose key is known already, or changes it; its gate has its id, and its site is
   * created if there is none. A new kiosk that makes its own key is enrolled instead (`enrolment.ts`).
   *
   * @throws VarcoError `kioskInvalid`.
   */
  async register(input: Kiosk): Promise<void> {
    const { id, publicKey, gate, site, policy } = parseInput(kioskSchema, input, 'kioskInvalid');
    const at = this.#now();
    await this.#store.transaction(async (tx) => {
      await tx
        .insertInto('site')
        .values({
          id: site,
          title: site,
          place: '',
          note: '',
          client_certificate: 0,
          created_at: at,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const place = { site, title: gate, policy };
      const blank = { place: '', note: '', tags: '[]', created_at: at, boards: 1 };
      await tx
        .insertInto('gate')
        .values({ id, ...place, ...blank })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ ...place, removed_at: null }))
        .execute();
      const row = { public_key: publicKey, gate: id, state: 'accepted' };
      await tx
        .insertInto('kiosk')
        .values({ id, ...row, registered_at: at })
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet({ ...row, revoked_at: null, revoked_reason: null }),
        )
        .execute();
      const actor = commandLine.id;
      const body = { kiosk: id, policy };
      await this.#activity.note(tx, [{ kind: 'kiosk.registered', site, gate: id, actor, body }]);
    });
    await this.#bus.emit('rosterChanged', { sites: [site], gates: [id] });
  }

  /**
   * Revokes the key of a gate's kiosk: it is disconnected at once, and only a new enrolment admits a board
   * again.
   *
   * @throws VarcoError `forbidden`, `gateUnknown`, `kioskUnknown`.
   */
  async revoke(who: FleetActor, gateId: string, reason: string): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const { site } = await demandGate(tx, who, 'kiosk.revoke', gateId);
      const kiosk = await acceptedKioskOf(tx, gateId);
      if (kiosk === undefined) {
        throw new VarcoError('kioskUnknown', `No kiosk is enrolled at ${gateId}`);
      }
      await revokeKey(tx, kiosk, { at: this.#now(), reason });
      const entry = { kind: 'kiosk.revoked', site, gate: gateId, actor: who.id };
      await this.#activity.note(tx, [{ ...entry, body: { kiosk, reason } }]);
    });
    await this.#bus.emit('rosterChanged', { sites: [], gates: [gateId] });
  }

  /** @returns undefined for one that is unknown or whose key was revoked. */
  async find(id: string): Promise<(Kiosk & { gateId: string }) | undefined> {
    const row = await this.#store.db
      .selectFrom('kiosk')
      .innerJoin('gate', 'gate.id', 'kiosk.gate')
      .innerJoin('site', 'site.id', 'gate.site')
      .select(['kiosk.id', 'kiosk.public_key', 'gate.title', 'gate.site', 'gate.policy'])
      .select(['gate.id as gateId', 'site.client_certificate as certificate'])
      .where('kiosk.id', '=', id)
      .where('kiosk.state', '=', 'accepted')
      .executeTakeFirst();
    return (
      row && {
        id: row.id,
        publicKey: row.public_key,
        gate: row.title,
        gateId: row.gateId,
        site: row.site,
        policy: row.policy,
        needsCertificate: row.certificate === 1,
      }
    );
  }

  /** Every kiosk with a key. */
  async all(): Promise<GateKiosk[]> {
    return (await this.#accepted().execute()).map(toGateKiosk);
  }

  /** The kiosks with a key at these gates. */
  async atGates(gates: readonly string[]): Promise<GateKiosk[]> {
    return (await this.#accepted().where('gate', 'in', gates).execute()).map(toGateKiosk);
  }

  #accepted() {
    return this.#store.db
      .selectFrom('kiosk')
      .select(['id', 'gate', 'registered_at'])
      .where('state', '=', 'accepted');
  }
}

function toGateKiosk(row: { id: string; gate: string; registered_at: number }): GateKiosk {
  return { id: row.id, gate: row.gate, registeredAt: row.registered_at };
}

/** The id of the kiosk that holds a gate's key. */
export async function acceptedKioskOf(tx: Tx, gate: string): Promise<string | undefined> {
  const row = await tx
    .selectFrom('kiosk')
    .select('id')
    .where('gate', '=', gate)
    .where('state', '=', 'accepted')
    .executeTakeFirst();
  return row?.id;
}

export async function revokeKey(
  tx: Tx,
  kiosk: string,
  { at, reason }: { at: number; reason: string },
): Promise<void> {
  await tx
    .updateTable('kiosk')
    .set({ state: 'revoked', revoked_at: at, revoked_reason: reason })
    .where('id', '=', kiosk)
    .execute();
}
