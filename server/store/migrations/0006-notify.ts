import { type Kysely, sql } from 'kysely';
import type { Engine } from '../store.ts';

/** The outbox of messages (`server/notify/`), and the live codes that were used. */
export async function notifyOutbox(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const binary = engine === 'postgres' ? sql`bytea` : sql`blob`;
  const tables = [
    sql`create table message (id text primary key, key text not null unique,
      channel text not null, template text not null, person_id bigint references person(id),
      address_mac text, state text not null, urgent integer not null, body_cipher ${binary},
      created_at bigint not null, next_at bigint not null, expires_at bigint,
      attempts integer not null, claim text, claimed_until bigint, last_code text,
      settled_at bigint)`,
    sql`create index message_due on message (channel, next_at)
      where state in ('waiting', 'sending')`,
    sql`create index message_of on message (person_id, created_at)`,
    sql`create index message_to on message (address_mac, created_at)`,
    sql`create index message_settled on message (state, settled_at)`,
    sql`create table message_preference (person_id bigint primary key references person(id),
      language text not null)`,
    sql`create table live_use (mac text primary key, at bigint not null)`,
    // Nobody gets a message about what was in the archive before.
    sql`insert into counter (name, value)
      select 'noticeSent', value from counter where name = 'statusEvent'`,
  ];
  for (const table of tables) {
    await table.execute(db);
  }
}
