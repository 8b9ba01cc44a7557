import { type Kysely, sql } from 'kysely';
import type { Engine } from '../store.ts';

/** Whom the audit's rows are about is listed by segments of a chain: what is written stays as it is. */
export async function auditSegments(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const clustered = engine === 'postgres' ? sql`` : sql`without rowid`;
  const steps = [
    sql`drop table audit_subject`,
    // It is rebuilt from the chains, which hold all of it.
    sql`delete from audit_listed`,
    sql`create table audit_segment (node text not null, last bigint not null, first bigint not null,
      from_at bigint not null, to_at bigint not null, primary key (node, last))`,
    sql`create table audit_subject (node text not null, segment bigint not null, subject text not null,
      sequence bigint not null, primary key (node, segment, subject, sequence)) ${clustered}`,
  ];
  for (const step of steps) {
    await step.execute(db);
  }
}
