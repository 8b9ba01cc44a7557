import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyChanges } from '../../../../server/offline-list/apply-changes.ts';
import { diffTables } from '../../../../shared/offline-list/entry-table.ts';

/** Small keys, so that they meet; each once. */
const words = (leastState: number) =>
  fc
    .uniqueArray(
      fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: leastState, max: 3 })),
      { selector: ([key]) => key, maxLength: 30 },
    )
    .map((pairs) =>
      BigUint64Array.from(pairs.map(([key, state]) => BigInt(key * 4 + state))).sort(),
    );

test('is what a map of the entries would be, and counts what differs', () => {
  fc.assert(
    fc.property(words(1), words(0), (table, changes) => {
      const expected = new Map([...table].map((word) => [word >> 2n, word & 3n]));
      for (const word of changes) {
        if ((word & 3n) === 0n) {
          expected.delete(word >> 2n);
        } else {
          expected.set(word >> 2n, word & 3n);
        }
      }
      const flat = BigUint64Array.from([...expected].map(([key, state]) => (key << 2n) | state));
      const before = table.slice();
      const applied = applyChanges(table, changes);
      expect(applied.table).toEqual(flat.sort());
      expect(applied.changed).toBe(diffTables(table, applied.table).length);
      expect(table).toEqual(before);
    }),
  );
});
