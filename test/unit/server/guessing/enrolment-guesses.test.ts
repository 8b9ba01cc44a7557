import { expect, test } from 'vitest';
import {
  EnrolmentGuesses,
  WINDOW_MS,
  WRONG_MAX,
  WRONG_PER_ADDRESS_MAX,
  WRONG_PER_SHARE_MAX,
} from '../../../../server/guessing/enrolment-guesses.ts';

/** So many wrong codes, one after the other. @returns how many were checked. */
function guess(guesses: EnrolmentGuesses, address: string, count: number, now = 0): number {
  let checked = 0;
  for (let attempt = 0; attempt < count; attempt += 1) {
    const end = guesses.begin(address, now);
    checked += end ? 1 : 0;
    end?.(true);
  }
  return checked;
}

test.each([
  ['an address', () => '192.0.2.1', WRONG_PER_ADDRESS_MAX],
  ['a /64', (n: number) => `2001:db8:1:2::${n.toString(16)}`, WRONG_PER_ADDRESS_MAX],
  ['a /24', (n: number) => `192.0.2.${n}`, WRONG_PER_SHARE_MAX],
  ['a /48', (n: number) => `2001:db8:1:${n.toString(16)}::1`, WRONG_PER_SHARE_MAX],
  ['a /24 that IPv6 sockets see', (n: number) => `::ffff:192.0.2.${n}`, WRONG_PER_SHARE_MAX],
])('%s has so many wrong codes in a window', (_name, address, most) => {
  const guesses = new EnrolmentGuesses();
  let checked = 0;
  for (let n = 1; n <= 100; n += 1) {
    checked += guess(guesses, address(n), 1);
  }
  expect(checked).toBe(most);
  expect(guess(guesses, address(1), 1, WINDOW_MS)).toBe(1);
});

test('whoever was never wrong gets in, however many others flood', () => {
  const guesses = new EnrolmentGuesses();
  for (let share = 0; share < 200; share += 1) {
    guess(guesses, `10.0.${share}.1`, 5);
  }
  expect(guess(guesses, '10.0.7.2', 1)).toBe(0);
  expect(guess(guesses, '10.1.0.1', 2)).toBe(1);
  expect(guess(guesses, '2001:db8::1', 1)).toBe(1);
  expect(WRONG_MAX).toBe(500);
});

test('a burst after a wrong code gets no more tries than a sequence', () => {
  const guesses = new EnrolmentGuesses();
  expect(guess(guesses, '192.0.2.1', 1)).toBe(1);
  const burst = Array.from({ length: 50 }, () => guesses.begin('192.0.2.1', 0));
  expect(burst.filter((end) => end !== undefined)).toHaveLength(WRONG_PER_ADDRESS_MAX - 1);
});

test('right codes in any number at once count as none', () => {
  const guesses = new EnrolmentGuesses();
  const burst = Array.from({ length: 100 }, () => guesses.begin('192.0.2.1', 0));
  for (const end of burst) {
    end?.(false);
  }
  expect(burst.every((end) => end !== undefined)).toBe(true);
  expect(guess(guesses, '192.0.2.1', 9)).toBe(WRONG_PER_ADDRESS_MAX);
});
