import type { Sign } from '../credential/credential.ts';
import type { KdfCost } from './entry-key.ts';
import {
  diffTables,
  digestBytes,
  type EntryChange,
  type EntryTable,
  entryStates,
  halvesOf,
  summarise,
  type TableSummary,
} from './entry-table.ts';
import { buildFilter, encodeFilter } from './fuse-filter.ts';
import { type Sha256, sealList } from './list-file.ts';

/** The part of a list's header that its issuer decides. */
export interface ListTerms {
  keyId: string;
  policy: string;
  epoch: number;
  version: number;
  /** Unix time in milliseconds. */
  issuedAt: number;
  maxAgeMs: number;
  kdf: KdfCost;
  epochKey: Uint8Array;
}

export interface BuildTools {
  sha256: Sha256;
  sign: Sign;
  /** Any 32-bit number, for the filter's hashes. */
  seed: number;
}

/**
 * Builds and signs a full list: allowed entries go into the filter, denied ones are stored exactly, so
 * that no false positive refuses anybody.
 *
 * @param table in order (`sortEntries`).
 */
export function buildFullList(table: EntryTable, terms: ListTerms, tools: BuildTools): Uint8Array {
  const summary = summarise(table);
  const allowed = allowedOf(table, summary.allowed);
  const denied = table.filter((word) => (word & 3n) === 3n);
  const filter = buildFilter(allowed, tools.seed);
  const slots = encodeFilter(filter);
  const body = new Uint8Array(slots.length + 8 * denied.length);
  body.set(slots);
  writeWords(body, slots.length, denied);
  const { seed, segmentLength, segmentCount } = filter;
  return sealList(
    {
      kind: 'full',
      ...headerOf(terms, summary, tools.sha256(body)),
      filter: { seed, segmentLength, segmentCount },
    },
    body,
    tools,
  );
}

/**
 * Builds and signs what changed since a full list. A delta always starts from the full list and never
 * from another delta: a kiosk needs two files at most, each whole and signed. When it grows past some
 * part of the full list ({@link shouldRebase}), a new full list is due.
 */
export function buildDelta(
  base: { table: EntryTable; version: number },
  table: EntryTable,
  terms: ListTerms,
  tools: BuildTools,
): Uint8Array {
  const changes = diffTables(base.table, table);
  const body = encodeChanges(changes);
  return sealList(
    {
      kind: 'delta',
      ...headerOf(terms, summarise(table), tools.sha256(body)),
      base: base.version,
      changes: changes.length,
    },
    body,
    tools,
  );
}

/** Whether a delta has grown so that a new full list costs less over a few more updates. */
export function shouldRebase(fullBytes: number, deltaBytes: number): boolean {
  return deltaBytes * 8 > fullBytes && deltaBytes > 65_536;
}

function headerOf(terms: ListTerms, summary: TableSummary, bodyHash: Uint8Array) {
  const { keyId, policy, epoch, version, issuedAt, maxAgeMs, kdf, epochKey } = terms;
  return {
    format: 1 as const,
    keyId,
    policy,
    epoch,
    version,
    issuedAt,
    maxAgeMs,
    kdf,
    epochKey,
    allowed: summary.allowed,
    denied: summary.denied,
    digest: digestBytes(summary.digest),
    bodyHash,
  };
}

function allowedOf(table: EntryTable, count: number): { keys: Uint32Array; values: Uint8Array } {
  const keys = new Uint32Array(2 * count);
  const values = new Uint8Array(count);
  const halves = halvesOf(table);
  let at = 0;
  for (let index = 0; index < halves.length; index += 2) {
    const low = halves[index] ?? 0;
    const state = low & 3;
    if (state === 1 || state === 2) {
      keys[2 * at] = halves[index + 1] ?? 0;
      keys[2 * at + 1] = (low & ~3) >>> 0;
      values[at++] = state - 1;
    }
  }
  return { keys, values };
}

/** The new words, then the old states four to a byte. */
function encodeChanges(changes: readonly EntryChange[]): Uint8Array {
  const words = BigUint64Array.from(changes, ({ after }) => after);
  const body = new Uint8Array(8 * words.length + Math.ceil(words.length / 4));
  writeWords(body, 0, words);
  for (const [index, { before }] of changes.entries()) {
    const at = 8 * words.length + (index >>> 2);
    body[at] = (body[at] ?? 0) | (entryStates.indexOf(before) << ((index & 3) << 1));
  }
  return body;
}

function writeWords(body: Uint8Array, at: number, words: BigUint64Array): void {
  const view = new DataView(body.buffer, body.byteOffset);
  words.forEach((word, index) => {
    view.setBigUint64(at + 8 * index, word);
  });
}
