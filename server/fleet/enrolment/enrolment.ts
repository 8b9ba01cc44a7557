import { randomBytes } from 'node:crypto';
import { VarcoError } from '../../../shared/errors.ts';
import {
  type EnrolRequest,
  formatEnrolCode,
  formatInvitation,
  makeEnrolCode,
} from '../../../shared/protocol/enrolment-messages.ts';
import type { DesiredConfig } from '../../../shared/protocol/remote-config.ts';
import { EnrolmentGuesses } from '../../guessing/enrolment-guesses.ts';
import type { Keyring } from '../../keys/keyring.ts';
import type { Store, Tx } from '../../store/store.ts';
import type { ActivityLog } from '../access/activity-log.ts';
import { demand, type FleetActor } from '../access/actor.ts';
import type { FleetBus } from '../bus/fleet-bus.ts';
import type { EnrolOutcome } from '../link/link-listener.ts';
import { demandGate, findGate, type Gate } from '../places/gates.ts';
import { acceptedKioskOf, revokeKey } from '../places/kiosks.ts';

/** How long a code may be used. */
export const CODE_LIFE_MS = 900_000;
/** A sheet of codes is carried to its gates: it lives for a working day. */
export const SHEET_LIFE_MS = 12 * 3_600_000;
const CODE_BYTES = 10;

/** A new code, shown once: the server keeps only its keyed hash. */
export interface EnrolmentCode {
  gate: string;
  title: string;
  site: string;
  /** `XXXX-XXXX-XXXX-XXXX`. */
  code: string;
  /** The text of the QR. */
  invitation: string;
  expiresAt: number;
  /** The kiosk whose key ends when this code is used. */
  replaces?: string | undefined;
}

/** Assigns new boards to gates, by one-time codes. */
export class Enrolment {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #activity: ActivityLog;
  readonly #bus: FleetBus;
  readonly #server: string;
  readonly #desiredOf: (tx: Tx, gate: Gate) => Promise<DesiredConfig | undefined>;
  readonly #now: () => number;
  readonly #guesses = new EnrolmentGuesses();

  /** @param deps.server the origin that a new kiosk asks, such as `https://varco.example.it`. */
  constructor(deps: {
    store: Store;
    keyring: Keyring;
    activity: ActivityLog;
    bus: FleetBus;
    server: string;
    desiredOf: (tx: Tx, gate: Gate) => Promise<DesiredConfig | undefined>;
    now: () => number;
  }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#activity = deps.activity;
    this.#bus = deps.bus;
    this.#server = deps.server;
    this.#desiredOf = deps.desiredOf;
    this.#now = deps.now;
  }

