import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  afterFailure,
  type Guess,
  guessLimits,
  keysOf,
  waitMs,
} from '../../../../server/guessing/guess-limits.ts';
import {
  CODE_LIFE_MS,
  CODE_TRIES,
  newCode,
  tryCode,
} from '../../../../server/guessing/one-time-code.ts';

const limit = guessLimits.credentialAtGate;

test('some tries are free, then each wait doubles, up to the longest', () => {
  let guess: Guess | undefined;
  const waits: number[] = [];
  for (let tried = 0; tried < 14; tried += 1) {
    guess = afterFailure('k', guess, limit, tried);
    waits.push(waitMs([guess], tried));
  }
  expect(waits.slice(0, 8)).toEqual([0, 0, 0, 0, 30_000, 60_000, 120_000, 240_000]);
  expect(waits.at(-1)).toBe(limit.longestMs);
});

test('failures are forgotten with time, and the wait is never more than the longest', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(2_000_000), { maxLength: 60 }), (gaps) => {
      let guess: Guess | undefined;
      let now = 0;
      for (const gap of gaps) {
        now += gap;
        guess = afterFailure('k', guess, limit, now);
        expect(waitMs([guess], now)).toBeLessThanOrEqual(limit.longestMs);
      }
      const later = afterFailure('k', guess, limit, now + gaps.length * limit.leakMs);
      expect(later.failures).toBe(1);
    }),
  );
});

test('wrong tries at one gate never make the owner wait at another', () => {
  const at = (id: string) => keysOf({ asker: { id, site: 's1' }, credentialId: 'c' }, false);
  const [[, here]] = at('kiosk:1') as [[string, string]];
  const [[, there]] = at('kiosk:2') as [[string, string]];
  expect(here).not.toBe(there);
  // What is shared, the site, is out of one gate's reach: its own count stops it long before.
  const perHour = 3_600_000 / guessLimits.kiosk.longestMs + guessLimits.kiosk.free;
  expect(perHour).toBeLessThan(guessLimits.site.free);
});

test('a one-time code lives five minutes and has three tries', () => {
  expect([CODE_LIFE_MS, CODE_TRIES]).toEqual([300_000, 3]);
});

const kept = { codeMac: '', triesLeft: CODE_TRIES, expiresAt: CODE_LIFE_MS, usedAt: undefined };

test('a one-time code: once, three tries, five minutes', () => {
  const used = tryCode(kept, true, 1);
  expect(used.result).toBe('accepted');
  expect(tryCode(used.after, true, 2).result).toBe('spent');
  let code = kept as Parameters<typeof tryCode>[0];
  for (let tried = 0; tried < CODE_TRIES; tried += 1) {
    const { result, after } = tryCode(code, false, 1);
    expect(result).toBe('wrong');
    code = after;
  }
  expect(tryCode(code, true, 1).result).toBe('spent');
  expect(tryCode(kept, true, CODE_LIFE_MS).result).toBe('spent');
});

test('a one-time code has six digits', () => {
  expect(newCode(() => 7)).toBe('000007');
  expect(newCode((max) => max - 1)).toBe('999999');
});
