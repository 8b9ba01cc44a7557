import type { Keyring } from '../credential/keyring.ts';
import type { BulkInsert, Lookup, Store, Tx } from '../store/store.ts';
import { isSame, type Kept, merge, openIdentity, sealIdentity } from './identity.ts';
import type { PersonRecord } from './person.ts';
import { status } from './status.ts';
import { writeStatusEvents } from './status-events.ts';
import type { Verbale } from './verbale.ts';

/** A person and, with it or not, one of its verbali: a row of an import. */
export interface RegistryRow {
  person: PersonRecord;
  verbale?: Verbale;
}

export type RowProblem = 'protocolOfAnother' | 'conflictingContent';

/** What became of the rows of one batch, in their order. */
export interface BatchResult {
  persons: number;
  verbali: number;
  unchanged: number;
  rejected: { index: number; problem: RowProblem }[];
  statusChanges: number;
}

/** Where an import stands, kept in the same transaction as its rows. */
export interface ImportProgress {
  fingerprint: string;
  lines: number;
  bytes: number;
}

const INITIAL = JSON.stringify({});
const EMPTY_BOX = Buffer.alloc(0);
const personsByMac: Lookup = {
  head: `select id, code_mac, identity_cipher, privacy_version, status from person where code_mac`,
  keyType: 'text',
};
const idsByMac: Lookup = {
  head: 'select id, code_mac from person where code_mac',
  keyType: 'text',
};
const verbaliByProtocol: Lookup = {
  head: 'select protocol, person_id, state, body from verbale where protocol',
  keyType: 'text',
};
const verbaliByPerson: Lookup = {
  head: 'select protocol, person_id, state, body from verbale where person_id',
  keyType: 'bigint',
};
const insertPersons: BulkInsert = {
  table: 'person',
  columns: {
    code_mac: 'text',
    identity_cipher: 'bytea',
    has_mobile: 'integer',
    has_email: 'integer',
    privacy_version: 'text',
    status: 'text',
    updated_at: 'bigint',
  },
  tail: `on conflict (code_mac) do update set identity_cipher = excluded.identity_cipher,
    has_mobile = excluded.has_mobile, has_email = excluded.has_email,
    privacy_version = excluded.privacy_version, updated_at = excluded.updated_at`,
};
const insertVerbali: BulkInsert = {
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
interface PersonRow {
  id: number;
  code_mac: string;
  identity_cipher: Buffer;
  privacy_version: string | null;
  status: string;
}

interface VerbaleRow {
  protocol: string;
  person_id: number;
  state: Verbale['state'];
  body: string;
}

/** A verbale of the database, or one of the same batch whose person has no id yet but its mac. */
interface KnownVerbale {
  person_id: number | string;
  state: Verbale['state'];
  body: string;
}

/** A person of a batch: as it is given, and as it is in the database. */
interface Taken {
  given: PersonRecord;
  known: PersonRow | undefined;
}

interface Write {
  mac: string;
  verbale: Verbale;
  body: string;
}

/** Later in a verbale's life wins, so that the order of arrival never matters. */
const stateRank = { draft: 0, definitive: 1, superseded: 1, annulled: 2 } as const;

/** Takes persons and verbali in, many in one unit of work. */
export class Intake {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #now: () => number;

  constructor(deps: { store: Store; keyring: Keyring; now: () => number }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#now = deps.now;
  }

  /** One batch, inside a transaction; see `Registry.importRows`. */
  async take(
    tx: Tx,
    rows: readonly RegistryRow[],
    macs: readonly string[],
    progress?: ImportProgress,
  ): Promise<BatchResult> {
    const persons = await this.#readPersons(tx, rows, macs);
    const taken = await this.#sortVerbali(tx, rows, macs, persons);
    const statusChanges = await this.#write(tx, persons, taken.writes);
    if (progress) {
      await this.#saveProgress(tx, progress);
    }
    const { rejected, unchanged } = taken;
    const verbali = taken.writes.size;
    return { persons: persons.size, verbali, unchanged, rejected, statusChanges };
  }

  /** A person's rows mostly stand together: then one HMAC is enough for them. */
  macsOf(rows: readonly RegistryRow[]): string[] {
    let code = '';
    let mac = '';
    return rows.map(({ person: { codiceFiscale } }) => {
      if (codiceFiscale !== code) {
        code = codiceFiscale;
        mac = this.#keyring.codeMac(code);
      }
      return mac;
    });
  }

  /** Every row's person by its mac, as it is in the database and as the last row about it says. */
  async #readPersons(
    tx: Tx,
    rows: readonly RegistryRow[],
    rowMacs: readonly string[],
  ): Promise<Map<string, Taken>> {
    const persons = new Map<string, Taken>();
    for (const [index, { person }] of rows.entries()) {
      persons.set(rowMacs[index] ?? '', { given: person, known: undefined });
    }
    const known = await this.#store.lookup<PersonRow>(tx, personsByMac, [...persons.keys()]);
    for (const row of known) {
      const person = persons.get(row.code_mac);
      if (person) {
        person.known = row;
      }
    }
    return persons;
  }

  /** Which verbali are to be written, by protocol number, and what is wrong with the others. */
  async #sortVerbali(
    tx: Tx,
    rows: readonly RegistryRow[],
    macs: readonly string[],
    persons: Map<string, Taken>,
  ): Promise<{
    writes: Map<string, Write>;
    unchanged: number;
    rejected: BatchResult['rejected'];
  }> {
    const protocols = new Set<string>();
    for (const { verbale } of rows) {
      if (verbale) {
        protocols.add(verbale.protocol);
      }
    }
    const found = await this.#store.lookup<VerbaleRow>(tx, verbaliByProtocol, [...protocols]);
    const known = new Map<string, KnownVerbale>(found.map((row) => [row.protocol, row]));
    const writes = new Map<string, Write>();
    const rejected: BatchResult['rejected'] = [];
    let unchanged = 0;
    for (const [index, { verbale }] of rows.entries()) {
      if (!verbale) {
        continue;
      }
      const mac = macs[index] ?? '';
      // A person that is not in the database yet goes by its mac within the batch.
      const owner = persons.get(mac)?.known?.id ?? mac;
      const body = JSON.stringify(verbale);
      const verdict = compare(known.get(verbale.protocol), owner, verbale, body);
      if (verdict === 'unchanged') {
        unchanged += 1;
      } else if (verdict === 'write') {
        writes.set(verbale.protocol, { mac, verbale, body });
        known.set(verbale.protocol, { person_id: owner, state: verbale.state, body });
      } else {
        rejected.push({ index, problem: verdict });
      }
    }
    return { writes, unchanged, rejected };
  }

  /**
   * Writes persons and verbali, folds the status of those whose verbali changed and says so to those
   * who follow. A new person's row is written once, with its status.
   *
   * @returns how many statuses changed.
   */
  async #write(tx: Tx, persons: Map<string, Taken>, writes: Map<string, Write>): Promise<number> {
    const now = this.#now();
    const today = new Date(now).toISOString().slice(0, 10);
    const fresh = foldFresh(persons, writes, today);
    await this.#writePersons(tx, persons, fresh, now);
    const ids = await this.#idsOf(tx, persons);
    await this.#store.insertMany(
      tx,
      insertVerbali,
      [...writes.values()].map(({ mac, verbale, body }) => {
        const { protocol, kind, area, state, definitiveOn } = verbale;
        const at = definitiveOn === undefined ? null : Date.parse(definitiveOn);
        return [protocol, ids.get(mac), kind, area, state, at, body];
      }),
    );
    const changes = await this.#refoldKnown(tx, persons, writes, today);
    await this.#store.insertMany(
      tx,
      updateStatus,
      changes.map(([mac, next]) => [mac, EMPTY_BOX, 0, 0, null, next, now]),
    );
    for (const [mac, next] of fresh) {
      if (next !== INITIAL) {
        changes.push([mac, next]);
      }
    }
    await writeStatusEvents(
      this.#store,
      tx,
      changes.map(([mac, next]) => [ids.get(mac) ?? 0, next]),
      now,
    );
    return changes.length;
  }

  /** Persons that are new or differ, in the order of their index: each of its pages is met once. */
  async #writePersons(
    tx: Tx,
    persons: Map<string, Taken>,
    fresh: Map<string, string>,
    now: number,
  ): Promise<void> {
    const changed: [mac: string, kept: Kept][] = [];
    for (const [mac, { given, known }] of persons) {
      const before = known && {
        identity: openIdentity(this.#keyring, known.identity_cipher),
        privacyVersion: known.privacy_version,
      };
      const after = merge(before, given);
      if (!(before && isSame(before, after))) {
        changed.push([mac, after]);
      }
    }
    changed.sort(([a], [b]) => (a < b ? -1 : 1));
    await this.#store.insertMany(
      tx,
      insertPersons,
      changed.map(([mac, { identity, privacyVersion }]) => {
        const box = sealIdentity(this.#keyring, identity);
        const [mobile, email] = [Number(Boolean(identity.mobile)), Number(Boolean(identity.email))];
        return [mac, box, mobile, email, privacyVersion, fresh.get(mac) ?? INITIAL, now];
      }),
    );
  }

  async #idsOf(tx: Tx, persons: Map<string, Taken>): Promise<Map<string, number>> {
    const ids = new Map<string, number>();
    const fresh: string[] = [];
    for (const [mac, { known }] of persons) {
      if (known) {
        ids.set(mac, known.id);
      } else {
        fresh.push(mac);
      }
    }
    const rows = await this.#store.lookup<{ id: number; code_mac: string }>(tx, idsByMac, fresh);
    for (const { id, code_mac } of rows) {
      ids.set(code_mac, id);
    }
    return ids;
  }

  /** The new statuses of those who were known before and whose verbali changed. */
  async #refoldKnown(
    tx: Tx,
    persons: Map<string, Taken>,
    writes: Map<string, Write>,
    today: string,
  ): Promise<[mac: string, next: string][]> {
    const changed = new Map<number, { mac: string; before: string; verbali: Verbale[] }>();
    for (const { mac } of writes.values()) {
      const known = persons.get(mac)?.known;
      if (known) {
        changed.set(known.id, { mac, before: known.status, verbali: [] });
      }
    }
    const rows = await this.#store.lookup<VerbaleRow>(tx, verbaliByPerson, [...changed.keys()]);
    for (const { person_id, body } of rows) {
      changed.get(person_id)?.verbali.push(JSON.parse(body) as Verbale);
    }
    const differing: [string, string][] = [];
    for (const { mac, before, verbali } of changed.values()) {
      const next = JSON.stringify(status(verbali, today));
      if (next !== before) {
        differing.push([mac, next]);
      }
    }
    return differing;
  }

  async #saveProgress(tx: Tx, progress: ImportProgress): Promise<void> {
    const row = { ...progress, updated_at: this.#now() };
    await tx
      .insertInto('import_run')
      .values(row)
      .onConflict((conflict) => conflict.column('fingerprint').doUpdateSet(row))
      .execute();
  }
}

