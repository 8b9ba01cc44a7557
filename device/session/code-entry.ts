import type { Key } from '../../hardware/ports.ts';

/**
 * The codice fiscale being typed: pure, in memory for one session only.
 *
 * `characters` is what was entered so far; the screen shows it masked but for the last one.
 */
export interface CodeEntry {
  method: EntryMethod;
  characters: string;
}

/** `direct`: a keyboard that has letters and digits passes straight through. */
export type EntryMethod = 'direct';

export const CODE_LENGTH = 16;

export function startEntry(method: EntryMethod): CodeEntry {
  return { method, characters: '' };
}

/** The entry after a key; keys that mean nothing here leave it as it was. */
export function pressKey(entry: CodeEntry, key: Key): CodeEntry {
  switch (key.kind) {
    case 'character': {
      const fits = /^[A-Z0-9]$/.test(key.character) && entry.characters.length < CODE_LENGTH;
      return fits ? { ...entry, characters: entry.characters + key.character } : entry;
    }
    case 'backspace':
      return { ...entry, characters: entry.characters.slice(0, -1) };
    case 'clear':
      return { ...entry, characters: '' };
    default:
      return entry;
  }
}

/** What the screen may show: a dot for every character but the last. */
export function maskEntry(entry: CodeEntry): string {
  const { characters } = entry;
  return '•'.repeat(Math.max(0, characters.length - 1)) + characters.slice(-1);
}
