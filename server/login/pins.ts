import { randomInt } from 'node:crypto';
import { parse } from '../../shared/codice-fiscale/parse.ts';
import { VarcoError } from '../../shared/errors.ts';
import type { LoginAttempts } from '../guessing/login-attempts.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Notify } from '../notify/notify.ts';
import type { Registry } from '../registry/registry.ts';
import type { Store } from '../store/store.ts';
import type { HashQueue } from './hash-queue.ts';
import { hashPassword, verifyPassword } from './password.ts';

/** 32 letters and digits that are not easily confused, 5 bits each. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const HALF = 8;
const DAY_MS = 86_400_000;
/** Life of a 16-character PIN, which waits for a letter, and of an 8-character one. */
export const PIN_LIFE_MS = { issued: 60 * DAY_MS, active: 365 * DAY_MS } as const;

export type PinOutcome =
  | { ok: true; kind: 'issued' | 'active'; codiceFiscale: string }
  | { ok: false; reason: 'wrong' }
  /** Too many passwords are being checked just now. */
  | { ok: false; reason: 'overloaded' }
  | { ok: false; reason: 'throttled'; retryAfterMs: number };

/** Eight random characters of the alphabet. */
export function newPinHalf(): string {
  return Array.from({ length: HALF }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** Normalizes a PIN for comparison: upper case, without separators. Pure. */
export function plainPin(text: string): string {
  return text.toUpperCase().replace(/[\s.-]/g, '');
}

/**
 * The issuer's PIN (domain §6): 16 characters in two halves sent separately, replaced at first use by one
 * of 8 characters. Stored only as an scrypt hash.
 */
export class Pins {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #registry: Pick<Registry, 'identity'>;
  readonly #notify: Pick<Notify, 'queue'>;
  readonly #attempts: LoginAttempts;
  readonly #hashing: HashQueue;
  readonly #now: () => number;

  constructor(deps: {
    store: Store;
    keyring: Keyring;
    registry: Pick<Registry, 'identity'>;
    notify: Pick<Notify, 'queue'>;
    attempts: LoginAttempts;
    hashing: HashQueue;
    now: () => number;
  }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#registry = deps.registry;
    this.#notify = deps.notify;
    this.#attempts = deps.attempts;
    this.#hashing = deps.hashing;
    this.#now = deps.now;
  }

  /**
   * Issues a PIN that replaces any earlier one. The first half is sent at once, the second is returned for
   * a letter.
   *
   * @throws VarcoError `personUnknown`, `contactMissing`, `messagesUnavailable`.
   */
  async issue(
    codiceFiscale: string,
    by: 'email' | 'sms',
  ): Promise<{ secondHalf: string; name: string }> {
    const mac = this.#keyring.codeMac(codiceFiscale);
    const person = await this.#store.db
      .selectFrom('person')
      .select('id')
      .where('code_mac', '=', mac)
      .executeTakeFirst();
    if (!person) {
      throw new VarcoError('personUnknown', 'Nobody in the archive has this codice fiscale');
    }
    const { name, email, mobile } = await this.#registry.identity(person.id);
    if ((by === 'email' ? email : mobile) === undefined) {
      throw new VarcoError('contactMissing', `This person has no ${by} on file`);
    }
    const [half, secondHalf] = [newPinHalf(), newPinHalf()];
    const password = await hashPassword(half + secondHalf);
    const now = this.#now();
    await this.#store.transaction(async (tx) => {
      await tx.deleteFrom('pin').where('code_mac', '=', mac).execute();
      await tx
        .insertInto('pin')
        .values({
          code_mac: mac,
          person_id: person.id,
          state: 'issued',
          password,
          issued_at: now,
          expires_at: now + PIN_LIFE_MS.issued,
        })
        .execute();
      const { outcome } = await this.#notify.queue(tx, {
        key: `pin:${person.id}:${now}`,
        to: { kind: by, personId: person.id },
        template: 'pinHalf',
        data: { half },
      });
      if (outcome === 'unavailable') {
        throw new VarcoError('messagesUnavailable', `This service can't send by ${by}`);
      }
    });
    return { secondHalf, name };
  }

  /**
   * Checks a PIN: an unknown person, a wrong and an expired PIN get the same answer after the same work.
   */
  async check(input: { codiceFiscale: string; pin: string }, address: string): Promise<PinOutcome> {
    const parsed = parse(input.codiceFiscale);
    const codiceFiscale = (parsed.ok ? parsed : parsed.doubtful)?.code ?? '';
    // By person, not by spelling: each space between the letters would bring new tries.
    const account = `pin ${codiceFiscale || plainPin(input.codiceFiscale)}`;
    const attempt = await this.#attempts.reserve(account, address);
    if (!attempt.ok) {
      return attempt;
    }
    const row = await this.#store.db
      .selectFrom('pin')
      .selectAll()
      .where('code_mac', '=', this.#keyring.codeMac(codiceFiscale))
      .executeTakeFirst();
    const usable = row && row.expires_at > this.#now() ? row : undefined;
    const isRight = await this.#hashing.run({ lane: 'pin', address, account }, () =>
      verifyPassword(plainPin(input.pin), usable?.password),
    );
    if (isRight === 'overloaded') {
      await attempt.reserved.undo();
      return { ok: false, reason: 'overloaded' };
    }
    if (!isRight || !usable) {
      return { ok: false, reason: 'wrong' };
    }
    await attempt.reserved.giveBack();
    return { ok: true, kind: usable.state, codiceFiscale };
  }

  /** Replaces the 16-character PIN by the 8-character one, once; false if it was already replaced. */
  async replace(
    codiceFiscale: string,
    pin: string,
    address: string,
  ): Promise<boolean | 'overloaded'> {
    const caller = { lane: 'pin', address, account: `pin ${codiceFiscale}` } as const;
    const password = await this.#hashing.run(caller, () => hashPassword(pin));
    if (password === 'overloaded') {
      return password;
    }
    const { numUpdatedRows } = await this.#store.db
      .updateTable('pin')
      .set({ state: 'active', password, expires_at: this.#now() + PIN_LIFE_MS.active })
      .where('code_mac', '=', this.#keyring.codeMac(codiceFiscale))
      .where('state', '=', 'issued')
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }
}
