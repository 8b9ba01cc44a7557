import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { VarcoError } from '../../shared/errors.ts';
import { demand, type FleetActor } from '../fleet/access/actor.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Store, Tx } from '../store/store.ts';
import { BODY_BYTES_MAX, type Body, type MessageRequest } from './message.ts';
import { defaultOutboxLimits, type OutboxLimits } from './outbox-limits.ts';
import { isDue, lockRecipient, quotaWaitMs } from './outbox-rows.ts';
import { lifeOf, type TemplateName } from './templates.ts';

/** The result of queueing a message. */
export type EnqueueResult =
  | { outcome: 'queued'; id: string }
  /** The key was used before, so the earlier message stands. */
  | { outcome: 'duplicate' }
  /** Too many codes to this person recently. */
  | { outcome: 'throttled'; retryAfterMs: number }
  /** This service has no transport for the channel. */
  | { outcome: 'unavailable' };

/** A message that a node has claimed for sending. */
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

/** A message as an administrator sees it, without its recipient and content. */
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

/** The stored messages. Every method is a whole unit of work, except {@link enqueue}. */
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

  /** Stores a validated message within the caller's transaction: it is sent only if that commits. */
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
    await lockRecipient(this.#store, tx, personId === null ? (addressMac ?? '') : String(personId));
    const known = await tx
      .selectFrom('message')
      .select('id')
      .where('key', '=', key)
      .executeTakeFirst();
    if (known) {
      return { outcome: 'duplicate' };
    }
    const quota = urgent ? this.limits.urgent : this.limits.ordinary;
    const waitMs = await quotaWaitMs(tx, { personId, addressMac, urgent }, quota, now);
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

  /** Whether {@link claim} would find something: only a read, because it runs every second. */
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
   * Claims due messages, urgent ones first. No other node claims them before `claimMs` has passed:
   * PostgreSQL skips rows that another node is claiming, and SQLite has a single writer.
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
          // Encrypted with a key that is gone: it must not block the others.
          const dead = { state: 'dead', last_code: 'boxUnreadable', claim: null, settled_at: now };
          await tx.updateTable('message').set(dead).where('id', '=', row.id).execute();
        }
      }
      return claimed;
    });
  }

  /** Marks a message as delivered and erases its content and recipient. */
  async markDelivered(one: ClaimedMessage): Promise<void> {
    await this.#settle(one, { state: 'delivered', body_cipher: null, last_code: null });
  }

  /** Marks a message as dead; its body stays until an administrator has fixed the cause. */
  async markDead(one: ClaimedMessage, code: string): Promise<void> {
    await this.#settle(one, { state: 'dead', last_code: code });
  }

  /** Schedules another attempt. @param options.counts whether this attempt counts towards the maximum. */
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

  /** Newest first. @param state one state, or all. @throws VarcoError `forbidden`. */
  async list(who: FleetActor, state?: string, limit = 100): Promise<MessageRow[]> {
    demand(who, 'message.manage');
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

  /** How many messages are in each state, not filtered by permission. */
  async counts(): Promise<Record<string, number>> {
    const rows = await this.#store.db
      .selectFrom('message')
      .select(['state', sql<number>`count(*)`.as('count')])
      .groupBy('state')
      .execute();
    return Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)]));
  }

  /**
   * Queues a dead message again.
   *
   * @throws VarcoError `forbidden`, `messageUnknown` when no dead one has this id.
   */
  async retry(
    who: FleetActor,
    id: string,
    db: Pick<Tx, 'updateTable'> = this.#store.db,
  ): Promise<void> {
    demand(who, 'message.manage');
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

  /** Drops and erases a waiting or dead message. @throws VarcoError `forbidden`, `messageUnknown`. */
  async drop(
    who: FleetActor,
    id: string,
    db: Pick<Tx, 'updateTable'> = this.#store.db,
  ): Promise<void> {
    demand(who, 'message.manage');
    const { numUpdatedRows } = await db
      .updateTable('message')
      .set({ state: 'dropped', body_cipher: null, settled_at: this.#now() })
      .where('id', '=', id)
      .where('state', 'in', ['waiting', 'dead'])
      .executeTakeFirstOrThrow();
    ensureOne(numUpdatedRows);
  }

  /** Deletes messages that were settled long ago. */
  async purgeSettled(): Promise<void> {
    await this.#store.db
      .deleteFrom('message')
      .where('state', 'in', ['delivered', 'dead', 'expired', 'dropped'])
      .where('settled_at', '<', this.#now() - this.limits.keepMs)
      .execute();
  }

  #open(box: Buffer | null): Body | undefined {
    try {
      return JSON.parse(this.#keyring.open(PLACE, box ?? Buffer.alloc(0)));
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
}

function ensureOne(updated: bigint): void {
  if (!updated) {
    throw new VarcoError('messageUnknown', 'No message in that state has this id');
  }
}
