import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  noPages,
  pagesChanged,
  painted,
  paintState,
  sent,
} from '../../../../hardware/display/paint-watch.ts';

const LIMIT = 15_000;
const onePage = pagesChanged(noPages, 1);

describe('a page', () => {
  test('that paints what it is sent is painting, however long nothing is sent', () => {
    const watch = painted(sent(onePage, 1, 0), 1);
    expect(paintState(watch, 1_000_000, LIMIT)).toBe('painting');
  });

  test('that does not paint in time is stuck, and no later beat hides it', () => {
    let watch = sent(onePage, 1, 0);
    for (let at = 5_000; at <= LIMIT; at += 5_000) {
      watch = sent(watch, 1 + at / 5_000, at);
      expect(paintState(watch, at, LIMIT)).toBe('painting');
    }
    expect(paintState(watch, LIMIT + 1, LIMIT)).toBe('stuck');
  });

  test('that paints again is painting again', () => {
    const watch = painted(sent(sent(onePage, 1, 0), 2, 20_000), 2);
    expect(paintState(watch, 20_001, LIMIT)).toBe('painting');
  });

  test('that paints what was sent before what is awaited proves nothing', () => {
    expect(paintState(painted(sent(onePage, 7, 0), 6), LIMIT + 1, LIMIT)).toBe('stuck');
  });

  test('that is gone is not stuck', () => {
    const watch = pagesChanged(sent(onePage, 1, 0), 0);
    expect(paintState(watch, LIMIT + 1, LIMIT)).toBe('alone');
    expect(sent(watch, 2, 0).awaited).toBeUndefined();
  });
});

test('a page that paints everything at once is never stuck', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: LIMIT }), { maxLength: 50 }), (pauses) => {
      let watch = onePage;
      let at = 0;
      for (const [index, pause] of pauses.entries()) {
        watch = painted(sent(watch, index, at), index);
        at += pause;
        expect(paintState(watch, at, LIMIT)).toBe('painting');
      }
    }),
  );
});
