import { randomUUID } from 'node:crypto';
import { type ExpressionBuilder, sql } from 'kysely';
import { VarcoError } from '../../shared/errors.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Tables } from '../store/schema.ts';
import type { Store, Tx } from '../store/store.ts';
import { BODY_BYTES_MAX, type Body, type MessageRequest } from './message.ts';
import { lifeOf, type TemplateName } from './templates.ts';

/** How many messages of one kind a person, or an address, may be sent within a time. */
export interface SendQuota {
  count: number;
  withinMs: number;
}

export interface OutboxLimits {
  /** One-time codes: one more is refused. */
  urgent: SendQuota;
  /** All others: one more waits until its time comes. */
  ordinary: SendQuota;
  /** A claim is believed for so long; above the longest attempt, below a patient person's wait. */
  claimMs: number;
  /** After so many attempts that the other end put off, a message is dead. */
  attemptsMax: number;
  /** A message that nobody could be given for so long is dead. */
  ageMaxMs: number;
  /** How long a settled message's key is remembered, and a dead one's body kept. */
  keepMs: number;
}

export const defaultOutboxLimits: OutboxLimits = {
  urgent: { count: 5, withinMs: 900_000 },
  ordinary: { count: 20, withinMs: 3_600_000 },
  claimMs: 120_000,
  attemptsMax: 12,
  ageMaxMs: 3 * 86_400_000,
  keepMs: 30 * 86_400_000,
};

/** What became of a message that was handed over. */
export type EnqueueResult =
  | { outcome: 'queued'; id: string }
  /** The key was used before: that message is the one. */
  | { outcome: 'duplicate' }
  /** Too many codes to this person lately. */
  | { outcome: 'throttled'; retryAfterMs: number }
  /** This service has nothing to send it with. */
  | { outcome: 'unavailable' };

/** A message that a node has taken to send. */
export interface ClaimedMessage {
  id: string;
  claim: string;
  template: TemplateName;
  personId: number | undefined;
  urgent: boolean;
  attempts: number;
  createdAt: number;
  body: Body;
}

/** What an administrator sees of a message: never whom it is for, nor what it says. */
export interface MessageRow {
  id: string;
  channel: string;
  template: string;
  state: string;
  createdAt: number;
  nextAt: number;
  attempts: number;
  lastCode: string | null;
}

const PLACE = 'message.body';
const LIST_MAX = 1000;

/** The messages in the store; every method is a whole unit of work but {@link enqueue}. */
export class Outbox {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #now: () => number;
  readonly limits: OutboxLimits;

  constructor(deps: {
    store: Store;
    keyring: Keyring;
    now: () => number;
    limits?: OutboxLimits | undefined;
  }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#now = deps.now;
    this.limits = deps.limits ?? defaultOutboxLimits;
  }

