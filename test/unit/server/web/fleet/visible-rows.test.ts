import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OVERSCAN_ROWS, stretchesOf } from '../../../../../server/web/fleet/visible-rows.ts';

const scene = fc.record({
  count: fc.nat(6_000),
  rowHeight: fc.integer({ min: 20, max: 120 }),
  top: fc.nat(500_000),
  height: fc.integer({ min: 100, max: 3_000 }),
  held: fc.option(fc.nat(7_000), { nil: undefined }),
});

test('stretches cover every row once, in order, and draw few', () => {
  fc.assert(
    fc.property(scene, ({ count, rowHeight, top, height, held }) => {
      const stretches = stretchesOf(count, rowHeight, { top, height }, held);
      let next = 0;
      let drawn = 0;
      for (const { from, to, drawn: isDrawn } of stretches) {
        expect(from).toBe(next);
        expect(to).toBeGreaterThan(from);
        next = to;
        drawn += isDrawn ? to - from : 0;
      }
      expect(next).toBe(count);
      expect(drawn).toBeLessThanOrEqual(Math.ceil(height / rowHeight) + 2 * OVERSCAN_ROWS + 2);
    }),
  );
});

test('what is seen is drawn, and the row with the focus too', () => {
  fc.assert(
    fc.property(scene, ({ count, rowHeight, top, height, held }) => {
      const stretches = stretchesOf(count, rowHeight, { top, height }, held);
      const isDrawn = (index: number) =>
        stretches.some(({ drawn, from, to }) => drawn && from <= index && index < to);
      const first = Math.floor(top / rowHeight);
      for (let index = first; index * rowHeight < top + height && index < count; index += 1) {
        expect(isDrawn(index)).toBe(true);
      }
      if (held !== undefined && held < count) {
        expect(isDrawn(held)).toBe(true);
      }
    }),
    { numRuns: 50 },
  );
});
