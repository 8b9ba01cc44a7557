import { type Kysely, sql } from 'kysely';
import type { Engine } from '../store.ts';

/**
 * On SQLite the audit's rows stand in a tree under whole numbers, and who they are of in an index: a new row
 * goes to the end of the one without a search and without its neighbours being moved about.
 */
export async function auditRows(db: Kysely<unknown>, engine: Engine): Promise<void> {
  if (engine === 'postgres') {
    return;
  }
  const steps = [
    sql`drop index audit_request`,
    sql`alter table audit rename to audit_before`,
    sql`create table audit (node text not null, sequence bigint not null, at bigint not null,
      kind text not null, subject text not null, request text, body text not null,
      hash text not null)`,
    sql`insert into audit select node, sequence, at, kind, subject, request, body, hash
      from audit_before order by at, node, sequence`,
    sql`drop table audit_before`,
    sql`create unique index audit_place on audit (node, sequence)`,
    sql`create unique index audit_request on audit (request) where request is not null`,
  ];
  for (const step of steps) {
    await step.execute(db);
  }
}
