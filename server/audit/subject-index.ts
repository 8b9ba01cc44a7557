import { sql } from 'kysely';
import type { TableRow } from '../store/schema.ts';
import type { Store, Tx } from '../store/store.ts';

/**
 * How many rows of a chain are indexed together. A segment delays a gate by some 15 ms; a search for
 * somebody's rows reads up to this many that are not indexed yet.
 */
const SEGMENT_ROWS = 8192;

/** An audit row about somebody. */
export type SubjectRow = Pick<TableRow<'audit'>, 'node' | 'sequence' | 'at' | 'kind' | 'body'>;

/** The pseudonym of somebody's rows in one month. */
export interface SubjectMonth {
  subject: string;
  /** Unix milliseconds; `to` is where the next month begins. */
  from: number;
  to: number;
}

/**
 * Indexes the rows of every chain by their subject, a segment at a time: within a segment rows are in order
 * of pseudonym, and segments follow each other, so that what is indexed is never touched again. The
 * database's own index would dirty a page somewhere in its middle for each answer, which was measured as an
 * eighth of a verification's cost. {@link rowsOf} looks into each segment of a month, and reads what is not
 * indexed yet from the chains' ends.
 *
 * The index is derived from the chains alone; `varco audit verify` finds a row that it hides.
 *
 * @param segmentRows fewer rows than these wait.
 * @returns how many rows were indexed.
 */
export async function indexSubjects(store: Store, segmentRows = SEGMENT_ROWS): Promise<number> {
  let listed = 0;
  for (const { node } of await store.db.selectFrom('audit_head').select('node').execute()) {
    for (let more = true; more; ) {
      const rows = await store.transaction((tx) => indexSegment(store, tx, node, segmentRows));
      listed += rows;
      more = rows > 0;
    }
  }
  return listed;
}

async function indexSegment(
  store: Store,
  tx: Tx,
  node: string,
  segmentRows: number,
): Promise<number> {
  await tx
    .insertInto('audit_listed')
    .values({ node, sequence: 0 })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  // Two nodes that index the same chain take turns.
  const select = tx.selectFrom('audit_listed').select('sequence').where('node', '=', node);
  const locked = store.engine === 'postgres' ? select.forUpdate() : select;
  const { sequence: listed } = await locked.executeTakeFirstOrThrow();
  const rows = tx.selectFrom('audit').where('node', '=', node).where('sequence', '>', listed);
  const { first } = await rows
    .select(({ fn }) => fn.min('sequence').as('first'))
    .executeTakeFirstOrThrow();
  // A chain has no gaps, so its end gives the number of its rows.
  const { sequence: end } = await tx
    .selectFrom('audit_head')
    .select('sequence')
    .where('node', '=', node)
    .executeTakeFirstOrThrow();
  if (first === null || end - first + 1 < segmentRows) {
    return 0;
  }
  const last = first + segmentRows - 1;
  const { from_at, to_at } = await rows
    .select(({ fn }) => [fn.min('at').as('from_at'), fn.max('at').as('to_at')])
    .where('sequence', '<=', last)
    .executeTakeFirstOrThrow();
  await tx.insertInto('audit_segment').values({ node, last, first, from_at, to_at }).execute();
  await sql`insert into audit_subject (node, segment, subject, sequence)
    select node, ${sql.lit(last)}, subject, sequence from audit
    where node = ${node} and sequence >= ${first} and sequence <= ${last} and subject <> ''
    order by subject, sequence`.execute(tx);
  await tx.updateTable('audit_listed').set({ sequence: last }).where('node', '=', node).execute();
  return segmentRows;
}

/**
 * Somebody's newest rows of before a time, indexed or not, newest first.
 *
 * @param options.months the newest first.
 * @param options.before Unix milliseconds.
 */
