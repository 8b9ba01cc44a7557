import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { base32nopad } from '@scure/base';
import { encode } from 'cborg';
import QRCode from 'qrcode';
import { describe, expect, test } from 'vitest';
import { decodeCredential, encodeCredential } from '../../../../shared/credential/credential.ts';
import {
  isFresh,
  LIVE_SECONDS,
  LIVE_SEEN_MAX,
  LIVE_SKEW_SECONDS,
  liveStep,
  SeenLiveCodes,
} from '../../../../shared/credential/live-code.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const host = 'varco.example.it';
const signer = {
  host,
  keyId: '0a1b2c3d',
  sign: (message: Uint8Array) => new Uint8Array(sign(null, message, privateKey)),
};
const id = '00112233445566778899aabbccddeeff';
const NOW = 1_790_000_010;
const { issuedAt, expiresAt } = liveStep(NOW * 1000);

const decodeAt = (text: string, now: number) =>
  decodeCredential(text, {
    hosts: [host],
    now,
    verify: (_keyId, message, signature) => verify(null, message, publicKey, signature),
  });

describe('a live code', () => {
  const text = encodeCredential({ id, kind: 'status', issuedAt, expiresAt, live: true }, signer);

  test.each([
    ['as it is made', issuedAt, true],
    ['at its end and the skew', issuedAt + LIVE_SECONDS + LIVE_SKEW_SECONDS - 1, true],
    ['photographed, a moment later', issuedAt + LIVE_SECONDS + LIVE_SKEW_SECONDS, false],
    ['photographed, a day later', issuedAt + 86_400, false],
    ['at a gate whose clock is a little behind', issuedAt - LIVE_SKEW_SECONDS, true],
    ['not made yet', issuedAt - LIVE_SKEW_SECONDS - 1, false],
    ['at a gate without a clock', 1, false],
    ['where another judges its time', 0, true],
  ])('%s', (_when, now, ok) => {
    const decoded = decodeAt(text, now);
    expect(decoded).toEqual(
      ok
        ? {
            ok: true,
            keyId: '0a1b2c3d',
            credential: { id, kind: 'status', issuedAt, expiresAt, live: true },
          }
        : { ok: false, problem: 'liveStale' },
    );
  });

  test('of a card stays a card, and both fit a symbol of version 9', () => {
    const card = encodeCredential({ id, kind: 'card', issuedAt, expiresAt, live: true }, signer);
    expect(decodeAt(card, NOW)).toMatchObject({
      ok: true,
      credential: { kind: 'card', live: true },
    });
    for (const one of [text, card]) {
      const { version } = QRCode.create(one, { errorCorrectionLevel: 'M' });
      expect(version).toBeLessThanOrEqual(9);
    }
  });

  test('that claims a longer life than a minute is not one of ours', () => {
    const claims = encode(
      new Map<number, unknown>([
        [6, issuedAt],
        [7, new Uint8Array(16)],
        [4, issuedAt + 86_400],
        [-65537, 2],
      ]),
    );
    const headers = encode(
      new Map<number, unknown>([
        [1, -8],
        [4, Buffer.from('0a1b2c3d', 'hex')],
      ]),
    );
    const message = encode(['Signature1', headers, new Uint8Array(0), claims]);
    const token = encode([headers, new Map(), claims, signer.sign(message)]);
    const forged = `HTTPS://${host.toUpperCase()}/V/1/${base32nopad.encode(token)}`;
    expect(decodeAt(forged, NOW)).toEqual({ ok: false, problem: 'malformed' });
  });
});

test('a step is half a minute, and its code outlives it by as much', () => {
  const step = liveStep(1_790_000_029_999);
  expect(step).toEqual(liveStep(1_790_000_010_000));
  expect(step.renewAt % 30_000).toBe(0);
  expect(isFresh(step, step.renewAt / 1000)).toBe(true);
  expect(liveStep(step.renewAt).issuedAt).toBe(step.issuedAt + 30);
});

test('what was seen is remembered for its life, and never more than so many', () => {
  const seen = new SeenLiveCodes();
  seen.add({ id, issuedAt }, NOW);
  expect(seen.has({ id, issuedAt })).toBe(true);
  expect(seen.has({ id, issuedAt: issuedAt + 30 })).toBe(false);
  for (let index = 0; index < LIVE_SEEN_MAX - 1; index += 1) {
    seen.add({ id: String(index), issuedAt }, NOW);
  }
  expect(seen.has({ id, issuedAt })).toBe(true);
  seen.add({ id: 'another', issuedAt }, NOW + 1000);
  expect(seen.has({ id, issuedAt })).toBe(false);
  expect(seen.has({ id: 'another', issuedAt })).toBe(true);
});
