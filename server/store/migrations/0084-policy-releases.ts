import { type Kysely, sql } from 'kysely';

/** Policies are proposed by one person and released by another; nodes follow a counter of changes. */
export async function policyReleases(db: Kysely<unknown>): Promise<void> {
  const steps = [
    sql`alter table policy add column state text not null default 'released'`,
    sql`alter table policy add column note text not null default ''`,
    sql`alter table policy add column proposed_by text`,
    sql`alter table policy add column proposed_at bigint`,
    sql`alter table policy add column decided_by text`,
    sql`alter table policy add column decided_at bigint`,
    sql`alter table policy add column reason text not null default ''`,
    sql`insert into counter (name, value) values ('policyChange', 0)`,
  ];
  for (const step of steps) {
    await step.execute(db);
  }
}
