import { expect, test } from 'vitest';
import { networkOf } from '../../../../server/guessing/login-attempts.ts';
import { codiceFiscaleOf } from '../../../../server/login/oidc.ts';
import { hashPassword, verifyPassword } from '../../../../server/login/password.ts';
import { passwordProblem } from '../../../../server/login/password-rules.ts';
import { plainPin } from '../../../../server/login/pins.ts';
import { safePath } from '../../../../server/login/request-session.ts';
import { totpSecret, totpStep } from '../../../../server/login/totp.ts';
import { openCase, sealCase } from '../../../../server/web/operator/desk-case.ts';
import { readDeskCode } from '../../../../server/web/operator/desk-code.ts';
import { testKeyring } from '../../../support/server-app.ts';

test.each([
  ['elevenchars', 'tooShort'],
  ['x'.repeat(129), 'tooLong'],
  ['password1234', 'common'],
  ['P4ssw0rd!!!!', 'common'],
  ['aaaaaaaaaaaaa', 'common'],
  ['1q2w3e4r5t6y', 'common'],
  ['Estate2026!!', 'common'],
  ['giovanna1975', 'ownName'],
  ['G1ovannaVerd1', 'ownName'],
  ['varco varco1', 'ownName'],
  // Known from breaches, as they are or with a little added.
  ['1qaz2wsx3edc', 'common'],
  ['qwertyuiop12', 'common'],
  ['Ch3ls3afc2026', 'common'],
  ['Juventus2025!', 'common'],
  // A word or a name of Italian with a year.
  ['Appartamento1', 'common'],
  ['Francesca1984', 'common'],
  ['x7!kPq9#vLm2Tz', undefined],
  ['x'.repeat(3) + 'due parole più una terza '.repeat(4), undefined],
  ['cavallo giusto batteria', undefined],
  ['🐴🔋📎🐴🔋📎🎈🎉🎁🐶🐱🐭', undefined],
])('password %s: %s', async (password, problem) => {
  const own = ['Giovanna Verdi', 'giovanna.verdi@example.org'];
  expect(await passwordProblem(password, own)).toBe(problem);
});

test('a hash is salted and fits its password alone; an account that is not there has none', async () => {
  const [one, other] = await Promise.all([hashPassword('pàssphrase'), hashPassword('pàssphrase')]);
  expect(one).not.toBe(other);
  expect(await verifyPassword('pàssphrase'.normalize('NFD'), one)).toBe(true);
  expect(await verifyPassword('passphrase', one)).toBe(false);
  expect(await verifyPassword('', undefined)).toBe(false);
}, 30_000);

test('a time-based code: RFC 6238 vectors, one step of grace, nothing else', () => {
  const secret = totpSecret(Buffer.from('12345678901234567890'));
  // Appendix B, SHA-1, the last six of eight digits.
  expect(totpStep(secret, '287082', 59_000)).toBe(1);
  expect(totpStep(secret, '081 804', 1_111_111_109_000)).toBe(37_037_036);
  expect(totpStep(secret, '287082', 89_000)).toBe(1);
  expect(totpStep(secret, '287082', 120_000)).toBeUndefined();
  for (const code of ['', '28708', '2870822', 'abcdef', '287083']) {
    expect(totpStep(secret, code, 59_000)).toBeUndefined();
  }
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:0db8:1:2::9', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
])('the network of %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test.each([
  ['/portal', '/portal'],
  ['/portal?a=1&b=%20', '/portal?a=1&b=%20'],
  ['//attacker.example', undefined],
  ['/\\attacker.example', undefined],
  ['/a\\b', undefined],
  ['https://attacker.example', undefined],
  ['/a b', undefined],
  ['/a\nb', undefined],
  [`/${'x'.repeat(2000)}`, undefined],
  [['/portal'], undefined],
  [undefined, undefined],
])('where to go afterwards: %j is %s', (given, path) => {
  expect(safePath(given)).toBe(path);
});

test.each([
  ['TINIT-VRDGNN75C52H501A', 'VRDGNN75C52H501A'],
  ['tinit-vrdgnn75c52h501a', 'VRDGNN75C52H501A'],
  ['VRDGNN75C52H501A', 'VRDGNN75C52H501A'],
  ['TINIT-VRDGNN75C52H501B', undefined],
  ['PASIT-VRDGNN75C52H501A', undefined],
  ['', undefined],
  [['TINIT-VRDGNN75C52H501A'], undefined],
  [undefined, undefined],
])('the claim %j holds %s', (claim, code) => {
  expect(codiceFiscaleOf(claim)).toBe(code);
});

test('a PIN is compared as people write it', () => {
  expect(plainPin(' abcd-efgh 2345.6789 ')).toBe('ABCDEFGH23456789');
});

test('a code at the desk: as printed, or as a wedge of another keyboard layout types it', () => {
  const seen: string[] = [];
  const options = {
    host: 'varco.example.it',
    alsoHosts: [],
    verify: (keyId: string) => {
      seen.push(keyId);
      return true;
    },
  };
  for (const text of ['', 'ciao', 'https://attacker.example/v/1/ABC', 'x'.repeat(700)]) {
    expect(readDeskCode(text, options)).toBeUndefined();
  }
  expect(seen).toEqual([]);
});

test('a case of the desk is for one session, for ten minutes, and hides whose it is', () => {
  const one = {
    session: 's1',
    credentialId: 'c'.repeat(32),
    codiceFiscale: 'VRDGNN75C52H501A',
    site: 'torino',
  };
  const box = sealCase(testKeyring, one, 1000);
  expect(Buffer.from(box, 'base64url').toString('latin1')).not.toContain('VRDGNN');
  expect(openCase(testKeyring, box, 's1', 1000)).toEqual(one);
  expect(openCase(testKeyring, box, 's2', 1000)).toBeUndefined();
  expect(openCase(testKeyring, box, 's1', 601_000)).toBeUndefined();
  for (const text of [undefined, '', 'x', `${box.slice(0, -2)}AA`, [box]]) {
    expect(openCase(testKeyring, text, 's1', 1000)).toBeUndefined();
  }
});
