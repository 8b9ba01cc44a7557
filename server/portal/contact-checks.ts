import { randomInt, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { CodeTries } from '../guessing/code-tries.ts';
import {
  CODE_LIFE_MS,
  CODE_TRIES,
  type CodeResult,
  newCode,
  RESEND_AFTER_MS,
  tryCode,
} from '../guessing/one-time-code.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Notify } from '../notify/notify.ts';
import type { Registry } from '../registry/registry.ts';
import type { Store, Tx } from '../store/store.ts';

/** What can be confirmed: a mobile number by SMS, an address by e-mail. */
export type ContactChannel = 'sms' | 'email';

/** A contact that waits for its code. */
export interface PendingContact {
  channel: ContactChannel;
  value: string;
  expiresAt: number;
  triesLeft: number;
}

export type ContactStart =
  | { outcome: 'sent' }
  | { outcome: 'invalid' }
  /** Too many wrong codes: none for a day. */
  | { outcome: 'locked' }
  | { outcome: 'throttled'; retryAfterMs: number }
  /** This service can't send by this channel. */
  | { outcome: 'unavailable' };

const PLACE = 'contact.value';
const email = z.email().max(254);
/** Italian numbers are written without their prefix; a national mobile number has 9 or 10 digits. */
const NATIONAL = /^3\d{8,9}$/;

/** A mobile number as E.164, however it is typed; undefined where it can be none. */
export function toMobile(typed: string): string | undefined {
  const bare = typed.replace(/[\s().\-/]/g, '').replace(/^00/, '+');
  const number = NATIONAL.test(bare) ? `+39${bare}` : bare;
  return z.e164().safeParse(number).success ? number : undefined;
}

/** *Contatti e consensi*: a contact counts only once the code sent to it has come back. */
export class ContactChecks {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #registry: Registry;
  readonly #notify: Notify;
  readonly #tries: CodeTries;
  readonly #now: () => number;

  constructor(deps: {
    store: Store;
    keyring: Keyring;
    registry: Registry;
    notify: Notify;
    now: () => number;
  }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#registry = deps.registry;
    this.#notify = deps.notify;
    this.#tries = new CodeTries(deps);
    this.#now = deps.now;
  }

  /**
   * Sends a code to a new contact; one that waited on the same channel is forgotten. A code that was sent to
   * the same contact a moment ago is not sent again.
   */
  async start(personId: number, channel: ContactChannel, typed: string): Promise<ContactStart> {
    const trimmed = typed.trim();
    const mail = email.safeParse(trimmed).success ? trimmed : undefined;
    const value = channel === 'sms' ? toMobile(trimmed) : mail;
    if (value === undefined) {
      return { outcome: 'invalid' };
    }
    const code = newCode(randomInt);
    const now = this.#now();
    return this.#store.transaction(async (tx): Promise<ContactStart> => {
      if ((await this.#lockTries(tx, personId, channel)).lockedForMs > 0) {
        return { outcome: 'locked' };
      }
      if (await this.#wasJustSent(tx, personId, channel, value)) {
        return { outcome: 'sent' };
      }
      const queued = await this.#notify.queue(tx, {
        key: `contact:${personId}:${channel}:${now}`,
        to: { kind: channel, personId, address: value },
        template: 'contactCode',
        data: { code },
      });
      if (queued.outcome === 'throttled' || queued.outcome === 'unavailable') {
        return queued;
      }
      const row = {
        value_cipher: this.#keyring.seal(PLACE, value),
        code_mac: this.#codeMac(personId, channel, code),
        tries_left: CODE_TRIES,
        expires_at: now + CODE_LIFE_MS,
        used_at: null,
      };
      await tx
        .insertInto('contact_check')
        .values({ person_id: personId, channel, ...row })
        .onConflict((conflict) => conflict.columns(['person_id', 'channel']).doUpdateSet(row))
        .execute();
      return { outcome: 'sent' };
    });
  }

  /** The code that came back: with the right one the contact is the person's own from now on. */
  async confirm(
    personId: number,
    channel: ContactChannel,
    typed: string,
  ): Promise<CodeResult | 'locked'> {
    const code = typed.replace(/\s/g, '');
    const tried = await this.#store.transaction(async (tx) => {
      const tries = await this.#lockTries(tx, personId, channel);
      if (tries.lockedForMs > 0) {
        return { result: 'locked' as const, value: '' };
      }
      const select = tx
        .selectFrom('contact_check')
        .selectAll()
        .where('person_id', '=', personId)
        .where('channel', '=', channel);
      const locked = this.#store.engine === 'postgres' ? select.forUpdate() : select;
      const row = await locked.executeTakeFirst();
      if (!row) {
        return { result: 'spent' as const, value: '' };
      }
      const mac = Buffer.from(this.#codeMac(personId, channel, code));
      const kept = {
        codeMac: row.code_mac,
        triesLeft: row.tries_left,
        expiresAt: row.expires_at,
        usedAt: row.used_at ?? undefined,
      };
      const matches = timingSafeEqual(mac, Buffer.from(row.code_mac));
      const { result, after } = tryCode(kept, matches, this.#now());
      const counted = result === 'wrong' ? await this.#tries.recordFailure(tx, tries) : tries;
      await tx
        .updateTable('contact_check')
        .set({ tries_left: after.triesLeft, used_at: after.usedAt ?? null })
        .where('person_id', '=', personId)
        .where('channel', '=', channel)
        .execute();
      return counted.lockedForMs > 0
        ? { result: 'locked' as const, value: '' }
        : { result, value: this.#keyring.open(PLACE, row.value_cipher) };
    });
    if (tried.result === 'accepted') {
      const { value } = tried;
      await this.#registry.updateContacts(
        personId,
        channel === 'sms' ? { mobile: value } : { email: value },
      );
      await this.forget(personId, channel);
    }
    return tried.result;
  }

  /** The contacts whose code is on its way. */
  async pending(personId: number): Promise<PendingContact[]> {
    const rows = await this.#store.db
      .selectFrom('contact_check')
      .select(['channel', 'value_cipher', 'expires_at', 'tries_left'])
      .where('person_id', '=', personId)
      .where('used_at', 'is', null)
      .where('tries_left', '>', 0)
      .where('expires_at', '>', this.#now())
      .execute();
    return rows.map((row) => ({
      channel: row.channel as ContactChannel,
      value: this.#keyring.open(PLACE, row.value_cipher),
      expiresAt: row.expires_at,
      triesLeft: row.tries_left,
    }));
  }

  async forget(personId: number, channel?: ContactChannel): Promise<void> {
    const all = this.#store.db.deleteFrom('contact_check').where('person_id', '=', personId);
    await (channel ? all.where('channel', '=', channel) : all).execute();
  }

  /** When a citizen's data are erased. */
  async erase(tx: Tx, personId: number): Promise<void> {
    await tx.deleteFrom('contact_check').where('person_id', '=', personId).execute();
  }

  /** Lets go of codes that nobody brought back. */
  async forgetExpired(): Promise<void> {
    await this.#store.db
      .deleteFrom('contact_check')
      .where('expires_at', '<', this.#now() - CODE_LIFE_MS)
      .execute();
  }

  /** Wrong codes count over all codes and contacts: sending another brings no new tries. */
  #lockTries(tx: Tx, personId: number, channel: ContactChannel) {
    return this.#tries.lock(tx, ['contact', String(personId), channel]);
  }

  async #wasJustSent(
    tx: Tx,
    personId: number,
    channel: ContactChannel,
    value: string,
  ): Promise<boolean> {
    const row = await tx
      .selectFrom('contact_check')
      .select('value_cipher')
      .where('person_id', '=', personId)
      .where('channel', '=', channel)
      .where('used_at', 'is', null)
      .where('tries_left', '>', 0)
      .where('expires_at', '>', this.#now() + CODE_LIFE_MS - RESEND_AFTER_MS)
      .executeTakeFirst();
    return row !== undefined && this.#keyring.open(PLACE, row.value_cipher) === value;
  }

  #codeMac(personId: number, channel: ContactChannel, code: string): string {
    return this.#keyring.oneTimeCodeMac('contact', String(personId), channel, code);
  }
}
