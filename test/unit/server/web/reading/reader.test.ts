import { describe, expect, test } from 'vitest';
import { readerOf } from '../../../../../server/web/reading/reader.ts';
import { testKeyring } from '../../../../support/server-app.ts';

const NOW = Date.UTC(2026, 10, 28, 12);
const at = (address: string, now = NOW) => readerOf(testKeyring, address, now).asker;

describe('a reader', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7', true, true],
    ['192.0.2.7', '::ffff:192.0.2.7', true, true],
    ['192.0.2.7', '192.0.2.8', false, true],
    ['192.0.2.7', '192.0.3.7', false, false],
    ['2001:db8:1:2::1', '2001:DB8:1:2:ffff::9', true, true],
    ['2001:db8:1:2::1', '2001:0db8:0001:0002:0:0:0:1', true, true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false, true],
    ['2001:db8:1:2::1', '2001:db8:2:2::1', false, false],
    ['2001:db8::1', '2001:db8:0:0:1::', true, true],
    ['fe80::1%eth0', 'fe80::2', true, true],
    ['::1', '::', true, true],
  ])('%s and %s', (one, other, sameReader, sameSite) => {
    expect(at(one).id === at(other).id).toBe(sameReader);
    expect(at(one).site === at(other).site).toBe(sameSite);
  });

  test('is another one tomorrow, and its name holds nothing of the address', () => {
    expect(at('192.0.2.7').id).not.toBe(at('192.0.2.7', NOW + 86_400_000).id);
    expect(at('192.0.2.7').id).toMatch(/^reader:[0-9a-f]{16}$/);
    expect(at('192.0.2.7').site).toMatch(/^reading:[0-9a-f]{16}$/);
  });
});
