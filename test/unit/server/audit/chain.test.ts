import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type AuditEntry,
  type AuditRow,
  chain,
  genesis,
  rowHash,
} from '../../../../server/audit/chain.ts';

const entry: fc.Arbitrary<AuditEntry> = fc.record({
  at: fc.nat(),
  kind: fc.string(),
  subject: fc.string(),
  request: fc.option(fc.string()),
  body: fc.json(),
});

/** Where the chain first fails to hold, if it does. */
function brokenAt(rows: readonly AuditRow[], head: AuditRow): number | undefined {
  let { sequence, hash } = genesis('n');
  for (const row of rows) {
    if (row.sequence !== sequence + 1 || rowHash(hash, row) !== row.hash) {
      return sequence + 1;
    }
    ({ sequence, hash } = row);
  }
  return sequence === head.sequence && hash === head.hash ? undefined : sequence + 1;
}

test('any single mutation is found at its row: altered, removed, moved, doubled, cut off', () => {
  fc.assert(
    fc.property(
      fc.array(entry, { minLength: 2, maxLength: 12 }),
      fc.nat(),
      fc.constantFrom('at', 'kind', 'subject', 'request', 'body', 'hash', 'node' as const),
      fc.constantFrom('alter', 'remove', 'swap', 'double', 'truncate' as const),
      (entries, where, field, mutation) => {
        const rows = chain('n', genesis('n'), entries);
        const head = rows[rows.length - 1] as AuditRow;
        expect(brokenAt(rows, head)).toBeUndefined();
        const index = where % (rows.length - 1);
        const row = rows[index] as AuditRow;
        const mutated = [...rows];
        switch (mutation) {
          case 'alter':
            mutated[index] = { ...row, [field]: field === 'at' ? row.at + 1 : `${row[field]}x` };
            break;
          case 'remove':
            mutated.splice(index, 1);
            break;
          case 'swap':
            mutated.splice(index, 2, rows[index + 1] as AuditRow, row);
            break;
          case 'double':
            mutated.splice(index + 1, 0, row);
            break;
          case 'truncate':
            mutated.splice(index);
            break;
        }
        const expected = row.sequence + (mutation === 'double' ? 1 : 0);
        expect(brokenAt(mutated, head)).toBe(expected);
      },
    ),
  );
});

test("one node's chain never passes for another's", () => {
  expect(genesis('a').hash).not.toBe(genesis('b').hash);
});
