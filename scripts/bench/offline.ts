import { createHash, createHmac, generateKeyPairSync, sign, verify } from 'node:crypto';
import { nodeScrypt } from '../../device/list/node-crypto.ts';
import { buildDelta, buildFullList, type ListTerms } from '../../shared/offline-list/build-list.ts';
import { deriveEntry, entryKey, fullCost } from '../../shared/offline-list/entry-key.ts';
import { type EntryTable, halvesOf, sortEntries } from '../../shared/offline-list/entry-table.ts';
import { openList } from '../../shared/offline-list/list-file.ts';
import { OfflineList } from '../../shared/offline-list/offline-list.ts';
import type { BenchContext } from './harness/bench-context.ts';
import { reportEquality } from './offline/equality.ts';

const ENTRIES_DEFAULT = 4_500_000;
/** Entries that change from one day's list to the next: about 2 % of the registry a month. */
const CHANGES = 3_000;
const LOOKUPS = 2_000_000;
const HMACS = 100_000;

const keyPair = generateKeyPairSync('ed25519');
const tools = {
  sha256: (message: Uint8Array) => new Uint8Array(createHash('sha256').update(message).digest()),
  sign: (message: Uint8Array) => new Uint8Array(sign(null, message, keyPair.privateKey)),
  verify: (_id: string, message: Uint8Array, signature: Uint8Array) =>
    verify(null, message, keyPair.publicKey, signature),
  seed: 1,
};

const EQUALITY_DEFAULT = 1_000_000;

/**
 * The offline list: build, size, open, look-up, delta and key derivation, with the number of entries as
 * argument. With `equality` and a number of people, it checks that the list agrees with the server.
 */
export async function run(context: BenchContext): Promise<void> {
  if (context.args[0] === 'equality') {
    await reportEquality(context, Number(context.args[1] ?? EQUALITY_DEFAULT));
    return;
  }
  const count = Number(context.args[0] ?? ENTRIES_DEFAULT);
  const table = randomTable(count);
  const [full, buildUs] = cpu(() => buildFullList(table, terms(1), tools));
  context.report({ metric: 'entries', value: count, unit: '1' });
  context.report({ metric: 'build rate', value: (count / buildUs) * 1e6, unit: 'entries/s' });
  const bytesEach = full.length / count;
  context.report({
    metric: 'bytes per entry',
    value: bytesEach,
    unit: 'B',
    baseline: '64-bit keys in order',
    baselineValue: 8,
    ratio: 8 / bytesEach,
    goal: '≤ 2.5',
    met: bytesEach <= 2.5,
  });
  const [list, openUs] = cpu(() => OfflineList.fromFull(openList(full, tools)));
  context.report({ metric: 'verify and load', value: openUs / 1_000, unit: 'ms' });
  measureLookUps(context, list, table);
  measureDelta(context, list, table);
  await measureDerivation(context);
}

function measureLookUps(context: BenchContext, list: OfflineList, table: EntryTable): void {
  const halves = halvesOf(table);
  const key = { high: 0, low: 0 };
  const set = new Set<bigint>();
  for (let index = 0; index < Math.min(table.length, 1_000_000); index++) {
    set.add((table[index] ?? 0n) >> 2n);
  }
  const numbers = randomWords(LOOKUPS, 11);
  // Collected beforehand, so that only the look-ups are measured.
  const known = new Uint32Array(2 * LOOKUPS);
  for (const [index, number] of numbers.entries()) {
    const at = number % table.length;
    known[2 * index] = halves[2 * at + 1] ?? 0;
    known[2 * index + 1] = ((halves[2 * at] ?? 0) & ~3) >>> 0;
  }
  let found = 0;
  const [, knownUs] = cpu(() => {
    for (let index = 0; index < LOOKUPS; index++) {
      key.high = known[2 * index] ?? 0;
      key.low = known[2 * index + 1] ?? 0;
      found += list.stateOf(key) === 'absent' ? 0 : 1;
    }
  });
  if (found !== LOOKUPS) {
    throw new Error('An entry of the list was not found in it');
  }
  const [, setUs] = cpu(() => {
    for (const number of numbers) {
      found += set.has(BigInt(number)) ? 1 : 0;
    }
  });
  reportLookUp(context, 'look-up, known', knownUs, setUs);
  const strangers = randomWords(2 * LOOKUPS, 12);
  let positives = 0;
  const [, strangerUs] = cpu(() => {
    for (let index = 0; index < LOOKUPS; index++) {
      key.high = strangers[2 * index] ?? 0;
      key.low = ((strangers[2 * index + 1] ?? 0) & ~3) >>> 0;
      positives += list.stateOf(key) === 'absent' ? 0 : 1;
    }
  });
  reportLookUp(context, 'look-up, unknown', strangerUs, setUs);
  const rate = positives / LOOKUPS;
  context.report({
    metric: 'false positives',
    value: rate * 1e6,
    unit: 'per million',
    goal: '≤ 15.26 (1 in 65,536)',
    met: rate <= 1 / 65_536,
  });
}

