import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HmacSha256 } from '../../../../server/keys/hmac.ts';

test.each([
  // RFC 4231 test cases 1 and 2.
  ['0b'.repeat(20), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
  [
    Buffer.from('Jefe').toString('hex'),
    'what do ya want for nothing?',
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
])('RFC 4231: %s', (key, text, expected) => {
  expect(new HmacSha256(Buffer.from(key, 'hex')).hex(text)).toBe(expected);
});

test('it is what node:crypto says, for any key and text, one after the other', () => {
  const key = randomBytes(32);
  const kept = new HmacSha256(key);
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 2000 }),
    fc.constantFrom('', 'è'.repeat(341), '€'.repeat(341), '€'.repeat(342), 'x'.repeat(5000)),
  );
  fc.assert(
    fc.property(texts, fc.uint8Array({ maxLength: 64 }), (text, other) => {
      expect(kept.hex(text)).toBe(createHmac('sha256', key).update(text).digest('hex'));
      expect(new HmacSha256(other).hex(text)).toBe(
        createHmac('sha256', other).update(text).digest('hex'),
      );
    }),
  );
});

test('a key of more than a block is refused', () => {
  expect(() => new HmacSha256(new Uint8Array(65))).toThrow(RangeError);
});
