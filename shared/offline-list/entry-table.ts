import { VarcoError } from '../errors.ts';
import type { EntryKey } from './entry-key.ts';

/**
 * What a list says of a key. `denied`: the registry knows the person and the policy does not apply, or
 * the credential is revoked; it wins over everything. `absent`: the list can't tell.
 */
export const entryStates = ['absent', 'allowed', 'allowedWithCompanion', 'denied'] as const;
export type EntryState = (typeof entryStates)[number];

/**
 * Entries as 64-bit words, in order: 62 bits of key and two of state, so that millions of them are one
 * flat array that sorts natively.
 */
export type EntryTable = BigUint64Array;

const STATE_BITS = 3n;
/** Bits of a word below its key. */
export const STATE_WIDTH = 2n;
const HALF = 32n;

/** One entry as a word. */
export function packEntry(key: EntryKey, state: EntryState): bigint {
  const word = (BigInt(key.high) << HALF) | BigInt(key.low);
  return (word & ~STATE_BITS) | BigInt(entryStates.indexOf(state));
}

/** The state in a word. */
export function stateOf(word: bigint): EntryState {
  return entryStates[Number(word & STATE_BITS)] ?? 'absent';
}

/**
 * Puts entries in order, in place.
 *
 * @throws VarcoError `entriesRepeat` when two have the same key.
 */
export function sortEntries(table: EntryTable): EntryTable {
  table.sort();
  let previous = -1n;
  for (const word of table) {
    const key = word >> STATE_WIDTH;
    if (key === previous) {
      throw new VarcoError('entriesRepeat', 'Two entries of the list have the same key');
    }
    previous = key;
  }
  return table;
}

/** Halves of the words, `[2 * i]` low and `[2 * i + 1]` high: every machine this runs on is little-endian. */
export function halvesOf(table: EntryTable): Uint32Array {
  return new Uint32Array(table.buffer, table.byteOffset, 2 * table.length);
}

/** What a set of entries is, whatever its order: counts, and a digest that entries add to and leave. */
export interface TableSummary {
  allowed: number;
  denied: number;
  /** Four 32-bit sums. They reconcile two copies; what proves a list is its signature. */
  digest: Uint32Array;
}

/** The summary of a whole table. */
export function summarise(table: EntryTable): TableSummary {
  const summary: TableSummary = { allowed: 0, denied: 0, digest: new Uint32Array(4) };
  const halves = halvesOf(table);
  for (let index = 0; index < halves.length; index += 2) {
    count(summary, halves[index + 1] ?? 0, halves[index] ?? 0, 1);
  }
  return summary;
}

/** The summary after a word joined (`+1`) or left (`-1`). An `absent` word changes nothing. */
export function count(summary: TableSummary, high: number, low: number, sign: 1 | -1): void {
  const state = low & 3;
  if (state === 0) {
    return;
  }
  if (state === 3) {
    summary.denied += sign;
  } else {
    summary.allowed += sign;
  }
  let word = 0;
  for (let part = 0; part < 4; part++) {
    word = scramble(high ^ word, low + part);
    summary.digest[part] = ((summary.digest[part] ?? 0) + sign * (word >>> 0)) >>> 0;
  }
}

/** A digest as 16 bytes. */
export function digestBytes(digest: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  digest.forEach((part, index) => {
    view.setUint32(4 * index, part);
  });
  return bytes;
}

function scramble(high: number, low: number): number {
  let word =
    Math.imul(high ^ (high >>> 15), 0x2c1b3c6d) ^ Math.imul(low ^ (low >>> 13), 0x297a2d39);
  word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
  word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
  return word ^ (word >>> 15);
}

/**
 * The state of a key in a sorted table, or `undefined` when the table does not hold it. Keys are evenly
 * spread, so the search begins where the key should be and widens from there.
 *
 * @param halves of the table, made once ({@link halvesOf}).
 */
export function findEntry(halves: Uint32Array, key: EntryKey): EntryState | undefined {
  const length = halves.length / 2;
  const guess = Math.floor((key.high / 0x1_0000_0000) * length);
  let from = guess;
  let to = guess;
  for (let step = 8; from > 0 && order(halves, from, key) > 0; step *= 4) {
    from = Math.max(0, from - step);
  }
  for (let step = 8; to < length && order(halves, to, key) <= 0; step *= 4) {
    to = Math.min(length, to + step);
  }
  while (from < to) {
    const middle = (from + to) >>> 1;
    const difference = order(halves, middle, key);
    if (difference === 0) {
      return entryStates[(halves[2 * middle] ?? 0) & 3];
    }
    if (difference < 0) {
      from = middle + 1;
    } else {
      to = middle;
    }
  }
  return undefined;
}

/** Below 0 when the entry comes before the key, 0 when it is the key's. */
function order(halves: Uint32Array, index: number, key: EntryKey): number {
  const high = halves[2 * index + 1] ?? 0;
  return high === key.high ? (((halves[2 * index] ?? 0) & ~3) >>> 0) - key.low : high - key.high;
}

/** One key that changed. */
export interface EntryChange {
  /** The key with its state from now on. */
  after: bigint;
  before: EntryState;
}

/** What changed from one table to another, both in order; in order of key. */
export function diffTables(before: EntryTable, after: EntryTable): EntryChange[] {
  const changes: EntryChange[] = [];
  let old = 0;
  let fresh = 0;
  while (old < before.length || fresh < after.length) {
    const oldWord = before[old];
    const freshWord = after[fresh];
    if (oldWord === freshWord) {
      old += 1;
      fresh += 1;
    } else if (
      oldWord !== undefined &&
      (freshWord === undefined || isKeyBelow(oldWord, freshWord))
    ) {
      changes.push({ after: oldWord & ~STATE_BITS, before: stateOf(oldWord) });
      old += 1;
    } else if (
      freshWord !== undefined &&
      (oldWord === undefined || isKeyBelow(freshWord, oldWord))
    ) {
      changes.push({ after: freshWord, before: 'absent' });
      fresh += 1;
    } else if (oldWord !== undefined && freshWord !== undefined) {
      changes.push({ after: freshWord, before: stateOf(oldWord) });
      old += 1;
      fresh += 1;
    }
  }
  return changes;
}

function isKeyBelow(one: bigint, other: bigint): boolean {
  return one >> STATE_WIDTH < other >> STATE_WIDTH;
}
