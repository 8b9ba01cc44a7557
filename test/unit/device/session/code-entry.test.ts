import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  entryProgress,
  fillEntry,
  isComplete,
  maskEntry,
  pressKey,
  startEntry,
  translateKey,
} from '../../../../device/session/code-entry.ts';
import type { CodeEntry, EntryMethod } from '../../../../device/session/entry-state.ts';
import type { Key } from '../../../../hardware/ports.ts';
import { pressesOf } from '../../../../scripts/bench/cf/presses.ts';
import { arbitraryCode, arbitraryProvisional } from '../../../support/codice-fiscale/arbitrary.ts';

const character = (each: string): Key => ({ kind: 'character', character: each });

/** The entry after keys written as text: `<` is backspace, `!` is clear. */
function press(entry: CodeEntry, keys: string): CodeEntry {
  return Array.from(keys).reduce((now, each) => {
    const key: Key =
      each === '<' ? { kind: 'backspace' } : each === '!' ? { kind: 'clear' } : character(each);
    return pressKey(now, key);
  }, entry);
}

const typed = (method: EntryMethod, keys: string) => press(startEntry(method), keys).characters;

describe('every valid code comes back', () => {
  test.each(['direct', 'keyIndex', 'multiTap'] as const)('by %s', (method) => {
    fc.assert(
      fc.property(fc.oneof(arbitraryCode, arbitraryProvisional), (code) => {
        const entry = press(startEntry(method), pressesOf(method, code).join(''));
        expect(entry.characters).toBe(code);
        expect(isComplete(entry)).toBe(method !== 'direct' || code.length === 16);
      }),
    );
  });

  test('by a full keyboard, whatever the method', () => {
    fc.assert(
      fc.property(arbitraryCode, (code) => {
        for (const method of ['direct', 'keyIndex', 'multiTap'] as const) {
          const plain = Array.from(code).every(
            (each, at) => /[A-Z]/.test(each) || [6, 7, 9, 10, 12, 13, 14].includes(at),
          );
          expect(plain).toBe(true);
          expect(typed(method, code)).toBe(code);
        }
      }),
    );
  });

  test('key + index always takes 25 presses without omocodia, one more for each of its letters twice', () => {
    fc.assert(
      fc.property(arbitraryCode, (code) => {
        const letters = [6, 7, 9, 10, 12, 13, 14].filter((at) => /[A-Z]/.test(code.charAt(at)));
        expect(pressesOf('keyIndex', code)).toHaveLength(25 + 2 * letters.length);
      }),
    );
  });

  test('whatever is pressed, the entry stays an entry', () => {
    const keys = fc.array(fc.constantFrom(...'0123456789*#<!AXZ'), { maxLength: 80 });
    fc.assert(
      fc.property(fc.constantFrom('keyIndex', 'multiTap', 'direct'), keys, (method, presses) => {
        const entry = press(startEntry(method), presses.join(''));
        const { entered, length } = entryProgress(entry);
        expect(entered).toBe(entry.characters.length);
        expect(entered).toBeLessThanOrEqual(length);
        expect(entry.characters).toMatch(/^[A-Z0-9]*$/);
        expect(pressKey(entry, { kind: 'clear' })).toEqual(startEntry(method));
      }),
    );
  });
});

describe('key + index', () => {
  test.each([
    ['22', 'B'],
    ['74', 'S'],
    ['94', 'Z'],
    ['0', ''],
    ['1', ''],
    ['#', ''],
    ['24', ''],
    ['20', ''],
    ['2422', 'B'],
    // After a vowel only vowels and X can follow: B is refused, A and X are not.
    ['2122', 'A'],
    ['212221', 'AA'],
    ['2192', 'AX'],
    ['21922192', 'AXX'],
    ['2<32', 'E'],
    ['2*32', 'E'],
    ['22*', ''],
    ['2232<', 'B'],
    ['2232!', ''],
  ])('%s → %s', (keys, expected) => expect(typed('keyIndex', keys)).toBe(expected));

  test.each([
    ['41', ''],
    ['42', 'H'],
    ['23', 'C'],
    ['32', 'E'],
    ['91', ''],
  ])('at the month %s → %s', (keys, expected) => {
    expect(typed('keyIndex', `RSSMRA80${keys}`)).toBe(`RSSMRA80${expected}`);
  });

  test.each([
    ['51', ''],
    ['53', 'L'],
    ['94', 'Z'],
    ['93', ''],
    ['43', 'I'],
  ])('at the place %s → %s', (keys, expected) => {
    expect(typed('keyIndex', `RSSMRA80A01${keys}`)).toBe(`RSSMRA80A01${expected}`);
  });

  test.each([
    ['8', '8'],
    ['*53', 'L'],
    ['*83', 'V'],
    ['*51', ''],
    ['*<8', '8'],
    ['*2', ''],
    ['0*', '0'],
  ])('where a digit stands %s → %s', (keys, expected) => {
    expect(typed('keyIndex', `RSSMRA${keys}`)).toBe(`RSSMRA${expected}`);
  });

  test('two stars take back where a digit stands', () => {
    expect(typed('keyIndex', 'RSSMRA8**')).toBe('RSSMRA');
    expect(typed('multiTap', 'RSSMRA8**')).toBe('RSSMRA');
  });
});

