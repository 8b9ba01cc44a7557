import { type Kysely, sql } from 'kysely';

/** Codes that their owner locks, people who are erased. */
export async function registryUpkeep(db: Kysely<unknown>): Promise<void> {
  const steps = [
    sql`alter table person add column erased_at bigint`,
    sql`alter table credential add column locked_at bigint`,
    sql`drop index credential_live`,
    sql`create unique index credential_live on credential (person_id, kind)
      where state in ('live', 'locked')`,
    // Where codes were seen in the last minutes is kept in memory, and read from the audit at start.
    sql`drop table sighting`,
  ];
  for (const step of steps) {
    await step.execute(db);
  }
}
