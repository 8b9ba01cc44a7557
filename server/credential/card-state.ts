import { nextDay, romeDay, romeMidnight } from '../../shared/rome-day.ts';
import { cardStanding } from '../registry/card-standing.ts';
import type { Status } from '../registry/person-status.ts';

/** A request for a Disability Card as it is stored. */
export interface CardRequest {
  id: string;
  state: 'requested' | 'issued' | 'refused' | 'withdrawn';
  requestedAt: number;
  /** Why it was refused, as the reviewer wrote it. */
  reason: string | undefined;
}

/** The credential behind an issued card. */
export interface CardCredential {
  id: string;
  state: string;
  issuedAt: number;
  expiresAt: number | null;
  serial: string | null;
  companion: boolean;
}

/** What is printed on a card, and how long it is valid. */
export interface IssuedCard {
  credentialId: string;
  serial: string;
  issuedAt: number;
  expiresAt: number;
  /** The "A": the holder may be accompanied, as long as the status asks for it. */
  companion: boolean;
}

/**
 * The state of a person's card:
 *
 * | from      | by                    | to                                         |
 * |-----------|-----------------------|--------------------------------------------|
 * | none      | the person asks       | requested, or issued where no review is on |
 * | requested | staff                 | issued, refused                            |
 * | requested | the person            | withdrawn                                  |
 * | issued    | time                  | expired                                    |
 * | issued    | the status            | notDue, and issued again                   |
 * | issued    | the person, staff     | locked, revoked                            |
 * | any but requested, issued, locked | the person asks again | requested, issued  |
 */
export type CardState =
  | { name: 'none' }
  | { name: 'requested'; requestId: string; requestedAt: number }
  | { name: 'refused'; reason: string }
  | { name: 'withdrawn' }
  | ({ name: 'issued' | 'locked' | 'expired' | 'revoked' | 'notDue' } & IssuedCard);

/**
 * The state that follows from the newest request. Pure.
 *
 * @param credential of an issued card.
 * @param status the holder's, now.
 */
export function cardState(
  request: CardRequest | undefined,
  credential: CardCredential | undefined,
  status: Status,
  now: number,
): CardState {
  switch (request?.state) {
    case undefined:
      return { name: 'none' };
    case 'requested':
      return { name: 'requested', requestId: request.id, requestedAt: request.requestedAt };
    case 'refused':
      return { name: 'refused', reason: request.reason ?? '' };
    case 'withdrawn':
      return { name: 'withdrawn' };
    case 'issued':
      return credential ? issuedState(credential, status, now) : { name: 'none' };
  }
}

/** Whether a new request may be made. */
export function canRequestAgain({ name }: CardState): boolean {
  return name !== 'requested' && name !== 'issued' && name !== 'locked' && name !== 'notDue';
}

function issuedState(credential: CardCredential, status: Status, now: number): CardState {
  const { id: credentialId, state, issuedAt, serial, expiresAt, companion } = credential;
  const record = { state, expires_at: expiresAt, companion: Number(companion) };
  const standing = cardStanding(status, record, romeDay(now));
  const card = { credentialId, serial: serial ?? '', issuedAt, expiresAt: expiresAt ?? 0 };
  return standing.name === 'valid'
    ? { name: 'issued', ...card, companion: standing.companion }
    : { name: standing.name, ...card, companion };
}

/** How many years a card is valid; it expires at the end of the day. */
const YEARS = 10;

/** When a card issued now expires: the end, in Rome, of the same day in ten years. Pure. */
export function expiryOf(now: number): number {
  const [year = 0, month = 1, day = 1] = romeDay(now).split('-').map(Number);
  const last = new Date(Date.UTC(year + YEARS, month - 1, day)).toISOString().slice(0, 10);
  return romeMidnight(nextDay(last));
}

/** Serials have as many digits as numbers below this. */
export const SERIALS_BELOW = 10 ** 9;
const SERIAL_DIGITS = 9;

/** `IT`, nine random digits and a check digit (Luhn, ISO/IEC 7812-1). @param random below 10^9. */
export function serialOf(random: number): string {
  const digits = String(random).padStart(SERIAL_DIGITS, '0');
  return `IT${digits}${luhn(digits)}`;
}

/** Whether a serial has its form and the right check digit. */
export function isSerial(text: string): boolean {
  const digits = /^IT(\d{9})(\d)$/.exec(text);
  return digits !== null && luhn(digits[1] ?? '') === Number(digits[2]);
}

function luhn(digits: string): number {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return (10 - (sum % 10)) % 10;
}
