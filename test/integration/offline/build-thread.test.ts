import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { build } from '../../../server/offline-list/build-thread.ts';
import { systemClock } from '../../../shared/clock.ts';
import { fullCost } from '../../../shared/offline-list/entry-key.ts';
import { packEntry } from '../../../shared/offline-list/entry-table.ts';
import { openList, signList } from '../../../shared/offline-list/list-file.ts';
import { OfflineList } from '../../../shared/offline-list/offline-list.ts';

const ENTRIES = 60_000;
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const sha256 = (message: Uint8Array) => createHash('sha256').update(message).digest();
const tools = {
  sha256,
  verify: (_id: string, message: Uint8Array, signature: Uint8Array) =>
    verify(null, message, publicKey, signature),
};

/** Keys as an HMAC would make them. */
function words(count: number, seed: string): BigUint64Array {
  const made = new BigUint64Array(count);
  let block = Buffer.alloc(0);
  for (let index = 0; index < count; index++) {
    const at = (index % 4) * 8;
    if (at === 0) {
      block = createHash('sha256').update(`${seed} ${index}`).digest();
    }
    const key = { high: block.readUInt32BE(at), low: block.readUInt32BE(at + 4) };
    made[index] = packEntry(key, index % 100 === 0 ? 'denied' : 'allowed');
  }
  return made;
}

const terms = {
  keyId: '00000000',
  policy: 'p',
  epoch: 1,
  version: 1,
  issuedAt: 0,
  maxAgeMs: 60_000,
  kdf: fullCost,
  epochKey: new Uint8Array(32),
};

test('a large list is built in a thread, and the event loop goes on meanwhile', async () => {
  const made = words(ENTRIES, 'a');
  let turns = 0;
  let busy = true;
  const turn = () => {
    turns += 1;
    if (busy) {
      systemClock.after(1, turn);
    }
  };
  turn();
  const table = await build('sort', { words: made }, made.length);
  const file = await build('full', { table, terms, seed: 1 }, table.length);
  busy = false;
  // Built on this thread there would be next to none.
  expect(turns).toBeGreaterThan(20);
  expect(() => openList(file, tools)).toThrow(
    expect.objectContaining({ code: 'listBadSignature' }),
  );
  const signed = signList(file, (message) => sign(null, message, privateKey));
  const list = OfflineList.fromFull(openList(signed, tools));
  expect(list.header).toMatchObject({ allowed: ENTRIES - ENTRIES / 100, denied: ENTRIES / 100 });
  const after = table.slice();
  after[5] = (after[5] as bigint) | 3n;
  const delta = await build(
    'delta',
    { base: { table, version: 1 }, table: after, terms: { ...terms, version: 2 }, seed: 1 },
    table.length,
  );
  expect(
    list.withDelta(
      openList(
        signList(delta, (message) => sign(null, message, privateKey)),
        tools,
      ),
    ).header.version,
  ).toBe(2);
  expect(await build('countChanges', { before: table, after }, table.length)).toBe(1);
});

test('what a job refuses is reported by its code, from a thread too', async () => {
  const made = words(ENTRIES, 'b');
  made[1] = made[0] as bigint;
  await expect(build('sort', { words: made }, made.length)).rejects.toMatchObject({
    code: 'entriesRepeat',
  });
});
