import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type KioskRow, presences, summarise } from '../../../../../server/fleet/view/kiosk-row.ts';
import {
  formatKioskQuery,
  type KioskQuery,
  parseKioskQuery,
  reselectKiosks,
  selectKiosks,
  sortKeys,
  wholeFleet,
} from '../../../../../server/web/fleet/kiosk-query.ts';
import { kioskRows } from '../../../../support/fleet/kiosk-rows.ts';

const rows = kioskRows(400);

const anyQuery: fc.Arbitrary<KioskQuery> = fc.record({
  text: fc.constantFrom('', 'citta', 'VARCO 1', 'nord', 'nobody'),
  presence: fc.constantFrom('', ...presences),
  site: fc.constantFrom('', 'site-1'),
  policy: fc.constantFrom('', 'musei-statali'),
  tag: fc.constantFrom('', 'prova'),
  only: fc.constantFrom('', 'alerts', 'drift', 'faults'),
  sort: fc.constantFrom(...sortKeys),
  descending: fc.boolean(),
});

describe('a query', () => {
  test('comes back from its own query string', () => {
    fc.assert(
      fc.property(anyQuery, (query) => {
        const fields = Object.fromEntries(new URLSearchParams(formatKioskQuery(query)));
        expect(parseKioskQuery(fields)).toEqual(query);
      }),
    );
  });

  test.each([
    [{}, wholeFleet],
    [{ presence: 'exploded', sort: 'luck', only: 7 }, wholeFleet],
    [{ text: ['a', 'b'] }, wholeFleet],
    [{ text: `  ${'x'.repeat(300)}` }, { ...wholeFleet, text: 'x'.repeat(98) }],
  ])('what is not known is left out: %j', (fields, query) => {
    expect(parseKioskQuery(fields)).toEqual(query);
  });
});

describe('a selection', () => {
  test('finds without accents and case, in name, site, id and tags', () => {
    const found = (text: string) => selectKiosks(rows, { ...wholeFleet, text });
    expect(found('citta SCIENZA').every((row) => row.siteId === 'site-1')).toBe(true);
    expect(found('citta').length).toBeGreaterThan(10);
    expect(found('gate-17').map(({ id }) => id)).toContain('gate-17');
    expect(found('ingresso').every(({ tags }) => tags.includes('ingresso'))).toBe(true);
  });

  test('shows the worst first', () => {
    const shown = selectKiosks(rows, wholeFleet).map(({ presence }) => presences.indexOf(presence));
    expect(shown).toEqual([...shown].sort((one, other) => one - other));
  });

  /** Everything that a column sorts or a filter looks at, of few values, so that there are many equals. */
  const difference = fc.record(
    {
      name: fc.constantFrom('Varco 2', 'Varco 10', 'varco 2', 'Uscità', 'Uscita', ''),
      siteName: fc.constantFrom('Città della Scienza', 'Citta della scienza', 'Brera', 'brera 10'),
      siteId: fc.constantFrom('site-1', 'site-2'),
      policy: fc.constantFrom('musei-statali', 'trasporto-veneto'),
      software: fc.constantFrom(null, '', '0.9.0', '0.10.0'),
      lastSeenAt: fc.constantFrom(null, 0, 1, 1_790_000_000_000),
      presence: fc.constantFrom(...presences),
      alerts: fc.nat(3),
      drift: fc.boolean(),
      faults: fc.constantFrom([], ['scanner'], ['scanner', 'keypad']),
      tags: fc.constantFrom([], ['prova'], ['nord', 'prova']),
    },
    { requiredKeys: [] },
  );
  const batch = fc.record({
    changes: fc.array(fc.tuple(fc.nat(rows.length + 20), difference), { maxLength: 20 }),
    gone: fc.array(fc.nat(rows.length + 20), { maxLength: 5 }),
  });

  test('after any number of changes, one after the other, is what a new one would be', () => {
    fc.assert(
      fc.property(anyQuery, fc.array(batch, { maxLength: 6 }), (query, batches) => {
        const now = new Map(rows.map((row) => [row.id, row]));
        let selected = selectKiosks(now.values(), query);
        for (const { changes, gone } of batches) {
          const ids = gone.map((index) => `gate-${index}`);
          for (const id of ids) {
            now.delete(id);
          }
          const changed: KioskRow[] = [];
          for (const [index, change] of changes) {
            const id = `gate-${index}`;
            const row = { ...(now.get(id) ?? (rows[0] as KioskRow)), id, ...change };
            now.set(id, row);
            // The same gate may come twice, and may be one that went.
            changed.push(row);
          }
          selected = reselectKiosks(selected, changed, ids, query);
          expect(selected).toEqual(selectKiosks(now.values(), query));
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

test('a summary counts every row once', () => {
  const summary = summarise(rows);
  expect(summary.gates).toBe(rows.length);
  expect(Object.values(summary.presence).reduce((sum, count) => sum + count, 0)).toBe(rows.length);
});
