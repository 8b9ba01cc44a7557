import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { generateKeyringFile, Keyring } from '../../../../server/keys/keyring.ts';
import {
  readKeyringFile,
  retire,
  rotate,
  writeKeyringFile,
} from '../../../../server/keys/keyring-file.ts';
import { KeyringWatch } from '../../../../server/keys/keyring-watch.ts';
import { PUBLISHED_BEFORE_MS } from '../../../../server/keys/signing-key.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

let folder: string;
let path: string;
const file = generateKeyringFile(0);
const keyring = new Keyring(file);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-keys-'));
  path = join(folder, 'keyring.json');
});
afterEach(() => rm(folder, { recursive: true }));

test('a keyring file is its owner’s alone, and never overwritten by init', async () => {
  await writeKeyringFile(path, file, { replace: false });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readKeyringFile(path)).toEqual(file);
  const again = writeKeyringFile(path, generateKeyringFile(1), { replace: false });
  await expect(again).rejects.toMatchObject({ code: 'keyringExists' });
  expect(await readKeyringFile(path)).toEqual(file);
});

test.each([
  ['keyringMissing', () => rm(path)],
  ['keyringExposed', () => chmod(path, 0o640)],
  ['keyringInvalid', () => writeFile(path, '{')],
  ['keyringInvalid', () => writeFile(path, '{"checksum":"","keyring":{}}')],
  [
    'keyringInvalid',
    async () => {
      const text = await readFile(path, 'utf8');
      await writeFile(path, text.replace('"createdAt": 0', '"createdAt": 1'));
    },
  ],
])('%s', async (code, harm) => {
  await writeKeyringFile(path, file, { replace: false });
  await harm();
  const error = await readKeyringFile(path).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code });
  expect(inspect(error)).not.toContain(file.lookup);
});

test('after a rotation old codes still verify, until their key is retired', () => {
  const message = new Uint8Array([1, 2, 3]);
  const old = keyring.credentialSigner();
  const signature = old.sign(message);
  const { keyring: rotated } = rotate(file, 'credentials', 1);
  const next = new Keyring(rotated);
  expect(next.credentialSigner().keyId).not.toBe(old.keyId);
  expect(next.verifyCredential(old.keyId, message, signature)).toBe(true);
  expect(next.credentialKeys()).toHaveLength(2);
  const retired = new Keyring(retire(rotated, old.keyId));
  expect(retired.verifyCredential(old.keyId, message, signature)).toBeUndefined();
  expect(() => retire(rotated, next.credentialSigner().keyId)).toThrow(/rotate/);
  expect(() => retire(rotated, '00000000')).toThrow(/no key/);
});

test('a box opens where it was sealed, whole, and nowhere else', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), (text, where) => {
      const box = keyring.seal('person.identity', text);
      expect(keyring.open('person.identity', box)).toBe(text);
      expect(() => keyring.open('person.other', box)).toThrow();
      const harmed = Buffer.from(box);
      const index = where % harmed.length;
      harmed[index] = (harmed[index] ?? 0) ^ 1;
      expect(() => keyring.open('person.identity', harmed)).toThrow();
      expect(() => keyring.open('person.identity', box.subarray(0, index))).toThrow();
    }),
  );
});

test('pseudonyms change with the month, and a keyring never shows its keys', () => {
  expect(keyring.pseudonym('2026-11', 'x')).not.toBe(keyring.pseudonym('2026-12', 'x'));
  expect(keyring.pseudonym('2026-11', 'x')).toBe(new Keyring(file).pseudonym('2026-11', 'x'));
  const shown = JSON.stringify({ keyring }) + inspect(keyring, { depth: 9 });
  for (const secret of [file.lookup, file.pseudonym, file.oneTimeCode]) {
    expect(shown).not.toContain(secret);
  }
});

