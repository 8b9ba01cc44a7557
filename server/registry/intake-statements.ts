import type { TableRow } from '../store/schema.ts';
import type { BulkInsert, Lookup } from '../store/store.ts';
import type { Verbale } from './verbale.ts';

/** A person as it is in the database. */
export type PersonRow = Pick<
  TableRow<'person'>,
  'id' | 'code_mac' | 'identity_cipher' | 'privacy_version' | 'status' | 'due_on'
>;

export const personsByMac: Lookup<PersonRow> = {
  head: `select id, code_mac, identity_cipher, privacy_version, status, due_on
    from person where code_mac`,
  keyType: 'text',
  isUnique: true,
};

export type VerbaleRow = Pick<TableRow<'verbale'>, 'protocol' | 'person_id' | 'body'> & {
  state: Verbale['state'];
};

export const verbaliByProtocol: Lookup<VerbaleRow> = {
  head: 'select protocol, person_id, state, body from verbale where protocol',
  keyType: 'text',
  isUnique: true,
};
export const verbaliByPerson: Lookup<VerbaleRow> = {
  head: 'select protocol, person_id, state, body from verbale where person_id',
  keyType: 'bigint',
};

const personColumns = {
  code_mac: 'text',
  identity_cipher: 'bytea',
  has_mobile: 'integer',
  has_email: 'integer',
  privacy_version: 'text',
  status: 'text',
  due_on: 'text',
  updated_at: 'bigint',
} as const;

/** Inserts with reserved ids; skips persons whom another node inserted in the meantime. */
export const insertPersons: BulkInsert = {
  table: 'person',
  columns: { id: 'bigint', ...personColumns },
  tail: 'on conflict (code_mac) do nothing',
};

/** Updates existing rows, all but their status. */
export const updateIdentities: BulkInsert = {
  table: 'person',
  columns: personColumns,
  tail: `on conflict (code_mac) do update set identity_cipher = excluded.identity_cipher,
    has_mobile = excluded.has_mobile, has_email = excluded.has_email,
    privacy_version = excluded.privacy_version, updated_at = excluded.updated_at`,
};

/** Updates the status of existing rows; the other values only fill the insert that never happens. */
export const updateStatuses: BulkInsert = {
  table: 'person',
  columns: personColumns,
  tail: `on conflict (code_mac) do update set status = excluded.status,
    due_on = excluded.due_on, updated_at = excluded.updated_at`,
};

const EMPTY_BOX = Buffer.alloc(0);

/** A row of {@link updateStatuses}. */
export function statusUpdate(
  mac: string,
  { status, dueOn }: { status: string; dueOn: string | null },
  at: number,
): unknown[] {
  return [mac, EMPTY_BOX, 0, 0, null, status, dueOn, at];
}

export const insertVerbali: BulkInsert = {
  table: 'verbale',
  columns: {
    protocol: 'text',
    person_id: 'bigint',
    kind: 'text',
    area: 'text',
    state: 'text',
    definitive_at: 'bigint',
    body: 'text',
  },
  tail: `on conflict (protocol) do update set state = excluded.state,
    definitive_at = excluded.definitive_at, body = excluded.body`,
};
