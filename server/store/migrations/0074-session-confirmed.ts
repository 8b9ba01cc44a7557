import { type Kysely, sql } from 'kysely';

/** When the owner of a session last proved who they are; sessions that were open then did so at their login. */
export async function sessionConfirmed(db: Kysely<unknown>): Promise<void> {
  const steps = [
    sql`alter table session add column confirmed_at bigint not null default 0`,
    sql`update session set confirmed_at = created_at`,
  ];
  for (const step of steps) {
    await step.execute(db);
  }
}
