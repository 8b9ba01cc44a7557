import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { newRequestId } from '../../../shared/request-id.ts';

test('RFC 9562 appendix A.6: the example of version 7', () => {
  // unix_ts_ms 0x017F22E279B0, rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F.
  const random = () => Uint8Array.from(Buffer.from('0cc318c4dc0c0c07398f', 'hex'));
  const id = newRequestId(0x017f_22e2_79b0, random);
  expect(id).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
});

test('every id is a UUID, each another, those of later moments after the earlier', () => {
  const ids = Array.from({ length: 500 }, (_, index) => newRequestId(1e12 + index, randomBytes));
  expect(ids.every((id) => z.uuidv7().safeParse(id).success)).toBe(true);
  expect(new Set(ids).size).toBe(500);
  expect([...ids].sort()).toEqual(ids);
});

test('a clock that is unset, or beyond the format, still gives a UUID', () => {
  for (const now of [0, -5, 1.5, 2 ** 48 + 7]) {
    expect(z.uuidv7().safeParse(newRequestId(now, randomBytes)).success).toBe(true);
  }
});
