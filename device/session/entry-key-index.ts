import { lettersOnKey, possibleLetters } from './entry-letters.ts';
import type { CodeEntry } from './entry-state.ts';

/**
 * A press of key + index where a letter is coming. The index is the letter's place as printed on the key,
 * the same everywhere in the code, so that hands can learn it. A key or an index that leads to no
 * possible letter leaves the entry as it was.
 */
export function pressIndexKey(entry: CodeEntry, key: string): CodeEntry {
  const { characters, pending } = entry;
  if (pending.state !== 'index') {
    const leads = characters.length < 16 && possibleLetters(characters, key) !== '';
    return leads ? { ...entry, pending: { state: 'index', key } } : entry;
  }
  const letter = lettersOnKey(pending.key).charAt(Number(key) - 1);
  return letter !== '' && possibleLetters(characters, pending.key).includes(letter)
    ? { ...entry, characters: characters + letter, pending: { state: 'none' } }
    : entry;
}
