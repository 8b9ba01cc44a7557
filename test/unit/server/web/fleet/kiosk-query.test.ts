import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatKioskQuery,
  type KioskQuery,
  parseKioskQuery,
  reselectKiosks,
  selectKiosks,
  sortKeys,
  wholeFleet,
} from '../../../../../server/web/fleet/kiosk-query.ts';
import { presences, summarise } from '../../../../../server/web/fleet/kiosk-row.ts';
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

  test('after some changes is what a new one would be', () => {
    const change = fc.record({
      index: fc.nat(rows.length + 20),
      presence: fc.constantFrom(...presences),
      alerts: fc.nat(3),
      gone: fc.boolean(),
    });
    fc.assert(
      fc.property(anyQuery, fc.array(change, { maxLength: 30 }), (query, changes) => {
        const now = new Map(rows.map((row) => [row.id, row]));
        const before = selectKiosks(now.values(), query);
        const changed = new Map<string, (typeof rows)[number]>();
        const gone: string[] = [];
        for (const { index, presence, alerts, gone: goes } of changes) {
          const id = `gate-${index}`;
          const row = now.get(id) ?? {
            ...(rows[0] as (typeof rows)[number]),
            id,
            name: `Nuovo ${index}`,
          };
          if (goes) {
            gone.push(id);
            now.delete(id);
            changed.delete(id);
          } else if (!gone.includes(id)) {
            const next = { ...row, presence, alerts };
            now.set(id, next);
            changed.set(id, next);
          }
        }
        const after = reselectKiosks(before, [...changed.values()], gone, query);
        expect(after).toEqual(selectKiosks(now.values(), query));
      }),
      { numRuns: 60 },
    );
  });
});

test('a summary counts every row once', () => {
  const summary = summarise(rows);
  expect(summary.total).toBe(rows.length);
  expect(Object.values(summary.presence).reduce((sum, count) => sum + count, 0)).toBe(rows.length);
});