test('a new key is known everywhere before it signs; one of the audit signs at once', () => {
  const { keyring: rotated, keyId } = rotate(file, 'credentials', 1_000_000);
  const next = new Keyring(rotated);
  const old = keyring.credentialSigner().keyId;
  expect(next.credentialSigner(1_000_000 + PUBLISHED_BEFORE_MS - 1).keyId).toBe(old);
  expect(next.credentialSigner(1_000_000 + PUBLISHED_BEFORE_MS).keyId).toBe(keyId);
  expect(next.credentialKeys().map((key) => key.keyId)).toEqual([old, keyId]);
  const audit = rotate(file, 'audit', 1_000_000);
  const message = new Uint8Array([7]);
  const { keyId: signedBy, sign } = keyring.auditSigner();
  const after = new Keyring(audit.keyring);
  expect(after.auditSigner().keyId).toBe(audit.keyId);
  expect(after.verifyAudit(signedBy, message, sign(message))).toBe(true);
});

test('a new column key seals, older ones open, until nothing of them is left', () => {
  const before = keyring.seal('person.identity', 'x');
  const { keyring: rotated, keyId } = rotate(file, 'columns', 1);
  const next = new Keyring(rotated);
  expect(next.open('person.identity', before)).toBe('x');
  expect(Keyring.sealedWith(next.seal('person.identity', 'x'))).toBe(keyId);
  const old = keyring.sealingKeyId;
  expect(() => retire(rotated, keyId)).toThrow(/rotate first/);
  expect(() => retire(rotated, old, (id) => id === old)).toThrow(/reseal/);
  const retired = new Keyring(retire(rotated, old));
  expect(() => retired.open('person.identity', before)).toThrow(/not here/);
});

test('a keyring that is in use goes on with a rotated file, and refuses another one', () => {
  const used = new Keyring(file);
  const { keyring: rotated, keyId } = rotate(file, 'credentials', 1);
  used.replace(rotated);
  expect(used.credentialSigner().keyId).toBe(keyId);
  const others = [
    generateKeyringFile(0),
    { ...file, pseudonym: generateKeyringFile(0).pseudonym },
    { ...file, oneTimeCode: generateKeyringFile(0).oneTimeCode },
  ];
  for (const other of others) {
    expect(() => used.replace(other)).toThrow(/not the one/);
  }
  expect(used.credentialSigner().keyId).toBe(keyId);
});

test('the file of a running server: rotated, damaged, another one, exposed, mended', async () => {
  await writeKeyringFile(path, file, { replace: false });
  const used = new Keyring(file);
  let changes = 0;
  const watch = new KeyringWatch({
    path,
    keyring: used,
    clock: new VirtualClock(),
    log: pino({ level: 'silent' }),
    changed: () => {
      changes += 1;
    },
  });
  await watch.check();
  expect([changes, watch.problem]).toEqual([0, undefined]);
  const { keyring: rotated, keyId } = rotate(file, 'credentials', 1);
  await writeKeyringFile(path, rotated, { replace: true });
  await watch.check();
  expect([changes, watch.problem, used.credentialSigner().keyId]).toEqual([1, undefined, keyId]);
  const good = await readFile(path, 'utf8');
  await writeFile(path, good.slice(0, -20));
  await watch.check();
  expect(watch.problem).toBe('keyringInvalid');
  await writeFile(path, good);
  await watch.check();
  expect(watch.problem).toBeUndefined();
  await writeKeyringFile(path, generateKeyringFile(0), { replace: true });
  await watch.check();
  expect(watch.problem).toBe('keyringMismatch');
  await rm(path);
  await watch.check();
  expect(watch.problem).toBe('keyringMissing');
  await writeFile(path, good, { mode: 0o644 });
  await watch.check();
  expect(watch.problem).toBe('keyringExposed');
  await chmod(path, 0o600);
  await watch.check();
  expect([changes, watch.problem, used.credentialSigner().keyId]).toEqual([1, undefined, keyId]);
});
