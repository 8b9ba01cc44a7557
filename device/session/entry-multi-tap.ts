import { possibleLetters } from './entry-letters.ts';
import type { CodeEntry, Pending } from './entry-state.ts';

/**
 * A press of multi-tap where a letter is coming, or may still change. The letter is part of the entry
 * from the first tap on; only letters that can stand there are gone through, and one that is alone on
 * its key needs no "next".
 */
export function pressTapKey(entry: CodeEntry, key: string): CodeEntry {
  const { characters, pending } = entry;
  if (pending.state === 'tapping' && key === '#') {
    return { ...entry, pending: { state: 'none' } };
  }
  if (pending.state === 'tapping' && key === pending.key) {
    const prefix = characters.slice(0, -1);
    const letters = possibleLetters(prefix, key);
    const next = letters.charAt((letters.indexOf(characters.slice(-1)) + 1) % letters.length);
    return { ...entry, characters: prefix + next };
  }
  const letters = characters.length < 16 ? possibleLetters(characters, key) : '';
  if (letters === '') {
    return entry;
  }
  const after: Pending = letters.length > 1 ? { state: 'tapping', key } : { state: 'none' };
  return { ...entry, characters: characters + letters.charAt(0), pending: after };
}
