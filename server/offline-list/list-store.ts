import { sql } from 'kysely';
import type { EntryTable } from '../../shared/offline-list/entry-table.ts';
import { openList } from '../../shared/offline-list/list-file.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { TableRow } from '../store/schema.ts';
import type { Store, Tx } from '../store/store.ts';
import { applyChanges } from './apply-changes.ts';
import { sha256 } from './crypto.ts';

const PLACE = 'offline.epochKey';

/** A policy's list in force, with its entries and those of the full list it is based on. */
export interface PublishedList {
  policy: string;
  terms: string;
  epoch: number;
  epochKey: Uint8Array;
  epochBeganAt: number;
  version: number;
  issuedAt: number;
  builtAt: number;
  base: { version: number; table: EntryTable; bytes: number };
  table: EntryTable;
  statusSequence: number;
  credentialSequence: number;
}

/** What a publication writes besides the list itself. */
export interface Publication {
  /** Entries that changed since the previous version; `null` when that is unknown. */
  changed: number | null;
  file: { kind: 'full' | 'delta'; bytes: Uint8Array };
}

/** The published lists in the database; every method is a whole unit of work. */
export class ListStore {
  readonly #store: Store;
  readonly #keyring: Keyring;

  constructor(deps: { store: Store; keyring: Keyring }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
  }

  /** The version in force, without its entries. */
  async versionOf(policy: string): Promise<number | undefined> {
    const row = await this.#store.db
      .selectFrom('offline_list')
      .select('version')
      .where('policy', '=', policy)
      .executeTakeFirst();
    return row?.version;
  }

  /** @throws VarcoError when the stored list was signed or encrypted with a key that no longer exists. */
  async read(policy: string): Promise<PublishedList | undefined> {
    const row = await this.#store.db
      .selectFrom('offline_list as l')
      .innerJoin('offline_base as b', (join) =>
        join.onRef('b.policy', '=', 'l.policy').onRef('b.version', '=', 'l.base'),
      )
      .selectAll('l')
      .select(['b.entries', sql<number>`length(b.file)`.as('bytes')])
      .where('l.policy', '=', policy)
      .executeTakeFirst();
    if (!row) {
      return undefined;
    }
    const base = toWords(row.entries);
    return {
      policy,
      terms: row.terms,
      epoch: row.epoch,
      epochKey: Buffer.from(this.#keyring.open(PLACE, row.epoch_key_cipher), 'base64url'),
      epochBeganAt: row.epoch_began_at,
      version: row.version,
      issuedAt: row.issued_at,
      builtAt: row.built_at,
      base: { version: row.base, table: base, bytes: Number(row.bytes) },
      table: row.delta ? applyChanges(base, this.#changesOf(row.delta)).table : base,
      statusSequence: row.status_sequence,
      credentialSequence: row.credential_sequence,
    };
  }

  /**
   * Puts a list in force, unless another node published since the version `before`.
   *
   * @returns false if another node did, so that this node's list is stale.
   */
  async write(
    list: PublishedList,
    before: number | undefined,
    { changed, file }: Publication,
  ): Promise<boolean> {
    const { policy, version, epoch } = list;
    return this.#store.transaction(async (tx) => {
      const row = this.#rowOf(list, file);
      const isOurs =
        before === undefined ? insert(tx, policy, row) : update(tx, policy, before, row);
      if (!(await isOurs)) {
        return false;
      }
      if (file.kind === 'full') {
        const full = { file: Buffer.from(file.bytes), entries: toBytes(list.table) };
        await tx
          .insertInto('offline_base')
          .values({ policy, version, ...full })
          .execute();
        await dropOldBases(tx, policy);
      }
      if (changed !== 0) {
        const entries = list.table.length;
        await tx
          .insertInto('offline_version')
          .values({ policy, version, epoch, issued_at: list.issuedAt, entries, changed })
          .execute();
      }
      return true;
    });
  }

  #rowOf(list: PublishedList, file: Publication['file']): ListRow {
    const epochKey = Buffer.from(list.epochKey).toString('base64url');
    return {
      terms: list.terms,
      epoch: list.epoch,
      epoch_key_cipher: this.#keyring.seal(PLACE, epochKey),
      epoch_began_at: list.epochBeganAt,
      version: list.version,
      issued_at: list.issuedAt,
      built_at: list.builtAt,
      base: list.base.version,
      delta: file.kind === 'full' ? null : Buffer.from(file.bytes),
      status_sequence: list.statusSequence,
      credential_sequence: list.credentialSequence,
    };
  }

  /** Removes the list of a policy that no list may answer for. */
  async remove(policy: string): Promise<void> {
    await this.#store.transaction(async (tx) => {
      await tx.deleteFrom('offline_list').where('policy', '=', policy).execute();
      await tx.deleteFrom('offline_base').where('policy', '=', policy).execute();
    });
  }

  /** The changed words of a delta: as many as its header says, big-endian, at the start of its body. */
  #changesOf(delta: Buffer): EntryTable {
    const { header, body } = openList(delta, {
      verify: (keyId, message, signature) =>
        this.#keyring.verifyCredential(keyId, message, signature),
      sha256,
    });
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    const count = header.kind === 'delta' ? header.changes : 0;
    return BigUint64Array.from({ length: count }, (_, index) => view.getBigUint64(8 * index));
  }
}

type ListRow = Omit<TableRow<'offline_list'>, 'policy'>;

async function insert(tx: Tx, policy: string, row: ListRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('offline_list')
    .values({ policy, ...row })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return Boolean(numInsertedOrUpdatedRows);
}

async function update(tx: Tx, policy: string, before: number, row: ListRow): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('offline_list')
    .set(row)
    .where('policy', '=', policy)
    .where('version', '=', before)
    .executeTakeFirstOrThrow();
  return Boolean(numUpdatedRows);
}

/** Keeps the previous full list too, for kiosks that are still downloading it. */
async function dropOldBases(tx: Tx, policy: string): Promise<void> {
  const rows = await tx
    .selectFrom('offline_base')
    .select('version')
    .where('policy', '=', policy)
    .orderBy('version', 'desc')
    .execute();
  const old = rows.slice(2).map(({ version }) => version);
  if (old.length > 0) {
    await tx
      .deleteFrom('offline_base')
      .where('policy', '=', policy)
      .where('version', 'in', old)
      .execute();
  }
}

function toBytes(table: EntryTable): Buffer {
  return Buffer.from(table.buffer, table.byteOffset, table.byteLength);
}

/** Copies the bytes, because a database's buffer may not be aligned to eight bytes. */
function toWords(bytes: Buffer): EntryTable {
  const words = new BigUint64Array(bytes.length >>> 3);
  new Uint8Array(words.buffer).set(bytes);
  return words;
}