  /** Writes a checked message within the caller's transaction: it is sent only if that commits. */
  async enqueue(tx: Tx, request: MessageRequest, body: Body): Promise<EnqueueResult> {
    const { to, key, template } = request;
    const personId = to.personId ?? null;
    const addressMac =
      to.address === undefined ? null : this.#keyring.oneTimeCodeMac('address', to.address);
    const life = lifeOf(template);
    const urgent = life !== undefined;
    const now = this.#now();
    const text = JSON.stringify(body);
    if (text.length > BODY_BYTES_MAX) {
      throw new VarcoError('messageTooLarge', 'A message with its attachments is too large');
    }
    await this.#onePersonAtATime(tx, personId === null ? (addressMac ?? '') : String(personId));
    const known = await tx
      .selectFrom('message')
      .select('id')
      .where('key', '=', key)
      .executeTakeFirst();
    if (known) {
      return { outcome: 'duplicate' };
    }
    const waitMs = await this.#waitMs(tx, { personId, addressMac, urgent }, now);
    if (urgent && waitMs > 0) {
      return { outcome: 'throttled', retryAfterMs: waitMs };
    }
    const id = randomUUID();
    const { numInsertedOrUpdatedRows } = await tx
      .insertInto('message')
      .values({
        id,
        key,
        channel: to.kind,
        template,
        person_id: personId,
        address_mac: addressMac,
        state: 'waiting',
        urgent: Number(urgent),
        body_cipher: this.#keyring.seal(PLACE, text),
        created_at: now,
        next_at: now + waitMs,
        expires_at: life === undefined ? null : now + life,
        attempts: 0,
        claim: null,
        claimed_until: null,
        last_code: null,
        settled_at: null,
      })
      .onConflict((conflict) => conflict.column('key').doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows ? { outcome: 'queued', id } : { outcome: 'duplicate' };
  }

  /** Whether {@link claim} would find something; a read alone, since it is asked every second. */
  async hasDue(channel: string): Promise<boolean> {
    const row = await this.#store.db
      .selectFrom('message')
      .select('id')
      .where('channel', '=', channel)
      .where(isDue(this.#now()))
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  /**
   * Takes messages that are due, the urgent ones first. No other node takes them until `claimMs` is
   * over: PostgreSQL skips rows that another claims at this moment, SQLite has one writer.
   */
  async claim(channel: string, count: number, options: { urgentOnly?: boolean } = {}) {
    const now = this.#now();
    const claim = randomUUID();
    return this.#store.transaction(async (tx) => {
      await tx
        .updateTable('message')
        .set({ state: 'expired', body_cipher: null, settled_at: now })
        .where('channel', '=', channel)
        .where(isDue(now))
        .where('expires_at', '<=', now)
        .execute();
      const due = tx
        .selectFrom('message')
        .select('id')
        .where('channel', '=', channel)
        .where(isDue(now))
        .$if(options.urgentOnly === true, (query) => query.where('urgent', '=', 1))
        .orderBy('urgent', 'desc')
        .orderBy('next_at')
        .limit(count);
      const rows = await tx
        .updateTable('message')
        .set((row) => ({
          state: 'sending',
          claim,
          claimed_until: now + this.limits.claimMs,
          attempts: row('attempts', '+', 1),
        }))
        .where('id', 'in', this.#store.engine === 'postgres' ? due.forUpdate().skipLocked() : due)
        .returning(['id', 'template', 'person_id', 'urgent', 'attempts', 'created_at'])
        .returning('body_cipher')
        .execute();
      const claimed: ClaimedMessage[] = [];
      for (const { body_cipher: box, ...row } of rows) {
        const body = this.#open(box);
        if (body) {
          claimed.push({
            id: row.id,
            claim,
            template: row.template as TemplateName,
            personId: row.person_id ?? undefined,
            urgent: row.urgent === 1,
            attempts: row.attempts,
            createdAt: row.created_at,
            body,
          });
        } else {
          // Of a key that is gone: it must not keep the others from going.
          const dead = { state: 'dead', last_code: 'boxUnreadable', claim: null, settled_at: now };
          await tx.updateTable('message').set(dead).where('id', '=', row.id).execute();
        }
      }
      return claimed;
    });
  }

  /** The other end took it: what it said, and to whom, is erased. */
  async markDelivered(one: ClaimedMessage): Promise<void> {
    await this.#settle(one, { state: 'delivered', body_cipher: null, last_code: null });
  }

  /** It will never be taken; its body stays for an administrator who mends the cause. */
  async markDead(one: ClaimedMessage, code: string): Promise<void> {
    await this.#settle(one, { state: 'dead', last_code: code });
  }

  /** Another attempt after `delayMs`. @param options.counts false: this attempt told nothing about it. */
  async reschedule(
    one: ClaimedMessage,
    code: string,
    delayMs: number,
    options: { counts: boolean },
  ) {
    await this.#store.db
      .updateTable('message')
      .set({
        state: 'waiting',
        claim: null,
        claimed_until: null,
        next_at: this.#now() + delayMs,
        attempts: one.attempts - (options.counts ? 0 : 1),
        last_code: code,
      })
      .where('id', '=', one.id)
      .where('claim', '=', one.claim)
      .execute();
  }

  /** Newest first. @param state one state, or all. */
  async list(state?: string, limit = 100): Promise<MessageRow[]> {
    const rows = await this.#store.db
      .selectFrom('message')
      .select(['id', 'channel', 'template', 'state', 'attempts', 'last_code'])
      .select(['created_at', 'next_at'])
      .$if(state !== undefined, (query) => query.where('state', '=', state ?? ''))
      .orderBy('created_at', 'desc')
      .limit(Math.min(limit, LIST_MAX))
      .execute();
    return rows.map(({ created_at, next_at, last_code, ...row }) => ({
      ...row,
      createdAt: created_at,
      nextAt: next_at,
      lastCode: last_code,
    }));
  }

  /** How many messages are in each state. */
  async counts(): Promise<Record<string, number>> {
    const rows = await this.#store.db
      .selectFrom('message')
      .select(['state', sql<number>`count(*)`.as('count')])
      .groupBy('state')
      .execute();
    return Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)]));
  }

  /** A dead letter begins anew. @throws VarcoError `messageUnknown`: no dead one has this id. */
  async retry(id: string, db: Pick<Tx, 'updateTable'> = this.#store.db): Promise<void> {
    const now = this.#now();
    const { numUpdatedRows } = await db
      .updateTable('message')
      .set({ state: 'waiting', attempts: 0, next_at: now, created_at: now, settled_at: null })
      .where('id', '=', id)
      .where('state', '=', 'dead')
      .where('body_cipher', 'is not', null)
      .executeTakeFirstOrThrow();
    ensureOne(numUpdatedRows);
  }

  /** Gives a message up and erases it. @throws VarcoError `messageUnknown`: none waits or is dead. */
  async drop(id: string, db: Pick<Tx, 'updateTable'> = this.#store.db): Promise<void> {
    const { numUpdatedRows } = await db
      .updateTable('message')
      .set({ state: 'dropped', body_cipher: null, settled_at: this.#now() })
      .where('id', '=', id)
      .where('state', 'in', ['waiting', 'dead'])
      .executeTakeFirstOrThrow();
    ensureOne(numUpdatedRows);
  }

  /** Forgets what was settled long ago. */
  async purgeSettled(): Promise<void> {
    await this.#store.db
      .deleteFrom('message')
      .where('state', 'in', ['delivered', 'dead', 'expired', 'dropped'])
      .where('settled_at', '<', this.#now() - this.limits.keepMs)
      .execute();
  }

  #open(box: Buffer | null): Body | undefined {
    try {
      return JSON.parse(this.#keyring.open(PLACE, box ?? Buffer.alloc(0))) as Body;
    } catch {
      return undefined;
    }
  }

  async #settle(
    one: ClaimedMessage,
    values: { state: string; body_cipher?: null; last_code: string | null },
  ): Promise<void> {
    await this.#store.db
      .updateTable('message')
      .set({ ...values, claim: null, claimed_until: null, settled_at: this.#now() })
      .where('id', '=', one.id)
      .where('claim', '=', one.claim)
      .execute();
  }

  /** How long until one more may be sent to this person or address; 0: now. */
  async #waitMs(
    tx: Tx,
    one: { personId: number | null; addressMac: string | null; urgent: boolean },
    now: number,
  ): Promise<number> {
    const { count, withinMs } = one.urgent ? this.limits.urgent : this.limits.ordinary;
    // A message that was put off counts at the time it goes, so that the next waits behind it.
    const times = await tx
      .selectFrom('message')
      .select('next_at')
      .where((row) =>
        row.or([
          ...(one.personId === null ? [] : [row('person_id', '=', one.personId)]),
          ...(one.addressMac === null ? [] : [row('address_mac', '=', one.addressMac)]),
        ]),
      )
      .where('urgent', '=', Number(one.urgent))
      .where('next_at', '>', now - withinMs)
      .orderBy('next_at', 'desc')
      .limit(count)
      .execute();
    const oldest = times[count - 1]?.next_at;
    return oldest === undefined ? 0 : oldest + withinMs - now;
  }

  /** Two nodes that count for the same person at once would both let the last one through. */
  async #onePersonAtATime(tx: Tx, who: string): Promise<void> {
    if (this.#store.engine === 'postgres') {
      await sql`select pg_advisory_xact_lock(hashtextextended(${`varco message ${who}`}, 0))`.execute(
        tx,
      );
    }
  }
}

function isDue(now: number) {
  return (row: ExpressionBuilder<Tables, 'message'>) =>
    row.or([
      row.and([row('state', '=', 'waiting'), row('next_at', '<=', now)]),
      // Its node died while it sent: whether it went is not known, so it goes again.
      row.and([row('state', '=', 'sending'), row('claimed_until', '<=', now)]),
    ]);
}

function ensureOne(updated: bigint): void {
  if (!updated) {
    throw new VarcoError('messageUnknown', 'No message in that state has this id');
  }
}