describe('multi-tap with next', () => {
  test.each([
    ['2', 'A'],
    ['22', 'B'],
    ['222', 'C'],
    ['2222', 'A'],
    ['22#22', 'BB'],
    ['223', 'BD'],
    ['2#2', 'AA'],
    // After a vowel only A is left on 2: it needs no next.
    ['2#22', 'AAA'],
    ['29', 'AX'],
    ['##', ''],
    ['22*', ''],
    ['22<', ''],
    ['0', ''],
  ])('%s → %s', (keys, expected) => expect(typed('multiTap', keys)).toBe(expected));

  test.each([
    ['2', 'RSSMRA2'],
    ['2#2', 'RSSMRA22'],
    ['*5', 'RSSMRAL'],
    ['*666#', 'RSSMRAM'],
    ['*66', 'RSSMRAN'],
    ['*66#6', 'RSSMRAN6'],
    ['*665', 'RSSMRAN5'],
    ['*66*8', 'RSSMRANT'],
  ])('where a digit stands %s → %s', (keys, expected) => {
    expect(typed('multiTap', `RSSMRA${keys}`)).toBe(expected);
  });

  test('a digit after a letter on the same key needs next, on another key it does not', () => {
    expect(typed('multiTap', 'RSSMR2#28')).toBe('RSSMRA28');
    expect(typed('multiTap', 'RSSMR80')).toBe('RSSMRT0');
    expect(typed('multiTap', '777#7777#7777#67777#2')).toBe('RSSMSA');
  });

  test('the last letter can still change when the code is complete', () => {
    const entry = press(startEntry('multiTap'), 'RSSMRA80A01H5018');
    expect(isComplete(entry)).toBe(true);
    expect(press(entry, '8').characters).toBe('RSSMRA80A01H501U');
    expect(press(entry, '85').characters).toBe('RSSMRA80A01H501U');
  });
});

describe('all methods', () => {
  test.each(['keyIndex', 'multiTap'] as const)('%s: a star begins a provisional code', (method) => {
    expect(typed(method, '*46324090367')).toBe('46324090367');
    expect(typed(method, '*463240903671')).toBe('46324090367');
    expect(typed(method, '*4*')).toBe('');
    expect(typed(method, '**22')).not.toBe('22');
    expect(press(startEntry(method), '*<').form).toBe('full');
  });

  test('# is confirm when nothing more can come, and next before', () => {
    const full = press(startEntry('multiTap'), 'RSSMRA80A01H501U');
    expect(translateKey(full, character('#'))).toEqual({ kind: 'confirm' });
    expect(translateKey(press(full, '<'), character('#'))).toEqual(character('#'));
    expect(translateKey(full, character('2'))).toEqual(character('2'));
    const direct = press(startEntry('direct'), 'RSSMRA80A01H501U');
    expect(translateKey(direct, character('#'))).toEqual(character('#'));
  });

  test('keys of another kind change nothing', () => {
    const entry = press(startEntry('keyIndex'), '22');
    for (const kind of ['confirm', 'end', 'help', 'language', 'repeat'] as const) {
      expect(pressKey(entry, { kind })).toBe(entry);
    }
    expect(pressKey(entry, character('é'))).toBe(entry);
    expect(pressKey(entry, character('constructor'))).toBe(entry);
  });

  test('a card fills the entry', () => {
    const entry = fillEntry(press(startEntry('keyIndex'), '222'), 'RSSMRA80A01H501U');
    expect(entry).toMatchObject({ characters: 'RSSMRA80A01H501U', pending: { state: 'none' } });
    expect(isComplete(fillEntry(entry, '46324090367'))).toBe(true);
  });

  test('the mask shows the last character and no other', () => {
    expect(maskEntry(startEntry('direct'))).toBe('');
    expect(maskEntry(press(startEntry('direct'), 'R'))).toBe('R');
    expect(maskEntry(press(startEntry('direct'), 'RSSM'))).toBe('•••M');
    expect(entryProgress(press(startEntry('direct'), 'RSSM'))).toEqual({ entered: 4, length: 16 });
    expect(entryProgress(press(startEntry('keyIndex'), '*12'))).toEqual({ entered: 2, length: 11 });
  });
});
