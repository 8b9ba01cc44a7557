import { describe, expect, test } from 'vitest';
import { pressKey, startEntry } from '../../../../device/session/code-entry.ts';
import { echoText } from '../../../../device/session/echo-text.ts';
import { echoOf, expectedKind, isPrivate } from '../../../../device/session/entry-echo.ts';
import type { EntryMethod } from '../../../../device/session/entry-state.ts';
import type { Key } from '../../../../hardware/ports.ts';
import { languages } from '../../../../shared/language.ts';

/** What the last of some keys is answered with; `<` is backspace, `!` is clear. */
function echo(method: EntryMethod, keys: string) {
  let before = startEntry(method);
  let after = before;
  for (const each of keys) {
    const key: Key =
      each === '<'
        ? { kind: 'backspace' }
        : each === '!'
          ? { kind: 'clear' }
          : { kind: 'character', character: each };
    before = after;
    after = pressKey(before, key);
  }
  return echoOf(before, after);
}

describe('what a press did', () => {
  test.each([
    ['direct', 'R', { kind: 'character', character: 'R' }],
    ['direct', '#', { kind: 'refused', expected: 'letter' }],
    ['keyIndex', '22', { kind: 'character', character: 'B' }],
    ['keyIndex', '25', { kind: 'refused', expected: 'letter' }],
    ['keyIndex', '2<', { kind: 'takenBack', left: 0 }],
    ['keyIndex', 'R<', { kind: 'takenBack', left: 0 }],
    ['keyIndex', 'RSS*', { kind: 'takenBack', left: 2 }],
    ['keyIndex', 'RSS!', { kind: 'cleared' }],
    ['keyIndex', 'RSSMRA*', { kind: 'omocodia' }],
    ['keyIndex', 'RSSMRA*2', { kind: 'refused', expected: 'letter' }],
    ['keyIndex', 'RSSMRA#', { kind: 'refused', expected: 'digit' }],
    ['keyIndex', 'RSSMRA800', { kind: 'refused', expected: 'month' }],
    ['keyIndex', 'RSSMRA80A010', { kind: 'refused', expected: 'place' }],
    ['keyIndex', 'RSSMRA80A01H501U2', { kind: 'refused', expected: 'nothing' }],
    ['keyIndex', '*', { kind: 'provisional' }],
    ['keyIndex', '**', { kind: 'full' }],
    ['keyIndex', '*#', { kind: 'refused', expected: 'digit' }],
    ['multiTap', '2', { kind: 'character', character: 'A' }],
    ['multiTap', '22', { kind: 'character', character: 'B' }],
    ['multiTap', '22#', { kind: 'next' }],
  ] as const)('%s %s → %j', (method, keys, expected) => {
    expect(echo(method, keys)).toEqual(expected);
  });

  test('a chosen key offers only the letters that can come, at their places on the key', () => {
    expect(echo('keyIndex', '2')).toEqual({
      kind: 'choices',
      choices: [
        { letter: 'A', index: 1 },
        { letter: 'B', index: 2 },
        { letter: 'C', index: 3 },
      ],
    });
    expect(echo('keyIndex', 'RSSMRA804')).toEqual({
      kind: 'choices',
      choices: [{ letter: 'H', index: 2 }],
    });
  });

  test('the words, and which of them are for a headset only', () => {
    for (const language of languages) {
      for (const keys of ['RSS!', 'RSSMRA*', '*', '**', 'RSS<', '#']) {
        const said = echo('keyIndex', keys);
        expect(echoText(said, language)).toMatch(/^\p{Lu}.+[.]$/u);
        expect(isPrivate(said)).toBe(false);
      }
    }
    expect(echoText(echo('keyIndex', '7'), 'it')).toBe('P 1, Q 2, R 3, S 4');
    expect(isPrivate(echo('keyIndex', '7'))).toBe(true);
    expect(echoText(echo('keyIndex', '72'), 'it')).toBe('Q');
    expect(isPrivate(echo('keyIndex', '72'))).toBe(true);
  });

  test('what may come next', () => {
    expect(expectedKind(startEntry('keyIndex'))).toBe('letter');
  });
});
