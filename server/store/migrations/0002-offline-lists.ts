import { type Kysely, sql } from 'kysely';
import type { Engine } from '../store.ts';

/** The tables behind the kiosks' offline lists (`server/offline-list/`). */
export async function offlineLists(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const binary = engine === 'postgres' ? sql`bytea` : sql`blob`;
  const tables = [
    sql`create table offline_entry (credential_id text primary key references credential(id),
      cost text not null, derived_cipher ${binary} not null)`,
    sql`create table credential_change (sequence bigint primary key, credential_id text not null)`,
    sql`create table offline_base (policy text not null, version bigint not null,
      file ${binary} not null, entries ${binary} not null, primary key (policy, version))`,
    sql`create table offline_list (policy text primary key, terms text not null,
      epoch bigint not null, epoch_key_cipher ${binary} not null, epoch_began_at bigint not null,
      version bigint not null, issued_at bigint not null, built_at bigint not null,
      base bigint not null, delta ${binary}, status_sequence bigint not null,
      credential_sequence bigint not null)`,
    sql`create table offline_version (policy text not null, version bigint not null,
      epoch bigint not null, issued_at bigint not null, entries bigint not null, changed bigint,
      primary key (policy, version))`,
    sql`create index credential_person on credential (person_id)`,
    sql`insert into counter (name, value) values ('credentialChange', 0)`,
  ];
  for (const table of tables) {
    await table.execute(db);
  }
}
