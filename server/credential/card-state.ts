/** A request for a Disability Card, as it is kept. */
export interface CardRequest {
  id: string;
  state: 'requested' | 'issued' | 'refused' | 'withdrawn';
  requestedAt: number;
  /** Why it was refused, in the words of who looked at it. */
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

/** What a card is printed with, and good for. */
export interface IssuedCard {
  credentialId: string;
  serial: string;
  issuedAt: number;
  expiresAt: number;
  /** The "A": the holder may be accompanied. */
  companion: boolean;
}

/**
 * Where a person stands with the card:
 *
 * | from      | by                    | to                                         |
 * |-----------|-----------------------|--------------------------------------------|
 * | none      | the person asks       | requested, or issued where nobody looks    |
 * | requested | staff                 | issued, refused                            |
 * | requested | the person            | withdrawn                                  |
 * | issued    | time                  | expired                                    |
 * | issued    | the person, staff     | locked, revoked                            |
 * | any but requested, issued, locked | the person asks again | requested, issued  |
 */
export type CardState =
  | { name: 'none' }
  | { name: 'requested'; requestId: string; requestedAt: number }
  | { name: 'refused'; reason: string }
  | { name: 'withdrawn' }
  | ({ name: 'issued' | 'locked' | 'expired' | 'revoked' } & IssuedCard);

/** Where the newest request stands. Pure. @param credential of an issued one. */
export function cardState(
  request: CardRequest | undefined,
  credential: CardCredential | undefined,
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
      return credential ? issuedState(credential, now) : { name: 'none' };
  }
}

/** Whether a new request may be made. */
export function canRequestAgain({ name }: CardState): boolean {
  return name !== 'requested' && name !== 'issued' && name !== 'locked';
}

function issuedState(credential: CardCredential, now: number): CardState {
  const { id: credentialId, issuedAt, companion } = credential;
  const expiresAt = credential.expiresAt ?? 0;
  const card = { credentialId, serial: credential.serial ?? '', issuedAt, expiresAt, companion };
  if (credential.state === 'revoked') {
    return { name: 'revoked', ...card };
  }
  if (expiresAt <= now) {
    return { name: 'expired', ...card };
  }
  return { name: credential.state === 'locked' ? 'locked' : 'issued', ...card };
}

/** The card is good for so many years, and ends with the day. */
const YEARS = 10;

/** The end of a card issued now: the same day in ten years, as the day ends in UTC. Pure. */
export function expiryOf(now: number): number {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear() + YEARS, date.getUTCMonth(), date.getUTCDate() + 1);
}

const SERIAL_DIGITS = 9;

/** `IT` and nine digits that tell nothing, and a check digit (ISO/IEC 7812-1, Luhn). @param random below 10^9. */
export function serialOf(random: number): string {
  const digits = String(random).padStart(SERIAL_DIGITS, '0');
  return `IT${digits}${luhn(digits)}`;
}

/** Whether a serial was copied without a slip. */
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
