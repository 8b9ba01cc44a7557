import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CardCredential,
  type CardRequest,
  canRequestAgain,
  cardState,
  expiryOf,
  isSerial,
  serialOf,
} from '../../../../server/credential/card-state.ts';
import type { Status } from '../../../../server/registry/person-status.ts';

const NOW = Date.UTC(2026, 10, 28, 12);
const TODAY_BEGAN = Date.UTC(2026, 10, 27, 23);
const entitled = statusOf('totale');

function statusOf(giudizio: 'totale' | 'oltreUnTerzo'): Status {
  const percentage = giudizio === 'totale' ? 100 : 50;
  const rest = { protocol: 'P', recognised: true, accompagnamento: false, fiscalBenefits: [] };
  return { invaliditaCivile: { ...rest, giudizio, percentage, definitiveOn: '2020-01-01' } };
}
const request = (state: CardRequest['state']): CardRequest => ({
  id: 'r',
  state,
  requestedAt: NOW - 1000,
  reason: state === 'refused' ? 'di profilo' : undefined,
});
const credential = (state: string, expiresAt = NOW + 1): CardCredential => ({
  id: 'c',
  state,
  issuedAt: NOW - 500,
  expiresAt,
  serial: 'IT0000000000',
  companion: true,
});

describe('where a person stands with the card', () => {
  test.each<[string, CardRequest | undefined, CardCredential | undefined, string, boolean]>([
    ['never asked', undefined, undefined, 'none', true],
    ['asked', request('requested'), undefined, 'requested', false],
    ['refused', request('refused'), undefined, 'refused', true],
    ['taken back', request('withdrawn'), undefined, 'withdrawn', true],
    ['issued', request('issued'), credential('live'), 'issued', false],
    ['locked by its holder', request('issued'), credential('locked'), 'locked', false],
    ['past its day', request('issued'), credential('live', TODAY_BEGAN), 'expired', true],
    [
      'locked and past its day',
      request('issued'),
      credential('locked', TODAY_BEGAN),
      'expired',
      true,
    ],
    ['revoked', request('issued'), credential('revoked'), 'revoked', true],
    ['revoked and past its day', request('issued'), credential('revoked', 0), 'revoked', true],
  ])('%s', (_what, asked, issued, name, again) => {
    const state = cardState(asked, issued, entitled, NOW);
    expect(state.name).toBe(name);
    expect(canRequestAgain(state)).toBe(again);
  });

  test('a status that no longer entitles ends the card, and its return brings it back', () => {
    const state = cardState(
      request('issued'),
      credential('live', NOW + 1e9),
      statusOf('oltreUnTerzo'),
      NOW,
    );
    expect(state.name).toBe('notDue');
    expect(canRequestAgain(state)).toBe(false);
  });

  test('ten years, to the end of the day', () => {
    expect(new Date(expiryOf(NOW)).toISOString()).toBe('2036-11-28T23:00:00.000Z');
    expect(new Date(expiryOf(Date.UTC(2028, 1, 29, 12))).toISOString()).toBe(
      '2038-03-01T23:00:00.000Z',
    );
  });
});

describe('a serial', () => {
  test('any one digit written wrong is noticed', () => {
    fc.assert(
      fc.property(
        fc.nat(999_999_999),
        fc.nat(9),
        fc.integer({ min: 1, max: 9 }),
        (number, place, by) => {
          const serial = serialOf(number);
          expect(isSerial(serial)).toBe(true);
          const digits = [...serial.slice(2)];
          digits[place] = String((Number(digits[place]) + by) % 10);
          expect(isSerial(`IT${digits.join('')}`)).toBe(false);
        },
      ),
    );
  });

  test.each(['', 'IT', 'IT123', 'XX0000000000', 'IT00000000000', 'it0000000000'])('%j', (text) => {
    expect(isSerial(text)).toBe(false);
  });
});
