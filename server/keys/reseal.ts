import { type RawBuilder, sql } from 'kysely';
import type { Tables } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import type { Keyring } from './keyring.ts';

/** A column of boxes, the key of its rows, and the place that its boxes are sealed for. */
interface SealedColumn {
  table: keyof Tables;
  key: string;
  column: string;
  place: string;
}

/**
 * Every column of boxes that outlives a day. Those of sessions, logins under way and single-use links
 * (`session`, `single_use`, `contact_check`) expire by themselves, and a key is retired after them.
 */
export const sealedColumns: readonly SealedColumn[] = [
  { table: 'person', key: 'id', column: 'identity_cipher', place: 'person.identity' },
  {
    table: 'offline_entry',
    key: 'credential_id',
    column: 'derived_cipher',
    place: 'credential.derived',
  },
  {
    table: 'offline_list',
    key: 'policy',
    column: 'epoch_key_cipher',
    place: 'offline.epochKey',
  },
  { table: 'staff_account', key: 'id', column: 'identity_cipher', place: 'staff.identity' },
  { table: 'staff_account', key: 'id', column: 'totp_cipher', place: 'staff.totp' },
  { table: 'login_log', key: 'id', column: 'body_cipher', place: 'login.log' },
  { table: 'message', key: 'id', column: 'body_cipher', place: 'message.body' },
  { table: 'card_request', key: 'id', column: 'photo_cipher', place: 'card.photo' },
  { table: 'delegation', key: 'id', column: 'delegate_cipher', place: 'delegation.delegate' },
];

/** Columns whose boxes expire by themselves within a day. */
export const passingColumns: readonly Pick<SealedColumn, 'table' | 'column'>[] = [
  { table: 'session', column: 'body_cipher' },
  { table: 'single_use', column: 'body_cipher' },
  { table: 'contact_check', column: 'value_cipher' },
];

/** Rows resealed in one unit of work. */
const PAGE_ROWS = 500;

/**
 * Reseals every box that is not sealed with the newest column key, page by page, beside a running server.
 *
 * @returns how many boxes were resealed.
 */
export async function reseal(
  store: Store,
  keyring: Keyring,
  onPage: (resealed: number) => void = () => {},
): Promise<number> {
  let resealed = 0;
  for (const column of sealedColumns) {
    for (;;) {
      const done = await store.transaction(async (tx) => {
        const { rows } = await sql<{ key: string | number; box: Buffer }>`
          select ${sql.ref(column.key)} as key, ${sql.ref(column.column)} as box
          from ${sql.table(column.table)} where ${isOld(store, column.column, keyring.sealingKeyId)}
          limit ${PAGE_ROWS} ${lock(store)}`.execute(tx);
        for (const { key, box } of rows) {
          const fresh = keyring.seal(column.place, keyring.open(column.place, box));
          await sql`update ${sql.table(column.table)} set ${sql.ref(column.column)} = ${fresh}
            where ${sql.ref(column.key)} = ${key}`.execute(tx);
        }
        return rows.length;
      });
      resealed += done;
      onPage(resealed);
      if (done < PAGE_ROWS) {
        break;
      }
    }
  }
  return resealed;
}

/** How many boxes each column key has sealed, by the key's id. */
export async function countBoxes(store: Store): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { table, column } of [...sealedColumns, ...passingColumns]) {
    const head = headOf(store, column);
    const { rows } = await sql<{ head: string; count: number }>`
      select ${head} as head, count(*) as count from ${sql.table(table)}
      where ${sql.ref(column)} is not null and length(${sql.ref(column)}) > 0
      group by ${head}`.execute(store.db);
    for (const { head: id, count } of rows) {
      counts.set(id, (counts.get(id) ?? 0) + Number(count));
    }
  }
  return counts;
}

/** The key's id in a box: its bytes 2 to 5, hexadecimal. */
function headOf({ engine }: Store, column: string): RawBuilder<string> {
  return engine === 'postgres'
    ? sql`encode(substring(${sql.ref(column)} from 2 for 4), 'hex')`
    : sql`lower(hex(substr(${sql.ref(column)}, 2, 4)))`;
}

function isOld(store: Store, column: string, newest: string): RawBuilder<boolean> {
  return sql`${sql.ref(column)} is not null and length(${sql.ref(column)}) > 0
    and ${headOf(store, column)} <> ${newest}`;
}

function lock({ engine }: Store): RawBuilder<unknown> {
  return engine === 'postgres' ? sql`for update` : sql``;
}
