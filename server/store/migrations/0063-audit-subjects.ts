import { type Kysely, sql } from 'kysely';
import type { Engine } from '../store.ts';

/** Whom the audit's rows are about is listed after the answer, many rows at once. */
export async function auditSubjects(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const clustered = engine === 'postgres' ? sql`` : sql`without rowid`;
  const steps = [
    sql`drop index audit_subject`,
    sql`create table audit_subject (subject text not null, node text not null,
      sequence bigint not null, primary key (subject, node, sequence)) ${clustered}`,
    sql`create table audit_listed (node text primary key, sequence bigint not null)`,
    sql`insert into audit_subject (subject, node, sequence)
      select subject, node, sequence from audit where subject <> '' order by subject`,
    sql`insert into audit_listed (node, sequence)
      select node, max(sequence) from audit group by node`,
  ];
  for (const step of steps) {
    await step.execute(db);
  }
}
