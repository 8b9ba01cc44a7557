import type { Generated, Selectable } from 'kysely';
import type { FleetTables } from './tables/fleet-tables.ts';
import type { LoginTables } from './tables/login-tables.ts';
import type { NotifyTables } from './tables/notify-tables.ts';
import type { PortalTables } from './tables/portal-tables.ts';

/**
 * Every table. Times are Unix milliseconds; `*_cipher` columns are AES-256-GCM boxes (see
 * `keys/keyring.ts`); `*_mac` columns are keyed HMACs in hexadecimal; JSON is kept in text columns, alike on
 * both engines.
 */
export interface Tables extends FleetTables, LoginTables, NotifyTables, PortalTables {
  meta: { name: string; value: string };
  person: {
    id: Generated<number>;
    code_mac: string;
    /** Codice fiscale, name, birth date and contacts: one box for each person. */
    identity_cipher: Buffer;
    /** Whether the contacts that an issue requires are on file, readable without opening the box. */
    has_mobile: number;
    has_email: number;
    privacy_version: string | null;
    /** The fold over the person's verbali, as JSON: what the hot path reads. */
    status: string;
    /** The next day, ISO in Rome, on which the fold comes out differently; a later one is folded again. */
    due_on: Generated<string | null>;
    updated_at: number;
    /** When everything that names the person was erased; nothing refers to the row any more. */
    erased_at: Generated<number | null>;
  };
  verbale: {
    protocol: string;
    person_id: number;
    kind: string;
    area: string;
    state: string;
    definitive_at: number | null;
    /** The whole verbale, as JSON. */
    body: string;
  };
  status_event: { sequence: number; person_id: number; at: number; status: string };
  /** Gapless numbers, each taken inside the transaction that uses it. */
  counter: { name: string; value: number };
  credential: {
    id: string;
    person_id: number;
    kind: 'status' | 'card';
    state: 'live' | 'locked' | 'revoked';
    issued_at: number;
    expires_at: number | null;
    serial: string | null;
    companion: number;
    revoked_at: number | null;
    revoked_reason: string | null;
    replaced_by: string | null;
    locked_at: Generated<number | null>;
  };
  /**
   * What a gate reads of a code and its person, under the first 60 bits of the code's id. The database's
   * own triggers write it (migration 64); nobody else does.
   */
  gate_record: {
    key: bigint;
    credential_id: string;
    person_id: number;
    code_mac: string;
    /** Which of `gate_facts`. */
    facts: number;
    kind: string;
    state: string;
    expires_at: number | null;
    companion: number;
    /** As of `person`: from this day on, `facts` are not the person's any more. */
    due_on: string | null;
  };
  /** What the statuses say without protocol numbers and dates (`StatusFacts`), each text once, for good. */
  gate_facts: { id: Generated<number>; body: string };
  credential_event: {
    id: Generated<number>;
    credential_id: string;
    at: number;
    kind: string;
    actor: string;
  };
  /** Every version of every policy; `state` is a `PolicyState`. */
  policy: {
    id: string;
    version: number;
    body: string;
    state: Generated<string>;
    note: Generated<string>;
    /** Null: it came with the program. */
    proposed_by: Generated<string | null>;
    proposed_at: Generated<number | null>;
    decided_by: Generated<string | null>;
    decided_at: Generated<number | null>;
    reason: Generated<string>;
  };
  guess: {
    key: string;
    failures: number;
    last_at: number;
    blocked_until: number;
    /** See `guessing/guess-limits.ts`. */
    watched_until: Generated<number>;
  };
  one_time_code: {
    id: string;
    code_mac: string;
    bound_mac: string;
    person_id: number;
    tries_left: number;
    expires_at: number;
    used_at: number | null;
    policy: string | null;
    /** The message that carries it: the code is good once that was sent. Null: it was handed over at once. */
    message_key: Generated<string | null>;
  };
  audit: {
    node: string;
    sequence: number;
    at: number;
    kind: string;
    subject: string;
    /** The idempotency key of a verification: kiosk or operator, and request id. */
    request: string | null;
    body: string;
    hash: string;
  };
  /** Index of the audit by the persons it is about; derived from it after the answers were sent. */
  audit_subject: { node: string; segment: number; subject: string; sequence: number };
  /** Rows of a chain that were indexed together: `first` to `last`, and the time between. */
  audit_segment: { node: string; last: number; first: number; from_at: number; to_at: number };
  /** How far each chain is indexed. */
  audit_listed: { node: string; sequence: number };
  audit_head: { node: string; sequence: number; hash: string };
  checkpoint: {
    node: string;
    sequence: number;
    at: number;
    kind: string;
    hash: string;
    key_id: string;
    signature: string;
  };
  /** The slow half of a credential's entries (`shared/offline-list/entry-key.ts`), computed once. */
  offline_entry: { credential_id: string; cost: string; derived_cipher: Buffer };
  /** The feed of credentials that were issued, derived or revoked; see `change-feed.ts`. */
  credential_change: { sequence: number; credential_id: string };
  /** Full lists, with their entries as sorted 64-bit words: what deltas start from. */
  offline_base: { policy: string; version: number; file: Buffer; entries: Buffer };
  /** The list in force of each policy, and how far it has followed the changes. */
  offline_list: {
    policy: string;
    /** What else it was built from (the policy's version, the cost): a change means a new full list. */
    terms: string;
    epoch: number;
    epoch_key_cipher: Buffer;
    epoch_began_at: number;
    version: number;
    issued_at: number;
    /** When all entries were last recomputed. */
    built_at: number;
    base: number;
    delta: Buffer | null;
    status_sequence: number;
    credential_sequence: number;
  };
  /** Versions that changed an entry; `changed` is null where it is unknown (a new epoch). */
  offline_version: {
    policy: string;
    version: number;
    epoch: number;
    issued_at: number;
    entries: number;
    changed: number | null;
  };
  /** Facts that no kiosk can truly have, some of each kiosk; see `fact-quarantine.ts`. */
  refused_fact: {
    kiosk: string;
    /** SHA-256 of what came, in hexadecimal. */
    hash: string;
    gate: string;
    site: string;
    at: number;
    kind: 'decided' | 'passage' | 'unreadable';
    code: string;
    body: string;
  };
  /** How many there were of each kiosk, kept or not. */
  refused_fact_count: { kiosk: string; gate: string; site: string; count: number; last_at: number };
  /** Items that a job goes on without; see `set-aside.ts`. */
  set_aside: { job: string; item: string; code: string; at: number };
  import_run: { fingerprint: string; lines: number; bytes: number; updated_at: number };
}

/** A row of a table, as it is read. */
export type TableRow<Table extends keyof Tables> = Selectable<Tables[Table]>;
