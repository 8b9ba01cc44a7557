import { type Kysely, sql } from 'kysely';
import type { Engine } from '../store.ts';

/** The tables of the citizen portal (`server/portal/`). */
export async function portal(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const binary = engine === 'postgres' ? sql`bytea` : sql`blob`;
  const tables = [
    sql`create table contact_check (person_id bigint not null references person(id),
      channel text not null, value_cipher ${binary} not null, code_mac text not null,
      tries_left integer not null, expires_at bigint not null, used_at bigint,
      primary key (person_id, channel))`,
    sql`create table delegation (id text primary key, grantor_id bigint not null references
      person(id), delegate_mac text not null, delegate_cipher ${binary} not null,
      created_at bigint not null, ends_at bigint not null, ended_at bigint)`,
    sql`create index delegation_grantor on delegation (grantor_id)`,
    sql`create index delegation_delegate on delegation (delegate_mac)`,
  ];
  for (const table of tables) {
    await table.execute(db);
  }
}
