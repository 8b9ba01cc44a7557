import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { beforeEach, expect, test, vi } from 'vitest';
import { ServerClock } from '../../../../device/time/server-clock.ts';
import { CredentialVerifier } from '../../../../device/verdict/credential-verifier.ts';
import { type Credential, encodeCredential } from '../../../../shared/credential/credential.ts';
import { ManualClock } from '../../../support/hands/manual-clock.ts';

const HOST = 'varco.example.it';
const KEY_ID = '00000001';
const NOW = Date.UTC(2026, 5, 1, 12);
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const credentialKeys = [
  { keyId: KEY_ID, publicKey: String(publicKey.export({ format: 'jwk' }).x) },
];
const verified = vi.hoisted(() => ({ count: 0 }));

vi.mock('node:crypto', async (original) => {
  const real = await original<typeof import('node:crypto')>();
  return {
    ...real,
    verify: (...given: Parameters<typeof real.verify>) => {
      verified.count += 1;
      return real.verify(...given);
    },
  };
});

beforeEach(() => {
  verified.count = 0;
});

function textOf(credential: Partial<Credential> = {}): string {
  return encodeCredential(
    { id: randomBytes(16).toString('hex'), kind: 'status', issuedAt: NOW / 1000, ...credential },
    { host: HOST, keyId: KEY_ID, sign: (message) => sign(null, message, privateKey) },
  );
}

function verifierOf(liveCode?: 'required') {
  const serverClock = new ServerClock(new ManualClock(NOW));
  serverClock.sync(NOW);
  const verifier = new CredentialVerifier(serverClock);
  verifier.use({ hosts: [HOST], credentialKeys, gate: { name: '', policy: '', liveCode } });
  return verifier;
}

const live = { live: true, expiresAt: NOW / 1000 + 60 } as const;

test('before the first boot nothing is trusted', () => {
  const verifier = new CredentialVerifier(new ServerClock(new ManualClock(NOW)));
  expect(verifier.check(textOf(), 'qr')).toMatchObject({ isProven: false });
});

test('a signature is checked once: the reading carries what the check found', () => {
  const verifier = verifierOf();
  const text = textOf();
  const check = verifier.check(text, 'qr');
  expect(verifier.admit({ text, check })).toMatchObject({ ok: true });
  expect(verified.count).toBe(1);
});

test('a reading that nobody has checked is checked when it is admitted', () => {
  expect(verifierOf().admit({ text: textOf() })).toMatchObject({ ok: true });
  expect(verified.count).toBe(1);
});

test('a check that failed is not made again either', () => {
  const verifier = verifierOf();
  const text = textOf().replace(/..$/, 'AA');
  const check = verifier.check(text, 'qr');
  expect(check.isProven).toBe(false);
  verified.count = 0;
  expect(verifier.admit({ text, check })).toMatchObject({ ok: false });
  expect(verified.count).toBe(0);
});

test('a live code begins one session', () => {
  const verifier = verifierOf();
  const admission = verifier.admit({ text: textOf({ ...live, id: 'ab'.repeat(16) }) });
  expect(admission.ok).toBe(true);
  if (admission.ok) {
    verifier.markUsed(admission.credential);
  }
  const again = verifier.admit({ text: textOf({ ...live, id: 'ab'.repeat(16) }) });
  expect(again).toEqual({ ok: false, problem: 'liveUsed' });
});

test('where the policy wants live codes, another is not enough', () => {
  const verifier = verifierOf('required');
  expect(verifier.admit({ text: textOf() })).toEqual({ ok: false, problem: 'liveRequired' });
  expect(verifier.admit({ text: textOf(live) })).toMatchObject({ ok: true });
});