function reportLookUp(context: BenchContext, metric: string, us: number, setUs: number): void {
  const ns = (us / LOOKUPS) * 1_000;
  const setNs = (setUs / LOOKUPS) * 1_000;
  context.report({
    metric,
    value: ns,
    unit: 'ns',
    baseline: 'Set<bigint> of 1e6',
    baselineValue: setNs,
    ratio: setNs / ns,
    goal: '≤ 1000',
    met: ns <= 1_000,
  });
}

function measureDelta(context: BenchContext, list: OfflineList, table: EntryTable): void {
  const after = table.slice();
  const halves = halvesOf(after);
  const step = Math.max(1, Math.floor(after.length / CHANGES));
  for (let index = 0; index < after.length; index += step) {
    const low = halves[2 * index] ?? 0;
    halves[2 * index] = (low & 3) === 3 ? (low & ~3) | 1 : low | 3;
  }
  const [delta, buildUs] = cpu(() => buildDelta({ table, version: 1 }, after, terms(2), tools));
  context.report({ metric: 'delta changes', value: Math.ceil(after.length / step), unit: '1' });
  context.report({ metric: 'delta size', value: delta.length, unit: 'B' });
  context.report({ metric: 'delta build', value: buildUs / 1_000, unit: 'ms' });
  const [, applyUs] = cpu(() => list.withDelta(openList(delta, tools)));
  context.report({ metric: 'delta verify and apply', value: applyUs / 1_000, unit: 'ms' });
}

async function measureDerivation(context: BenchContext): Promise<void> {
  const before = process.cpuUsage();
  const derived = await deriveEntry('RSSMRA85T10A562S', '0'.repeat(32), fullCost, nodeScrypt);
  const used = process.cpuUsage(before);
  const value = (used.user + used.system) / 1_000;
  context.report({ metric: 'derivation at full cost, once a session', value, unit: 'ms' });
  const epochKey = new Uint8Array(32);
  const [, us] = cpu(() => {
    for (let index = 0; index < HMACS; index++) {
      entryKey(derived, 'dm507-art4', epochKey, (key, message) =>
        createHmac('sha256', key).update(message).digest(),
      );
    }
  });
  context.report({ metric: 'entry key from a derived value', value: us / HMACS, unit: 'µs' });
}

/** The result of a piece of work, and its CPU time in microseconds. */
function cpu<Result>(act: () => Result): [Result, number] {
  const before = process.cpuUsage();
  const result = act();
  const { user, system } = process.cpuUsage(before);
  return [result, user + system];
}

function terms(version: number): ListTerms {
  return {
    keyId: '00000000',
    policy: 'dm507-art4',
    epoch: 1,
    version,
    issuedAt: 0,
    maxAgeMs: 86_400_000,
    kdf: fullCost,
    epochKey: new Uint8Array(32),
  };
}

/** Random entries, as HMACs are; one in 200 is denied, one in three has a companion. */
function randomTable(count: number): EntryTable {
  const table = new BigUint64Array(count);
  const halves = halvesOf(table);
  halves.set(randomWords(2 * count, 3));
  for (let index = 0; index < count; index++) {
    const state = index % 200 === 0 ? 3 : index % 3 === 0 ? 2 : 1;
    halves[2 * index] = ((halves[2 * index] ?? 0) & ~3) | state;
  }
  return sortEntries(table);
}

/** Pseudo-random words that are the same in every run (splitmix32). */
function randomWords(count: number, seed: number): Uint32Array {
  const words = new Uint32Array(count);
  let state = Math.imul(seed, 0x6c078965);
  for (let index = 0; index < count; index++) {
    state = (state + 0x9e3779b9) | 0;
    let word = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    words[index] = word ^ (word >>> 15);
  }
  return words;
}
