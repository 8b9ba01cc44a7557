import { sql } from 'kysely';
import type { Store, Tx } from '../store/store.ts';

/** Rows that are listed in one transaction, at most: a gate waits for some 20 ms of it. */
const LISTED_AT_ONCE_MAX = 10_000;

/** A row of the audit that is about somebody. */
export interface SubjectRow {
  node: string;
  sequence: number;
  at: number;
  kind: string;
  body: string;
}

/**
 * Lists the rows of every chain under whom they are about, in the order of the pseudonyms. An index of the
 * database's own would do it with every answer, and dirty a page somewhere in the middle for each person:
 * measured, that is an eighth of what a verification costs. Here the pages are met once for many rows;
 * {@link rowsOf} reads what is not listed yet from the chains' ends.
 *
 * The list is made of the chains and of nothing else; `varco audit verify` finds a row that it hides.
 *
 * @returns how many rows were looked at.
 */
export async function listSubjects(store: Store): Promise<number> {
  let listed = 0;
  for (const { node } of await store.db.selectFrom('audit_head').select('node').execute()) {
    for (let more = true; more; ) {
      const rows = await store.transaction((tx) => listSome(store, tx, node));
      listed += rows;
      more = rows === LISTED_AT_ONCE_MAX;
    }
  }
  return listed;
}

async function listSome(store: Store, tx: Tx, node: string): Promise<number> {
  await tx
    .insertInto('audit_listed')
    .values({ node, sequence: 0 })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  // Two nodes that list one chain take turns.
  const select = tx.selectFrom('audit_listed').select('sequence').where('node', '=', node);
  const locked = store.engine === 'postgres' ? select.forUpdate() : select;
  const { sequence: from } = await locked.executeTakeFirstOrThrow();
  const { last, count } = await tx
    .selectFrom(
      tx
        .selectFrom('audit')
        .select('sequence')
        .where('node', '=', node)
        .where('sequence', '>', from)
        .orderBy('sequence')
        .limit(LISTED_AT_ONCE_MAX)
        .as('some'),
    )
    .select(({ fn }) => [fn.max('sequence').as('last'), fn.countAll<number>().as('count')])
    .executeTakeFirstOrThrow();
  if (Number(count) === 0) {
    return 0;
  }
  await sql`insert into audit_subject (subject, node, sequence)
    select subject, node, sequence from audit
    where node = ${node} and sequence > ${from} and sequence <= ${last} and subject <> ''
    order by subject
    on conflict do nothing`.execute(tx);
  await tx.updateTable('audit_listed').set({ sequence: last }).where('node', '=', node).execute();
  return Number(count);
}

/**
 * The newest rows about any of some subjects, listed or not, newest first.
 *
 * @param subjects pseudonyms of several months.
 */
export async function rowsOf(
  store: Store,
  {
    subjects,
    kinds,
    limit,
  }: { subjects: readonly string[]; kinds: readonly string[]; limit: number },
): Promise<SubjectRow[]> {
  // Read before the rows: what is listed in between is met twice, and missed never.
  const ends = await store.db
    .selectFrom('audit_head as head')
    .leftJoin('audit_listed as listed', 'listed.node', 'head.node')
    .select(['head.node', 'listed.sequence'])
    .execute();
  const rows = new Map<string, SubjectRow>();
  const keep = (found: readonly SubjectRow[]) => {
    for (const row of found) {
      rows.set(`${row.sequence} ${row.node}`, row);
    }
  };
  const columns = ['audit.node', 'audit.sequence', 'audit.at', 'audit.kind', 'audit.body'] as const;
  for (const { node, sequence } of ends) {
    keep(
      await store.db
        .selectFrom('audit')
        .select(columns)
        .where('audit.node', '=', node)
        .where('audit.sequence', '>', sequence ?? 0)
        .where('audit.subject', 'in', subjects)
        .where('audit.kind', 'in', kinds)
        .orderBy('audit.at', 'desc')
        .limit(limit)
        .execute(),
    );
  }
  keep(
    await store.db
      .selectFrom('audit_subject as listed')
      .innerJoin('audit', (join) =>
        join
          .onRef('audit.node', '=', 'listed.node')
          .onRef('audit.sequence', '=', 'listed.sequence'),
      )
      .select(columns)
      .where('listed.subject', 'in', subjects)
      .where('audit.kind', 'in', kinds)
      .orderBy('audit.at', 'desc')
      .limit(limit)
      .execute(),
  );
  return [...rows.values()].sort((a, b) => b.at - a.at).slice(0, limit);
}

/** Rows of a chain that the list should have and has not, up to a number of them. */
export async function hiddenRows(store: Store, node: string, limit: number): Promise<number[]> {
  const { rows } = await sql<{ sequence: number }>`select a.sequence from audit a
    where a.node = ${node} and a.subject <> ''
      and a.sequence <= (select l.sequence from audit_listed l where l.node = ${node})
      and not exists (select 1 from audit_subject s
        where s.subject = a.subject and s.node = a.node and s.sequence = a.sequence)
    order by a.sequence limit ${limit}`.execute(store.db);
  return rows.map(({ sequence }) => sequence);
}

/** Takes a chain's rows up to a number off the list, before they go. */
export async function unlist(tx: Tx, node: string, last: number): Promise<void> {
  await sql`delete from audit_subject where (subject, node, sequence) in
    (select subject, node, sequence from audit
      where node = ${node} and sequence <= ${last})`.execute(tx);
}
