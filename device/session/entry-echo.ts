import { expectedAfter } from '../../shared/codice-fiscale/expect.ts';
import { isComplete } from './code-entry.ts';
import { lettersOnKey, possibleLetters } from './entry-letters.ts';
import type { CodeEntry } from './entry-state.ts';

/** What may stand where a key was refused. */
export type ExpectedKind = 'letter' | 'digit' | 'month' | 'place' | 'nothing';

/**
 * What a press did, to be said or sounded.
 *
 * - `character`: a character was entered, or changed by tapping on.
 * - `choices`: a letter's key was chosen; each of its possible letters with its place on the key.
 * - `next`, `omocodia`, `provisional`: the letter stands; a letter is coming; only digits are coming.
 * - `takenBack`, `cleared`: how many characters are left.
 * - `refused`: the key means nothing there; what may come.
 */
export type Echo =
  | { kind: 'character'; character: string }
  | { kind: 'choices'; choices: { letter: string; index: number }[] }
  | { kind: 'next' | 'omocodia' | 'provisional' | 'full' | 'cleared' }
  | { kind: 'takenBack'; left: number }
  | { kind: 'refused'; expected: ExpectedKind };

/** Whether an echo gives characters of the code away: to be spoken to a headset only (EN 301 549 §5.1.3). */
export function isPrivate(echo: Echo): boolean {
  return echo.kind === 'character' || echo.kind === 'choices';
}

/** What a press did: the entry before it and after it. */
export function echoOf(before: CodeEntry, after: CodeEntry): Echo {
  if (after.form !== before.form && after.form !== 'oneTime') {
    return { kind: after.form };
  }
  if (after.pending.state === 'index' && before.pending.state !== 'index') {
    return { kind: 'choices', choices: choicesOf(after.characters, after.pending.key) };
  }
  if (after.pending.state === 'omocodia' && before.pending.state !== 'omocodia') {
    return { kind: 'omocodia' };
  }
  if (after.characters.length < before.characters.length) {
    const left = after.characters.length;
    return left === 0 && before.characters.length > 1
      ? { kind: 'cleared' }
      : { kind: 'takenBack', left };
  }
  if (after.characters !== before.characters) {
    return { kind: 'character', character: after.characters.slice(-1) };
  }
  if (after.pending.state === 'none' && before.pending.state !== 'none') {
    return before.pending.state === 'tapping'
      ? { kind: 'next' }
      : { kind: 'takenBack', left: after.characters.length };
  }
  return { kind: 'refused', expected: expectedKind(after) };
}

function choicesOf(prefix: string, key: string): { letter: string; index: number }[] {
  const printed = lettersOnKey(key);
  return Array.from(possibleLetters(prefix, key), (letter) => ({
    letter,
    index: printed.indexOf(letter) + 1,
  }));
}

/** What may come next, for a screen or a voice to ask for. */
export function expectedKind(entry: CodeEntry): ExpectedKind {
  if (isComplete(entry)) {
    return 'nothing';
  }
  if (entry.form !== 'full') {
    return 'digit';
  }
  if (entry.pending.state === 'omocodia') {
    return 'letter';
  }
  switch (entry.characters.length) {
    case 8:
      return 'month';
    case 11:
      return 'place';
    default:
      return expectedAfter(entry.characters).kind;
  }
}
