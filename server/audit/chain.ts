import { hash } from 'node:crypto';

/** A row of the audit before it is chained. It holds a pseudonym, never an identity. */
export interface AuditEntry {
  at: number;
  kind: string;
  /** The month's pseudonym of the person that the row is about, or empty. */
  subject: string;
  /** The idempotency key, or null. */
  request: string | null;
  /** JSON. */
  body: string;
}

export interface AuditRow extends AuditEntry {
  node: string;
  sequence: number;
  /** SHA-256 over the row and the hash before it, hexadecimal. */
  hash: string;
}

/** Where a node's chain ends. */
export interface Head {
  sequence: number;
  hash: string;
}

/** Where every chain begins: bound to its node, so that one node's rows never pass for another's. */
export function genesis(node: string): Head {
  return { sequence: 0, hash: sha256(`varco audit 1\n${node}`) };
}

/** The row's hash over all its columns, encoded so that no two rows share the same bytes. */
export function rowHash(before: string, row: Omit<AuditRow, 'hash'>): string {
  const { node, sequence, at, kind, subject, request, body } = row;
  return sha256(before + JSON.stringify([node, sequence, at, kind, subject, request, body]));
}

/** Chains entries after `head`. Pure. */
export function chain(node: string, head: Head, entries: readonly AuditEntry[]): AuditRow[] {
  let { sequence, hash: before } = head;
  return entries.map(({ at, kind, subject, request, body }) => {
    sequence += 1;
    const row: AuditRow = { node, sequence, at, kind, subject, request, body, hash: '' };
    before = rowHash(before, row);
    row.hash = before;
    return row;
  });
}

function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}
