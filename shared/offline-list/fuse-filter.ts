import { VarcoError } from '../errors.ts';
import type { EntryKey } from './entry-key.ts';

/**
 * A binary fuse filter with four hashes (Graf and Lemire, “Binary Fuse Filters: Fast and Smaller Than
 * Xor Filters”, 2022), 18 bits a slot: 17 of fingerprint and one of value. A key of the set is always
 * found, with its value; any other is found once in 131,072 on average, for about 2.4 bytes a key.
 *
 * Slots are kept as the low 16 bits and, four to a byte, the high 2 bits.
 */
export interface FuseFilter {
  seed: number;
  segmentLength: number;
  segmentCount: number;
  low: Uint16Array;
  high: Uint8Array;
}

/** Keys are the pairs `keys[2 * i]` (high half) and `keys[2 * i + 1]` (low half), all different. */
export interface FuseEntries {
  keys: Uint32Array;
  /** One byte a key, 0 or 1. */
  values: Uint8Array;
}

const HASHES = 4;
const VALUE_BIT = 1;
const SLOT_MASK = 0x3ffff;
const SEGMENT_LENGTH_MAX = 65_536;
/** A try fails with a probability well below one half; this many failures mean that keys repeat. */
const TRIES_MAX = 64;

/** Four slots and what is stored over them; reused, so that a lookup makes no garbage. */
interface Place {
  slots: Uint32Array;
  fingerprint: number;
}

function newPlace(): Place {
  return { slots: new Uint32Array(HASHES), fingerprint: 0 };
}

