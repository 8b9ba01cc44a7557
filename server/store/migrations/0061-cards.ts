import { type Kysely, sql } from 'kysely';
import type { Engine } from '../store.ts';

/** Requests for Disability Cards (`server/credential/disability-cards.ts`). */
export async function cards(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const binary = engine === 'postgres' ? sql`bytea` : sql`blob`;
  const tables = [
    sql`create table card_request (id text primary key, person_id bigint not null
      references person(id), state text not null, photo_cipher ${binary},
      requested_at bigint not null, settled_at bigint, reason text,
      credential_id text references credential(id))`,
    sql`create unique index card_request_open on card_request (person_id)
      where state = 'requested'`,
    sql`create index card_request_of on card_request (person_id, requested_at)`,
  ];
  for (const table of tables) {
    await table.execute(db);
  }
}
