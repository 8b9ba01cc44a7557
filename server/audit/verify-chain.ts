import type { Keyring } from '../keys/keyring.ts';
import type { Scan, Store } from '../store/store.ts';
import { readAnchors } from './anchors.ts';
import { type AuditRow, genesis, type Head, rowHash } from './chain.ts';
import { checkpointMessage } from './checkpoint.ts';
import { hiddenRows } from './subject-index.ts';

/**
 * What is wrong with a chain.
 *
 * - `altered`: the row, or the hash of the one before it, is not what was chained.
 * - `missing`: a row that must be there is not. `truncated`: the chain ends before its head.
 * - `unexpected`: a row beyond the head.
 * - `checkpointAltered`: a checkpoint's signature does not hold. `rewritten`: the row is chained correctly
 *   but is not the one that was signed, or that another node's chain holds: rows up to it were rewritten.
 * - `hidden`: the row is missing from its subject's index, so that the citizen is not shown it.
 */
export interface AuditProblem {
  node: string;
  sequence: number;
  problem:
    | 'altered'
    | 'missing'
    | 'truncated'
    | 'unexpected'
    | 'checkpointAltered'
    | 'rewritten'
    | 'hidden';
}

export interface AuditReport {
  nodes: number;
  rows: number;
  checkpoints: number;
  problems: AuditProblem[];
}

interface Checkpoint {
  node: string;
  sequence: number;
  at: number;
  kind: string;
  hash: string;
  key_id: string;
  signature: string;
}

const PAGE_ROWS = 5000;
/** The most problems that are listed one by one. */
const PROBLEMS_MAX = 1000;

/**
 * Checks every chain, or its rows between two times; it finds any row that was altered, removed, moved
 * or cut off.
 *
 * @param options.from, options.to Unix milliseconds; rows outside are walked past unchecked, except for
 * the hash that the first row inside is chained to.
 */
export async function verifyAudit(
  store: Store,
  keyring: Keyring,
  options: { from?: number | undefined; to?: number | undefined } = {},
): Promise<AuditReport> {
  const report: AuditReport = { nodes: 0, rows: 0, checkpoints: 0, problems: [] };
  const anchors = await readAnchors(store);
  for (const node of await nodesOf(store, anchors.keys())) {
    report.nodes += 1;
    await verifyNodeChain(
      store,
      keyring,
      node,
      { ...options, anchors: anchors.get(node) ?? [] },
      report,
    );
  }
  return report;
}

/** Every node with a row anywhere, or an anchor: one that was removed altogether is still checked. */
async function nodesOf(store: Store, anchored: Iterable<string>): Promise<string[]> {
  const tables = ['audit_head', 'audit', 'checkpoint'] as const;
  const names = new Set<string>(anchored);
  for (const table of tables) {
    for (const { node } of await store.db.selectFrom(table).select('node').distinct().execute()) {
      names.add(node);
    }
  }
  return [...names].sort();
}

async function verifyNodeChain(
  store: Store,
  keyring: Keyring,
  node: string,
  options: { from?: number | undefined; to?: number | undefined; anchors: readonly Head[] },
  report: AuditReport,
): Promise<void> {
  const addProblem = (sequence: number, problem: AuditProblem['problem']) => {
    if (report.problems.length < PROBLEMS_MAX) {
      report.problems.push({ node, sequence, problem });
    }
  };
  const { from = 0, to = Number.MAX_SAFE_INTEGER } = options;
  const { signed, start } = await readCheckpoints(store, keyring, node, report, addProblem);
  for (const { sequence, hash } of options.anchors) {
    if ((signed.get(sequence) ?? hash) !== hash) {
      addProblem(sequence, 'rewritten');
    } else if (sequence > start.sequence) {
      signed.set(sequence, hash);
    }
  }
  let at: Head = start;
  const check = (row: AuditRow) => {
    if (row.sequence !== at.sequence + 1) {
      addProblem(at.sequence + 1, 'missing');
    }
    if (row.at >= from && row.at <= to) {
      report.rows += 1;
      // After a gap the previous hash is unknown.
      if (row.sequence === at.sequence + 1 && rowHash(at.hash, row) !== row.hash) {
        addProblem(row.sequence, 'altered');
      }
      const expected = signed.get(row.sequence);
      if (expected !== undefined && expected !== row.hash) {
        addProblem(row.sequence, 'rewritten');
      }
    }
    at = row;
  };
  for await (const rows of pagesOf(store, node, start.sequence)) {
    for (const row of rows) {
      check(row);
    }
  }
  const head = await store.db
    .selectFrom('audit_head')
    .select(['sequence', 'hash'])
    .where('node', '=', node)
    .executeTakeFirst();
  const last = Math.max(head?.sequence ?? 0, ...signed.keys());
  if (at.sequence < last) {
    addProblem(at.sequence + 1, 'truncated');
  } else if (!head || head.sequence < at.sequence) {
    addProblem((head?.sequence ?? 0) + 1, 'unexpected');
  } else if (head.hash !== at.hash) {
    addProblem(at.sequence, 'rewritten');
  }
  for (const sequence of await hiddenRows(store, node, PROBLEMS_MAX)) {
    addProblem(sequence, 'hidden');
  }
}

/** The signed hashes by sequence, and where the chain begins: its genesis, or where it was pruned. */
async function readCheckpoints(
  store: Store,
  keyring: Keyring,
  node: string,
  report: AuditReport,
  addProblem: (sequence: number, problem: AuditProblem['problem']) => void,
): Promise<{ signed: Map<number, string>; start: Head }> {
  const signed = new Map<number, string>();
  let start = genesis(node);
  const rows: Checkpoint[] = await store.db
    .selectFrom('checkpoint')
    .selectAll()
    .where('node', '=', node)
    .orderBy('sequence')
    .execute();
  for (const row of rows) {
    report.checkpoints += 1;
    const message = checkpointMessage(node, row, row.at, row.kind);
    if (!keyring.verifyAudit(row.key_id, message, Buffer.from(row.signature, 'base64url'))) {
      addProblem(row.sequence, 'checkpointAltered');
    } else if (row.kind === 'pruned') {
      start = { sequence: row.sequence, hash: row.hash };
    } else {
      signed.set(row.sequence, row.hash);
    }
  }
  return { signed, start };
}

const page: Scan = {
  text: `select sequence, at, kind, subject, request, body, hash from audit
    where node = $1 and sequence > $2 order by sequence limit ${PAGE_ROWS}`,
};

async function* pagesOf(store: Store, node: string, after: number): AsyncGenerator<AuditRow[]> {
  let last = after;
  for (;;) {
    const rows = (await store.scan(page, [node, last])).map((values) => toAuditRow(node, values));
    yield rows;
    if (rows.length < PAGE_ROWS) {
      return;
    }
    last = rows[rows.length - 1]?.sequence ?? last;
  }
}

function toAuditRow(node: string, values: readonly unknown[]): AuditRow {
  const [sequence, at, kind, subject, request, body, hash] = values as [
    number,
    number,
    string,
    string,
    string | null,
    string,
    string,
  ];
  return { node, sequence, at, kind, subject, request, body, hash };
}