/** A 32-bit finaliser: every output bit depends on every input bit (as MurmurHash3's does). */
function mix(word: number): number {
  let mixed = word;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** Keys come from an HMAC; the mixing makes the tries of one set independent of each other. */
function locate(high: number, low: number, filter: Geometry, place: Place): void {
  const a = mix(high ^ filter.seed);
  const b = mix(low ^ Math.imul(a, 0x9e3779b1));
  const c = mix(high ^ Math.imul(b, 0x7feb352d));
  const mask = filter.segmentLength - 1;
  const segment = Math.floor(((a >>> 0) * filter.segmentCount) / 0x1_0000_0000);
  const start = segment * filter.segmentLength;
  const { slots } = place;
  slots[0] = start + (b & mask);
  slots[1] = start + filter.segmentLength + ((b >>> 16) & mask);
  slots[2] = start + 2 * filter.segmentLength + (c & mask);
  slots[3] = start + 3 * filter.segmentLength + ((c >>> 16) & mask);
  place.fingerprint = mix(low ^ Math.imul(c, 0x846ca68b)) & (SLOT_MASK & ~VALUE_BIT);
}

interface Geometry {
  seed: number;
  segmentLength: number;
  segmentCount: number;
}

function slotCount(geometry: Geometry): number {
  return (geometry.segmentCount + HASHES - 1) * geometry.segmentLength;
}

/** The sizes of the paper's table for four hashes. */
function geometryFor(count: number, seed: number): Geometry {
  const size = Math.max(count, 2);
  const exponent = Math.max(2, Math.floor(Math.log(size) / Math.log(2.91) - 0.5));
  const segmentLength = Math.min(SEGMENT_LENGTH_MAX, 2 ** exponent);
  const factor = Math.max(1.075, 0.77 + (0.305 * Math.log(600_000)) / Math.log(size));
  const capacity = Math.ceil(size * factor);
  const segmentCount = Math.max(1, Math.ceil(capacity / segmentLength) - (HASHES - 1));
  return { seed, segmentLength, segmentCount };
}

/**
 * Builds a filter. The same entries and seed always give the same bytes.
 *
 * @param seed any 32-bit number, handed in.
 * @throws VarcoError `entriesRepeat` when a key is there twice: such a set can't be stored.
 */
export function buildFilter(entries: FuseEntries, seed: number): FuseFilter {
  const count = entries.keys.length / 2;
  for (let attempt = 0; attempt < TRIES_MAX; attempt++) {
    const geometry = geometryFor(count, mix(seed + Math.imul(attempt, 0x9e3779b1)) >>> 0);
    const order = peel(entries, geometry);
    if (order) {
      return assign(entries, geometry, order);
    }
  }
  throw new VarcoError('entriesRepeat', 'A filter could not be built: a key is there twice');
}

/** The order in which keys can be taken off: each then has a slot of its own. */
interface Peeling {
  keys: Uint32Array;
  /** Which of a key's four slots is its own. */
  owners: Uint8Array;
}

function peel(entries: FuseEntries, geometry: Geometry): Peeling | undefined {
  const { keys } = entries;
  const count = keys.length / 2;
  const size = slotCount(geometry);
  // For every slot, how many keys touch it and the XOR of their numbers: with one left, it is that one.
  const touching = new Uint8Array(size);
  const together = new Uint32Array(size);
  const place = newPlace();
  for (let index = 0; index < count; index++) {
    locate(keys[2 * index] ?? 0, keys[2 * index + 1] ?? 0, geometry, place);
    for (let hash = 0; hash < HASHES; hash++) {
      const slot = place.slots[hash] ?? 0;
      if (touching[slot] === 255) {
        return undefined;
      }
      touching[slot] = (touching[slot] ?? 0) + 1;
      together[slot] = (together[slot] ?? 0) ^ index;
    }
  }
  const order: Peeling = { keys: new Uint32Array(count), owners: new Uint8Array(count) };
  const queue = new Uint32Array(size);
  let queued = 0;
  for (let slot = 0; slot < size; slot++) {
    if (touching[slot] === 1) {
      queue[queued++] = slot;
    }
  }
  let taken = 0;
  while (queued > 0) {
    const single = queue[--queued] ?? 0;
    if (touching[single] !== 1) {
      continue;
    }
    const index = together[single] ?? 0;
    order.keys[taken] = index;
    locate(keys[2 * index] ?? 0, keys[2 * index + 1] ?? 0, geometry, place);
    for (let hash = 0; hash < HASHES; hash++) {
      const slot = place.slots[hash] ?? 0;
      if (slot === single) {
        order.owners[taken] = hash;
      }
      together[slot] = (together[slot] ?? 0) ^ index;
      touching[slot] = (touching[slot] ?? 0) - 1;
      if (touching[slot] === 1) {
        queue[queued++] = slot;
      }
    }
    taken += 1;
  }
  return taken === count ? order : undefined;
}

function assign(entries: FuseEntries, geometry: Geometry, order: Peeling): FuseFilter {
  const size = slotCount(geometry);
  const filter: FuseFilter = {
    ...geometry,
    low: new Uint16Array(size),
    high: new Uint8Array(Math.ceil(size / 4)),
  };
  const place = newPlace();
  for (let taken = order.keys.length - 1; taken >= 0; taken--) {
    const index = order.keys[taken] ?? 0;
    locate(entries.keys[2 * index] ?? 0, entries.keys[2 * index + 1] ?? 0, geometry, place);
    const own = place.slots[order.owners[taken] ?? 0] ?? 0;
    const wanted = place.fingerprint | ((entries.values[index] ?? 0) & VALUE_BIT);
    // Its own slot is still empty, so the XOR of all four is that of the other three.
    setSlot(filter, own, wanted ^ xorOf(filter, place));
  }
  return filter;
}

function setSlot(filter: FuseFilter, slot: number, bits: number): void {
  filter.low[slot] = bits & 0xffff;
  const shift = (slot & 3) << 1;
  filter.high[slot >>> 2] = (filter.high[slot >>> 2] ?? 0) | (((bits >>> 16) & 3) << shift);
}

function xorOf(filter: FuseFilter, place: Place): number {
  const { low, high } = filter;
  let lowBits = 0;
  let highBits = 0;
  for (let hash = 0; hash < HASHES; hash++) {
    const slot = place.slots[hash] ?? 0;
    lowBits ^= low[slot] ?? 0;
    highBits ^= ((high[slot >>> 2] ?? 0) >>> ((slot & 3) << 1)) & 3;
  }
  return lowBits | (highBits << 16);
}

const lookupPlace = newPlace();

/** The value of a key, or `undefined` when the key is not in the set (but for 1 in 131,072). */
export function lookUp(filter: FuseFilter, key: EntryKey): 0 | 1 | undefined {
  locate(key.high, key.low, filter, lookupPlace);
  const difference = xorOf(filter, lookupPlace) ^ lookupPlace.fingerprint;
  return difference === 0 ? 0 : difference === VALUE_BIT ? 1 : undefined;
}

/** How many bytes a filter of this shape has, on disk and on the wire. */
export function filterBytes(geometry: Geometry): number {
  const size = slotCount(geometry);
  return 2 * size + Math.ceil(size / 4);
}

/** Writes the slots: the low halves little-endian, then the high bits. */
export function encodeFilter(filter: FuseFilter): Uint8Array {
  const bytes = new Uint8Array(filterBytes(filter));
  const view = new DataView(bytes.buffer);
  filter.low.forEach((bits, slot) => {
    view.setUint16(2 * slot, bits, true);
  });
  bytes.set(filter.high, 2 * filter.low.length);
  return bytes;
}

/** Reads what {@link encodeFilter} wrote; `undefined` when the length does not fit the shape. */
export function decodeFilter(geometry: Geometry, bytes: Uint8Array): FuseFilter | undefined {
  if (bytes.length !== filterBytes(geometry)) {
    return undefined;
  }
  const size = slotCount(geometry);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const low = new Uint16Array(size);
  for (let slot = 0; slot < size; slot++) {
    low[slot] = view.getUint16(2 * slot, true);
  }
  return { ...geometry, low, high: bytes.slice(2 * size) };
}
