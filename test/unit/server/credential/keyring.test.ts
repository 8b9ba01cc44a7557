import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { generateKeyringFile, Keyring } from '../../../../server/credential/keyring.ts';
import {
  readKeyringFile,
  retireSigning,
  rotateSigning,
  writeKeyringFile,
} from '../../../../server/credential/keyring-file.ts';

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
  const rotated = rotateSigning(file, 1);
  const next = new Keyring(rotated);
  expect(next.credentialSigner().keyId).not.toBe(old.keyId);
  expect(next.verifyCredential(old.keyId, message, signature)).toBe(true);
  expect(next.credentialKeys()).toHaveLength(2);
  const retired = new Keyring(retireSigning(rotated, old.keyId));
  expect(retired.verifyCredential(old.keyId, message, signature)).toBeUndefined();
  expect(() => retireSigning(rotated, next.credentialSigner().keyId)).toThrow(/rotate/);
  expect(() => retireSigning(rotated, '00000000')).toThrow(/no key/);
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
