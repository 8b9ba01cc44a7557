import type { EntryKey } from './entry-key.ts';
import {
  count,
  digestBytes,
  type EntryState,
  type EntryTable,
  entryStates,
  findEntry,
  halvesOf,
  STATE_WIDTH,
  type TableSummary,
} from './entry-table.ts';
import { decodeFilter, type FuseFilter, filterBytes, lookUp } from './fuse-filter.ts';
import {
  type DeltaHeader,
  equalBytes,
  type FullHeader,
  type ListHeader,
  OfflineListError,
  type OpenedList,
} from './list-file.ts';

const WORD_BYTES = 8;

/**
 * A list that a kiosk may decide from: a full list and, over it, at most one delta. Nobody can read
 * names or codes out of it; a look-up needs the credential and the codice fiscale.
 */
export class OfflineList {
  readonly #full: FullHeader;
  readonly #filter: FuseFilter;
  /** The halves of the denied entries, in order. */
  readonly #denied: Uint32Array;
  readonly #delta: { header: DeltaHeader; halves: Uint32Array } | undefined;

  private constructor(
    full: FullHeader,
    filter: FuseFilter,
    denied: Uint32Array,
    delta?: { header: DeltaHeader; halves: Uint32Array },
  ) {
    this.#full = full;
    this.#filter = filter;
    this.#denied = denied;
    this.#delta = delta;
  }

  /**
   * A full list, from a file that `openList` checked.
   *
   * @throws OfflineListError `listCorrupt` when the body is not what the header says.
   */
  static fromFull({ header, body }: OpenedList): OfflineList {
    if (header.kind !== 'full') {
      throw new OfflineListError('listCorrupt', 'A full list was expected and this is a delta');
    }
    const slots = filterBytes(header.filter);
    if (body.length !== slots + WORD_BYTES * header.denied) {
      throw new OfflineListError(
        'listCorrupt',
        'The list’s body is not as long as its header says',
      );
    }
    const filter = decodeFilter(header.filter, body.subarray(0, slots));
    if (!filter) {
      throw new OfflineListError('listCorrupt', 'The list’s filter is not of its shape');
    }
    const denied = readWords(body.subarray(slots), header.denied);
    if (!inOrder(denied)) {
      throw new OfflineListError('listCorrupt', 'The list’s entries are not in order');
    }
    return new OfflineList(header, filter, halvesOf(denied));
  }

  /** What is in force: the delta's header, or the full list's. */
  get header(): ListHeader {
    return this.#delta?.header ?? this.#full;
  }

  /** The version of the full list below, which a delta must name. */
  get baseVersion(): number {
    return this.#full.version;
  }

  /** What the list says of a key. */
  stateOf(key: EntryKey): EntryState {
    const changed = this.#delta && findEntry(this.#delta.halves, key);
    if (changed !== undefined) {
      return changed;
    }
    if (findEntry(this.#denied, key) !== undefined) {
      return 'denied';
    }
    if (this.#full.allowed === 0) {
      return 'absent';
    }
    const value = lookUp(this.#filter, key);
    return value === undefined ? 'absent' : value === 1 ? 'allowedWithCompanion' : 'allowed';
  }

  /**
   * A copy of the list with this delta in place of its own; the list itself is unchanged.
   *
   * @throws OfflineListError `listForOther` (another policy, epoch or full list), `listRollback` (not
   * newer than what is in force), `listCorrupt`, `listDiverged` when counts or digest do not match the
   * header: then only a full list helps.
   */
  withDelta({ header, body }: OpenedList): OfflineList {
    if (header.kind !== 'delta') {
      throw new OfflineListError('listCorrupt', 'A delta was expected and this is a full list');
    }
    this.#mustFit(header);
    const changes = readChanges(body, header.changes);
    const summary: TableSummary = {
      allowed: this.#full.allowed,
      denied: this.#full.denied,
      digest: readDigest(this.#full.digest),
    };
    const halves = halvesOf(changes.after);
    for (let index = 0; index < changes.after.length; index++) {
      const high = halves[2 * index + 1] ?? 0;
      const low = halves[2 * index] ?? 0;
      const key = { high, low: (low & ~3) >>> 0 };
      const before = changes.before[index] ?? 0;
      this.#mustHold(key, before);
      count(summary, high, (key.low | before) >>> 0, -1);
      count(summary, high, low, 1);
    }
    const comesOut =
      summary.allowed === header.allowed &&
      summary.denied === header.denied &&
      equalBytes(digestBytes(summary.digest), header.digest);
    if (!comesOut) {
      throw new OfflineListError('listDiverged', 'The delta does not come out as its header says');
    }
    return new OfflineList(this.#full, this.#filter, this.#denied, {
      header,
      halves,
    });
  }

  #mustFit(header: DeltaHeader): void {
    const full = this.#full;
    const fits =
      header.policy === full.policy &&
      header.epoch === full.epoch &&
      header.base === full.version &&
      equalBytes(header.epochKey, full.epochKey) &&
      header.kdf.cost === full.kdf.cost &&
      header.kdf.blockSize === full.kdf.blockSize &&
      header.kdf.parallelism === full.kdf.parallelism;
    if (!fits) {
      throw new OfflineListError('listForOther', 'The delta is for another list');
    }
    if (header.version <= this.header.version) {
      throw new OfflineListError('listRollback', 'The delta is not newer than the list in force');
    }
  }

  /** A filter never loses a key, so a change from a state that the full list denies is a fault. */
  #mustHold(key: EntryKey, before: number): void {
    const isDenied = findEntry(this.#denied, key) !== undefined;
    const value = this.#full.allowed === 0 ? undefined : lookUp(this.#filter, key);
    const holds =
      before === 3
        ? isDenied
        : !isDenied && (before === 0 || (value !== undefined && value === before - 1));
    if (!holds) {
      throw new OfflineListError('listDiverged', 'The delta changes an entry that was otherwise');
    }
  }
}

/** Whether a header may follow another: a higher epoch, or the same and a higher version. */
export function isNewer(
  header: { epoch: number; version: number },
  than: { epoch: number; version: number },
): boolean {
  return (
    header.epoch > than.epoch || (header.epoch === than.epoch && header.version > than.version)
  );
}

function readWords(body: Uint8Array, length: number): EntryTable {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const words = new BigUint64Array(length);
  for (let index = 0; index < length; index++) {
    words[index] = view.getBigUint64(WORD_BYTES * index);
  }
  return words;
}

function readChanges(body: Uint8Array, length: number): { after: EntryTable; before: Uint8Array } {
  if (body.length !== WORD_BYTES * length + Math.ceil(length / entryStates.length)) {
    throw new OfflineListError('listCorrupt', 'The delta’s body is not as long as its header says');
  }
  const after = readWords(body, length);
  if (!inOrder(after)) {
    throw new OfflineListError('listCorrupt', 'The delta’s changes are not in order');
  }
  const states = body.subarray(WORD_BYTES * length);
  const before = Uint8Array.from(
    { length },
    (_, index) => ((states[index >>> 2] ?? 0) >>> ((index & 3) << 1)) & 3,
  );
  return { after, before };
}

function readDigest(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: 4 }, (_, index) => view.getUint32(4 * index));
}

function inOrder(table: EntryTable): boolean {
  let previous = -1n;
  for (const word of table) {
    const key = word >> STATE_WIDTH;
    if (key <= previous) {
      return false;
    }
    previous = key;
  }
  return true;
}
