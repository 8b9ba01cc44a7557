import type { KioskCommand } from '../../../shared/protocol/kiosk-command.ts';
import type { TableRow } from '../../store/schema.ts';
import type { BulkInsert } from '../../store/store.ts';

/**
 * `queued` for the node that has the kiosk; `sent`; `running`: it takes its time; then one end: `done`,
 * `failed`, `refused` by the kiosk, `busy`: somebody is at the gate, `timedOut`, `expired`: it was never sent.
 */
export type CommandState = TableRow<'command'>['state'];

export interface CommandRow {
  id: string;
  batch: string;
  gate: string;
  kiosk: string;
  site: string;
  command: KioskCommand;
  actor: string;
  reason: string;
  createdAt: number;
  expiresAt: number;
  state: CommandState;
  endedAt?: number | undefined;
  result?: CommandResult | undefined;
}

export interface CommandResult {
  code?: string | undefined;
  type?: 'text/plain' | 'application/json' | 'image/png' | undefined;
  /** Text, or base64 of a picture; only in a single command's details. */
  content?: string | undefined;
}

export const insertCommands: BulkInsert = {
  table: 'command',
  columns: {
    id: 'text',
    batch: 'text',
    gate: 'text',
    kiosk: 'text',
    site: 'text',
    name: 'text',
    arguments: 'text',
    actor: 'text',
    reason: 'text',
    created_at: 'bigint',
    expires_at: 'bigint',
    state: 'text',
  },
};

/** In the order of {@link insertCommands}. */
export function toInsert(row: CommandRow): unknown[] {
  const { id, batch, gate, kiosk, site, command, actor, reason } = row;
  const { createdAt, expiresAt, state } = row;
  const text = JSON.stringify(command);
  return [
    id,
    batch,
    gate,
    kiosk,
    site,
    command.name,
    text,
    actor,
    reason,
    createdAt,
    expiresAt,
    state,
  ];
}

export function fromRow(row: TableRow<'command'>): CommandRow {
  return {
    id: row.id,
    batch: row.batch,
    gate: row.gate,
    kiosk: row.kiosk,
    site: row.site,
    command: JSON.parse(row.arguments),
    actor: row.actor,
    reason: row.reason,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    state: row.state,
    endedAt: row.ended_at ?? undefined,
    result: row.result === null ? undefined : JSON.parse(row.result),
  };
}

/** Without what the kiosk sent. */
export function withoutContent(row: CommandRow): CommandRow {
  if (!row.result) {
    return row;
  }
  const { content: _, ...result } = row.result;
  return { ...row, result };
}