/** Writes only the status of rows that are there: the other values meet the conflict and are dropped. */
const updateStatus: BulkInsert = {
  ...insertPersons,
  tail: `on conflict (code_mac) do update set status = excluded.status,
    updated_at = excluded.updated_at`,
};

/** The statuses of the persons who are not in the database yet: all their verbali are in the batch. */
function foldFresh(
  persons: Map<string, Taken>,
  writes: Map<string, Write>,
  today: string,
): Map<string, string> {
  const verbali = new Map<string, Verbale[]>();
  for (const { mac, verbale } of writes.values()) {
    if (!persons.get(mac)?.known) {
      const own = verbali.get(mac);
      if (own) {
        own.push(verbale);
      } else {
        verbali.set(mac, [verbale]);
      }
    }
  }
  return new Map([...verbali].map(([mac, own]) => [mac, JSON.stringify(status(own, today))]));
}

function compare(
  known: KnownVerbale | undefined,
  owner: number | string,
  verbale: Verbale,
  body: string,
): 'write' | 'unchanged' | RowProblem {
  if (!known) {
    return 'write';
  }
  if (known.person_id !== owner) {
    return 'protocolOfAnother';
  }
  const later = stateRank[verbale.state] - stateRank[known.state];
  if (later !== 0) {
    return later > 0 ? 'write' : 'unchanged';
  }
  return known.body === body ? 'unchanged' : 'conflictingContent';
}
