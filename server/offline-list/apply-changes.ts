import type { EntryTable } from '../../shared/offline-list/entry-table.ts';

const STATE_BITS = 3n;

/**
 * Applies changes to a copy of the table. Pure.
 *
 * @param changes words in key order, one per key; one whose state is `absent` removes its key.
 * @returns the new table, and how many of the changes had an effect.
 */
export function applyChanges(
  table: EntryTable,
  changes: EntryTable,
): { table: EntryTable; changed: number } {
  const merged = new BigUint64Array(table.length + changes.length);
  let length = 0;
  let changed = 0;
  let from = 0;
  for (const word of changes) {
    const at = lowerBound(table, word & ~STATE_BITS, from);
    merged.set(table.subarray(from, at), length);
    length += at - from;
    from = at;
    const before = table[at];
    const isKnown = before !== undefined && before >> 2n === word >> 2n;
    const isAbsent = (word & STATE_BITS) === 0n;
    if (isKnown) {
      from += 1;
    }
    if (!isAbsent) {
      merged[length++] = word;
    }
    if (isKnown ? before !== word : !isAbsent) {
      changed += 1;
    }
  }
  merged.set(table.subarray(from), length);
  length += table.length - from;
  return { table: merged.slice(0, length), changed };
}

/** The first index, starting at `from`, whose word is not below `key`. */
function lowerBound(table: EntryTable, key: bigint, from: number): number {
  let low = from;
  let high = table.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((table[middle] ?? key) < key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