  /**
   * Makes one code for each gate; a gate's earlier codes end. Where a kiosk holds the gate's key, a code
   * is only made to replace it, and that is a right of its own.
   *
   * @throws VarcoError `forbidden`, `gateUnknown`, `gateTaken`.
   */
  async createCodes(
    who: FleetActor,
    gates: readonly string[],
    options: { replace?: boolean; lifeMs?: number; server?: string | undefined } = {},
  ): Promise<EnrolmentCode[]> {
    const at = this.#now();
    const expiresAt = at + Math.min(options.lifeMs ?? CODE_LIFE_MS, SHEET_LIFE_MS);
    return this.#store.transaction(async (tx) => {
      const codes: EnrolmentCode[] = [];
      for (const id of gates) {
        const gate = await demandGate(tx, who, 'kiosk.enrol', id);
        const replaces = await acceptedKioskOf(tx, id);
        if (replaces !== undefined) {
          demand(who, 'kiosk.replace', { site: gate.site });
          if (!options.replace) {
            throw new VarcoError('gateTaken', `At ${id} stands ${replaces}: replace it on purpose`);
          }
        }
        const code = makeEnrolCode(randomBytes(CODE_BYTES));
        await tx.deleteFrom('enrolment_code').where('gate', '=', id).execute();
        await tx
          .insertInto('enrolment_code')
          .values({
            code_mac: this.#macOf(code),
            gate: id,
            replaces: replaces ?? null,
            created_at: at,
            created_by: who.id,
            expires_at: expiresAt,
          })
          .execute();
        const server = options.server ?? this.#server;
        codes.push({
          gate: id,
          title: gate.title,
          site: gate.site,
          code: formatEnrolCode(code),
          invitation: formatInvitation({ server, code }),
          expiresAt,
          replaces,
        });
      }
      await this.#activity.note(
        tx,
        codes.map(({ gate, site, replaces }) => ({
          kind: 'enrolment.codeCreated',
          site,
          gate,
          actor: who.id,
          body: { expiresAt, replaces },
        })),
      );
      return codes;
    });
  }

  /** Ends a gate's codes that nobody has used. */
  async cancelCodes(who: FleetActor, gateId: string): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const { site } = await demandGate(tx, who, 'kiosk.enrol', gateId);
      await tx
        .deleteFrom('enrolment_code')
        .where('gate', '=', gateId)
        .where('used_at', 'is', null)
        .execute();
      const entry = { kind: 'enrolment.codeCancelled', site, gate: gateId, actor: who.id };
      await this.#activity.note(tx, [{ ...entry, body: {} }]);
    });
  }

  /**
   * Enrols a new kiosk at the gate of its code, if the code is valid. The same transaction uses the code up
   * and revokes the key of the board that it replaces. The answer does not say why a code is refused.
   */
  async enrol(request: EnrolRequest, from: { address: string }): Promise<EnrolOutcome> {
    const outcome = await this.#enrol(request, from);
    const result = outcome.ok ? 'done' : outcome.code;
    await this.#bus.emit('enrolmentTried', { result });
    return outcome;
  }

  async #enrol(request: EnrolRequest, { address }: { address: string }): Promise<EnrolOutcome> {
    const at = this.#now();
    const end = this.#guesses.begin(address, at);
    if (!end) {
      return { ok: false, code: 'busy' };
    }
    let wasWrong = false;
    try {
      const done = await this.#store.transaction((tx) => this.#take(tx, request, at));
      wasWrong = done === undefined;
      return done ? await this.#enrolled(done) : { ok: false, code: 'codeRefused' };
    } finally {
      end(wasWrong);
    }
  }

  async #enrolled({
    gate,
    kioskId,
    desired,
  }: {
    gate: Gate;
    kioskId: string;
    desired: DesiredConfig | undefined;
  }): Promise<EnrolOutcome> {
    await this.#bus.emit('rosterChanged', { sites: [], gates: [gate.id] });
    return {
      ok: true,
      answer: { kioskId, gate: { name: gate.title, policy: gate.policy }, desired },
    };
  }

  /** Deletes codes that expired a day ago. */
  async prune(): Promise<void> {
    const old = this.#now() - 86_400_000;
    await this.#store.db.deleteFrom('enrolment_code').where('expires_at', '<', old).execute();
  }

  async #take(tx: Tx, request: EnrolRequest, at: number) {
    const mac = this.#macOf(request.code);
    // The first of two who hold the same code marks it used; the other finds no row to mark.
    const marked = await tx
      .updateTable('enrolment_code')
      .set({ used_at: at })
      .where('code_mac', '=', mac)
      .where('used_at', 'is', null)
      .where('expires_at', '>', at)
      .returning(['gate', 'replaces', 'created_by'])
      .executeTakeFirst();
    if (!marked) {
      return undefined;
    }
    const gate = await findGate(tx, marked.gate);
    const before = await acceptedKioskOf(tx, marked.gate);
    const known = await tx
      .selectFrom('kiosk')
      .select('id')
      .where('public_key', '=', request.publicKey)
      .executeTakeFirst();
    // A key that was ever registered is never enrolled again; a board enrolled in between stays.
    if (!gate || known || (before ?? null) !== marked.replaces) {
      return undefined;
    }
    if (before !== undefined) {
      await revokeKey(tx, before, { at, reason: 'replaced' });
    }
    const { boards } = await tx
      .updateTable('gate')
      .set(({ eb }) => ({ boards: eb('boards', '+', 1) }))
      .where('id', '=', gate.id)
      .returning('boards')
      .executeTakeFirstOrThrow();
    const kioskId = `${gate.id}.${boards}`;
    const row = { id: kioskId, public_key: request.publicKey, gate: gate.id, state: 'accepted' };
    await tx
      .insertInto('kiosk')
      .values({ ...row, registered_at: at })
      .execute();
    await tx
      .updateTable('enrolment_code')
      .set({ kiosk: kioskId })
      .where('code_mac', '=', mac)
      .execute();
    const body = { kiosk: kioskId, code: marked.created_by, replaced: before };
    await this.#activity.note(tx, [
      {
        kind: before ? 'kiosk.replaced' : 'kiosk.enrolled',
        site: gate.site,
        gate: gate.id,
        actor: `kiosk:${kioskId}`,
        body,
      },
    ]);
    return { gate, kioskId, desired: await this.#desiredOf(tx, gate) };
  }

  #macOf(code: string): string {
    return this.#keyring.oneTimeCodeMac('enrolment', code);
  }
}
