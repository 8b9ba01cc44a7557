import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { base32nopad } from '@scure/base';
import { encode } from 'cborg';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Credential,
  decodeCredential,
  encodeCredential,
} from '../../../../shared/credential/credential.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const keyId = '0a1b2c3d';
const host = 'varco.example.it';
const now = 1_790_000_000;
const signer = {
  host,
  keyId,
  sign: (message: Uint8Array) => new Uint8Array(sign(null, message, privateKey)),
};
const gate = {
  hosts: [host],
  now,
  verify: (id: string, message: Uint8Array, signature: Uint8Array) =>
    id === keyId ? verify(null, message, publicKey, signature) : undefined,
};
const sample: Credential = {
  id: '00112233445566778899aabbccddeeff',
  kind: 'status',
  issuedAt: now - 1_000,
};
const text = encodeCredential(sample, signer);

/** A well-formed token with chosen parts, rightly signed, so that only the part under test is wrong. */
function tokenWith(parts: { headers?: unknown; claims?: unknown; unprotected?: unknown }): string {
  const headers = encode(
    parts.headers ??
      new Map<number, unknown>([
        [1, -8],
        [4, Buffer.from(keyId, 'hex')],
      ]),
  );
  const claims = encode(
    parts.claims ??
      new Map<number, unknown>([
        [6, now],
        [7, new Uint8Array(16)],
      ]),
  );
  const message = encode(['Signature1', headers, new Uint8Array(0), claims]);
  const token = encode([headers, parts.unprotected ?? new Map(), claims, signer.sign(message)]);
  return `HTTPS://${host.toUpperCase()}/V/1/${base32nopad.encode(token)}`;
}

describe('encodeCredential', () => {
  test('gives a text that a QR symbol holds in alphanumeric mode', () => {
    expect(text).toMatch(/^HTTPS:\/\/VARCO\.EXAMPLE\.IT\/V\/1\/[A-Z2-7]+$/);
  });

  test('round trips every credential', () => {
    const credentials = fc.record(
      {
        id: fc.uint8Array({ minLength: 16, maxLength: 16 }),
        kind: fc.constantFrom('status' as const, 'card' as const),
        issuedAt: fc.nat(2 ** 40),
        expiresAt: fc.integer({ min: now + 1, max: 2 ** 40 }),
      },
      { requiredKeys: ['id', 'kind', 'issuedAt'] },
    );
    fc.assert(
      fc.property(credentials, ({ id, ...rest }) => {
        const credential = { id: Buffer.from(id).toString('hex'), ...rest };
        const decoded = decodeCredential(encodeCredential(credential, signer), gate);
        expect(decoded).toEqual({ ok: true, credential, keyId });
      }),
    );
  });
});

describe('decodeCredential', () => {
  test('reads what a phone may have put in lower case', () => {
    expect(decodeCredential(text.toLowerCase(), gate)).toMatchObject({ ok: true });
  });

  const bad: [string, string, string][] = [
    ['an empty text', '', 'notVarco'],
    ['a word', 'ciao', 'notVarco'],
    ['4 KB of text', 'A'.repeat(4096), 'notVarco'],
    ['binary content', '\u0000\u0001\u00ff\u0000', 'notVarco'],
    ['a plain http URL', text.replace('HTTPS', 'HTTP'), 'notVarco'],
    ['a URL of this host that is no code', `https://${host}/`, 'notVarco'],
    ['a query after the code', `${text}?a=1`, 'notVarco'],
    ['another host', text.replace('VARCO.EXAMPLE.IT', 'EVIL.EXAMPLE'), 'foreignHost'],
    ['this host as a user name', text.replace('//', '//VARCO.EXAMPLE.IT@'), 'notVarco'],
    ['this host as a suffix', text.replace('//', '//X.'), 'foreignHost'],
    ['a later version', text.replace('/V/1/', '/V/2/'), 'unsupportedVersion'],
    ['a code cut short', text.slice(0, -10), 'malformed'],
    ['not base32', `${text.slice(0, -1)}1`, 'malformed'],
    ['not CBOR', `HTTPS://${host.toUpperCase()}/V/1/77777777`, 'malformed'],
    ['a claim too many', tokenWith({ claims: new Map([[99, 1]]) }), 'malformed'],
    ['an unprotected header', tokenWith({ unprotected: new Map([[4, 1]]) }), 'malformed'],
    ['another algorithm', tokenWith({ headers: new Map([[1, -7]]) }), 'malformed'],
    ['claims that are no map', tokenWith({ claims: [1, 2, 3] }), 'malformed'],
    [
      'a key nobody knows',
      encodeCredential(sample, { ...signer, keyId: 'ffffffff' }),
      'unknownKey',
    ],
    [
      'a signature of another key',
      encodeCredential(sample, { ...signer, sign: () => new Uint8Array(64) }),
      'badSignature',
    ],
    [
      'a card past its expiry',
      encodeCredential({ ...sample, kind: 'card', expiresAt: now }, signer),
      'expired',
    ],
  ];
  test.each(bad)('refuses %s', (_name, input, problem) => {
    expect(decodeCredential(input, gate)).toEqual({ ok: false, problem });
  });

  test('never believes a text with any one character changed', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
    const body = text.lastIndexOf('/') + 1;
    fc.assert(
      fc.property(
        fc.integer({ min: body, max: text.length - 1 }),
        fc.constantFrom(...alphabet),
        (index, character) => {
          fc.pre(text[index] !== character);
          const changed = text.slice(0, index) + character + text.slice(index + 1);
          expect(decodeCredential(changed, gate).ok).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (anything) => {
        expect(decodeCredential(anything, gate).ok).toBe(false);
        expect(decodeCredential(`https://${host}/v/1/${anything}`, gate).ok).toBe(false);
      }),
    );
  });
});
