import type { Key } from '../../hardware/ports.ts';
import { expectedAfter } from '../../shared/codice-fiscale/expect.ts';
import { pressIndexKey } from './entry-key-index.ts';
import { pressTapKey } from './entry-multi-tap.ts';
import type { CodeEntry, EntryMethod, Pending } from './entry-state.ts';

export const CODE_LENGTH = 16;
export const PROVISIONAL_LENGTH = 11;
export const ONE_TIME_LENGTH = 6;

const nothing: Pending = { state: 'none' };

export function startEntry(method: EntryMethod): CodeEntry {
  return { method, characters: '', pending: nothing, form: 'full' };
}

/** The entry of a one-time code, on the same keys. */
export function startOneTime(method: EntryMethod): CodeEntry {
  return { ...startEntry(method), form: 'oneTime' };
}

/** The entry filled at once, from a card. */
export function fillEntry(entry: CodeEntry, code: string): CodeEntry {
  const form = code.length === PROVISIONAL_LENGTH ? 'provisional' : 'full';
  return { ...entry, characters: code, pending: nothing, form };
}

/** How many characters the entry has when it is complete. */
export function entryLength(entry: CodeEntry): number {
  return { full: CODE_LENGTH, provisional: PROVISIONAL_LENGTH, oneTime: ONE_TIME_LENGTH }[
    entry.form
  ];
}

/** Whether nothing more can be entered but `confirm`. */
export function isComplete(entry: CodeEntry): boolean {
  return entry.characters.length >= entryLength(entry);
}

/** How far the entry is: `n` of 16, or of 11. A letter that may still change counts. */
export function entryProgress(entry: CodeEntry): { entered: number; length: number } {
  return { entered: entry.characters.length, length: entryLength(entry) };
}

/** The entry after a key; keys that mean nothing here leave it as it was. */
export function pressKey(entry: CodeEntry, key: Key): CodeEntry {
  switch (key.kind) {
    case 'character':
      return pressCharacter(entry, key.character);
    case 'backspace':
      return takeBack(entry);
    case 'clear':
      return entry.form === 'oneTime' ? startOneTime(entry.method) : startEntry(entry.method);
    default:
      return entry;
  }
}

/**
 * What a key means on a keypad that has no key for it: `#` on a complete entry is `confirm`, since there
 * is nothing to go on to. Every other key means itself.
 */
export function translateKey(entry: CodeEntry, key: Key): Key {
  const isHash = key.kind === 'character' && key.character === '#';
  return isHash && entry.method !== 'direct' && isComplete(entry) ? { kind: 'confirm' } : key;
}

/** Takes back what is pending towards a character, or else the last character. */
function takeBack(entry: CodeEntry): CodeEntry {
  if (entry.pending.state === 'omocodia' || entry.pending.state === 'index') {
    return { ...entry, pending: nothing };
  }
  const characters = entry.characters.slice(0, -1);
  const form = entry.characters === '' && entry.form === 'provisional' ? 'full' : entry.form;
  return { ...entry, characters, pending: nothing, form };
}

function pressCharacter(entry: CodeEntry, character: string): CodeEntry {
  if (entry.form === 'oneTime') {
    return pressOneTime(entry, character);
  }
  if (entry.method === 'direct') {
    return /^[A-Z0-9]$/.test(character) ? append(entry, character) : entry;
  }
  if (character === '*') {
    return pressStar(entry);
  }
  if (/^[A-Z]$/.test(character)) {
    return append(entry, character);
  }
  if (/^[0-9]$/.test(character) && takesDigit(entry, character)) {
    return append(entry, character);
  }
  return entry.method === 'keyIndex'
    ? pressIndexKey(entry, character)
    : pressTapKey(entry, character);
}

function pressOneTime(entry: CodeEntry, character: string): CodeEntry {
  if (character === '*') {
    return takeBack(entry);
  }
  return /^[0-9]$/.test(character) ? append(entry, character) : entry;
}

/** Whether a digit key is a digit now, and not a letter's key. */
function takesDigit(entry: CodeEntry, digit: string): boolean {
  if (entry.form === 'provisional') {
    return true;
  }
  const { pending } = entry;
  const free = pending.state === 'none' || (pending.state === 'tapping' && pending.key !== digit);
  return free && expectedAfter(entry.characters).kind === 'digit';
}

/**
 * `*`: takes back, or begins a provisional code, or announces an omocodia letter. Pressed twice where a
 * digit stands it takes back, so that a keypad needs no other key for it.
 */
function pressStar(entry: CodeEntry): CodeEntry {
  if (entry.characters === '' && entry.pending.state === 'none') {
    return { ...entry, form: entry.form === 'full' ? 'provisional' : 'full' };
  }
  if (entry.pending.state === 'omocodia') {
    return takeBack({ ...entry, pending: nothing });
  }
  const announces =
    entry.form === 'full' &&
    entry.pending.state !== 'index' &&
    !isComplete(entry) &&
    expectedAfter(entry.characters).kind === 'digit';
  return announces ? { ...entry, pending: { state: 'omocodia' } } : takeBack(entry);
}

function append(entry: CodeEntry, character: string): CodeEntry {
  return isComplete(entry)
    ? entry
    : { ...entry, characters: entry.characters + character, pending: nothing };
}

/** What the screen may show: a dot for every character but the last. */
export function maskEntry(entry: CodeEntry): string {
  const { characters } = entry;
  return '•'.repeat(Math.max(0, characters.length - 1)) + characters.slice(-1);
}