export async function rowsOf(
  store: Store,
  options: {
    months: readonly SubjectMonth[];
    kinds: readonly string[];
    before: number;
    limit: number;
  },
): Promise<SubjectRow[]> {
  const { kinds, before, limit } = options;
  const months = options.months.filter(({ from }) => from < before);
  const rows = new Map<string, SubjectRow>();
  const keep = (found: readonly SubjectRow[]) => {
    for (const row of found) {
      rows.set(`${row.sequence} ${row.node}`, row);
    }
  };
  // Read before the segments: a row that is indexed in between is met twice and never missed.
  const ends = await store.db
    .selectFrom('audit_head as head')
    .leftJoin('audit_listed as listed', 'listed.node', 'head.node')
    .select(['head.node', 'listed.sequence'])
    .execute();
  const columns = ['audit.node', 'audit.sequence', 'audit.at', 'audit.kind', 'audit.body'] as const;
  const subjects = months.map(({ subject }) => subject);
  for (const { node, sequence } of subjects.length > 0 ? ends : []) {
    keep(
      await store.db
        .selectFrom('audit')
        .select(columns)
        .where('audit.node', '=', node)
        .where('audit.sequence', '>', sequence ?? 0)
        .where('audit.subject', 'in', subjects)
        .where('audit.kind', 'in', kinds)
        .where('audit.at', '<', before)
        .orderBy('audit.at', 'desc')
        .limit(limit)
        .execute(),
    );
  }
  for (const { subject, from, to } of months) {
    // In this join order: segments are few, and each is read once.
    const listed = await sql<SubjectRow>`select a.node, a.sequence, a.at, a.kind, a.body
      from audit_segment g cross join audit_subject s cross join audit a
      where g.from_at < ${Math.min(to, before)} and g.to_at >= ${from}
        and s.node = g.node and s.segment = g.last and s.subject = ${subject}
        and a.node = s.node and a.sequence = s.sequence and a.kind in (${sql.join(kinds)})
        and a.at < ${before}
      order by a.at desc limit ${limit}`.execute(store.db);
    keep(listed.rows);
    // Earlier months hold earlier rows only.
    if ([...rows.values()].filter(({ at }) => at >= from).length >= limit) {
      break;
    }
  }
  return [...rows.values()].sort((a, b) => b.at - a.at).slice(0, limit);
}

/**
 * Rows of a chain that the index lacks, or holds where no search looks, up to a number of them; of rows in no
 * segment, the first of each gap.
 */
export async function hiddenRows(store: Store, node: string, limit: number): Promise<number[]> {
  const segments = await store.db
    .selectFrom('audit_segment')
    .selectAll()
    .where('node', '=', node)
    .orderBy('last')
    .execute();
  const hidden = await gapsOf(store, node, segments);
  for (const { first, last, from_at, to_at } of segments) {
    if (hidden.length >= limit) {
      break;
    }
    const { rows } = await sql<{ sequence: number }>`select a.sequence from audit a
      where a.node = ${node} and a.sequence >= ${first} and a.sequence <= ${last}
        and a.subject <> ''
        and (a.at < ${from_at} or a.at > ${to_at} or not exists (select 1 from audit_subject s
          where s.node = a.node and s.segment = ${last} and s.subject = a.subject
            and s.sequence = a.sequence))
      order by a.sequence limit ${limit}`.execute(store.db);
    hidden.push(...rows.map(({ sequence }) => sequence));
  }
  return hidden.slice(0, limit);
}

/** The first row of each gap between segments, up to where the chain is said to be indexed. */
async function gapsOf(
  store: Store,
  node: string,
  segments: readonly { first: number; last: number }[],
): Promise<number[]> {
  const listed = await store.db
    .selectFrom('audit_listed')
    .select('sequence')
    .where('node', '=', node)
    .executeTakeFirst();
  const { first } = await store.db
    .selectFrom('audit')
    .select(({ fn }) => fn.min('sequence').as('first'))
    .where('node', '=', node)
    .executeTakeFirstOrThrow();
  const gaps: number[] = [];
  let next = first ?? Number.MAX_SAFE_INTEGER;
  for (const segment of segments) {
    if (segment.first > next) {
      gaps.push(next);
    }
    next = Math.max(next, segment.last + 1);
  }
  return next <= (listed?.sequence ?? 0) ? [...gaps, next] : gaps;
}

/** Removes a chain's rows up to a sequence from the index, before they are pruned. */
export async function removeFromIndex(tx: Tx, node: string, last: number): Promise<void> {
  const segments = tx.selectFrom('audit_segment').where('node', '=', node);
  const { reached } = await segments
    .select(({ fn }) => fn.min('last').as('reached'))
    .where('last', '>', last)
    .executeTakeFirstOrThrow();
  await tx
    .deleteFrom('audit_subject')
    .where('node', '=', node)
    .where('segment', '<=', reached ?? last)
    .where('sequence', '<=', last)
    .execute();
  await tx.deleteFrom('audit_segment').where('node', '=', node).where('last', '<=', last).execute();
  await tx
    .updateTable('audit_segment')
    .set({ first: last + 1 })
    .where('node', '=', node)
    .where('first', '<=', last)
    .execute();
}
