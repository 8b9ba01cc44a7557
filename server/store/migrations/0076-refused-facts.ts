import { type Kysely, sql } from 'kysely';

/** What kiosks reported and nobody may believe: some of each kiosk's as they came, and how many there were. */
export async function refusedFacts(db: Kysely<unknown>): Promise<void> {
  const steps = [
    sql`create table refused_fact (kiosk text not null, hash text not null, gate text not null,
      site text not null, at bigint not null, kind text not null, code text not null, body text not null,
      primary key (kiosk, hash))`,
    sql`create index refused_fact_gate on refused_fact (gate, at)`,
    sql`create table refused_fact_count (kiosk text primary key, gate text not null, site text not null,
      count bigint not null, last_at bigint not null)`,
  ];
  for (const step of steps) {
    await step.execute(db);
  }
}
