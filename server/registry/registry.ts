import { VarcoError } from '../../shared/errors.ts';
import type { Keyring } from '../credential/keyring.ts';
import type { BulkInsert, Lookup, Store, Tx } from '../store/store.ts';
import type { PersonRecord } from './person.ts';
import { type Status, status } from './status.ts';
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

const PLACE = 'person.identity';
const INITIAL = JSON.stringify({});
const personsByMac: Lookup = {
  head: `select id, code_mac, identity_cipher, privacy_version, status from person where code_mac`,
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
const insertStatusEvents: BulkInsert = {
  table: 'status_event',
  columns: { sequence: 'bigint', person_id: 'bigint', at: 'bigint', status: 'text' },
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

/** Later in a verbale's life wins, so that the order of arrival never matters. */
const stateRank = { draft: 0, definitive: 1, superseded: 1, annulled: 2 } as const;

/** A change of a person's status, for those who follow: the offline list, notifications. */
export interface StatusEvent {
  sequence: number;
  personId: number;
  at: number;
  status: Status;
}

/** The channel of {@link Store.notify} that says "there are new status events". */
export const STATUS_CHANNEL = 'varco_status';

/** Persons and verbali; every method is a whole unit of work. */
export class Registry {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #now: () => number;

  constructor(deps: { store: Store; keyring: Keyring; now: () => number }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#now = deps.now;
  }

  /**
   * Takes persons and verbali in, idempotent by protocol number, in one transaction.
   *
   * @param progress written with the rows, so that an interrupted import resumes.
   */
  async importRows(rows: readonly RegistryRow[], progress?: ImportProgress): Promise<BatchResult> {
    const macs = rows.map(({ person }) => this.#keyring.codeMac(person.codiceFiscale));
    const result = await this.#store.transaction(async (tx) => {
      const persons = await this.#takePersons(tx, rows, macs);
      const taken = await this.#takeVerbali(tx, rows, macs, persons);
      const statusChanges = await this.#refold(tx, persons, taken.changed);
      if (progress) {
        await this.#saveProgress(tx, progress);
      }
      const { rejected, verbali, unchanged } = taken;
      return { persons: persons.size, verbali, unchanged, rejected, statusChanges };
    });
    if (result.statusChanges > 0) {
      await this.#store.notify(STATUS_CHANNEL, '');
    }
    return result;
  }

  /** How far an import of this file got; 0 when it never began. */
  async importedLines(fingerprint: string): Promise<number> {
    const run = await this.#store.db
      .selectFrom('import_run')
      .select('lines')
      .where('fingerprint', '=', fingerprint)
      .executeTakeFirst();
    return run?.lines ?? 0;
  }

  /** @returns undefined when nobody has this codice fiscale. */
  async findPerson(codiceFiscale: string): Promise<{ id: number; status: Status } | undefined> {
    const row = await this.#store.db
      .selectFrom('person')
      .select(['id', 'status'])
      .where('code_mac', '=', this.#keyring.codeMac(codiceFiscale))
      .executeTakeFirst();
    return row && { id: row.id, status: JSON.parse(row.status) as Status };
  }

  /** Opens a person's box: for a printed code, a message to the citizen; never for a gate. */
  async identity(personId: number): Promise<PersonRecord> {
    const row = await this.#store.db
      .selectFrom('person')
      .select(['identity_cipher', 'privacy_version'])
      .where('id', '=', personId)
      .executeTakeFirst();
    if (!row) {
      throw new VarcoError('personUnknown', 'The registry has no such person');
    }
    return this.#openIdentity(row);
  }

  /** The person's verbali as they stand in the archive, drafts too. */
  async verbali(personId: number): Promise<Verbale[]> {
    const rows = await this.#store.db
      .selectFrom('verbale')
      .select('body')
      .where('person_id', '=', personId)
      .execute();
    return rows.map(({ body }) => JSON.parse(body) as Verbale);
  }

  /** Changes of status after `sequence`, oldest first; numbers have no gaps. */
  async statusEvents(sequence: number, limit = 1000): Promise<StatusEvent[]> {
    const rows = await this.#store.db
      .selectFrom('status_event')
      .selectAll()
      .where('sequence', '>', sequence)
      .orderBy('sequence')
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      sequence: row.sequence,
      personId: row.person_id,
      at: row.at,
      status: JSON.parse(row.status) as Status,
    }));
  }

  #openIdentity(row: Pick<PersonRow, 'identity_cipher' | 'privacy_version'>): PersonRecord {
    const person = JSON.parse(this.#keyring.open(PLACE, row.identity_cipher)) as PersonRecord;
    return row.privacy_version === null
      ? person
      : { ...person, privacyVersion: row.privacy_version };
  }

  /** Writes the persons that are new or differ; answers every row's person by its mac. */
  async #takePersons(
    tx: Tx,
    rows: readonly RegistryRow[],
    rowMacs: readonly string[],
  ): Promise<Map<string, PersonRow>> {
    const latest = new Map<string, PersonRecord>();
    for (const [index, { person }] of rows.entries()) {
      latest.set(rowMacs[index] ?? '', person);
    }
    const macs = [...latest.keys()];
    const known = await this.#store.lookup<PersonRow>(tx, personsByMac, macs);
    const same = new Set(
      known
        .filter((row) => isSamePerson(this.#openIdentity(row), latest.get(row.code_mac)))
        .map((row) => row.code_mac),
    );
    const changed = [...latest].filter(([mac]) => !same.has(mac));
    if (changed.length === 0) {
      return new Map(known.map((row) => [row.code_mac, row]));
    }
    const now = this.#now();
    await this.#store.insertMany(
      tx,
      insertPersons,
      changed.map(([mac, person]) => {
        const { privacyVersion, ...identity } = person;
        const box = this.#keyring.seal(PLACE, JSON.stringify(identity));
        const [mobile, email] = [Number(Boolean(person.mobile)), Number(Boolean(person.email))];
        return [mac, box, mobile, email, privacyVersion ?? null, INITIAL, now];
      }),
    );
    const persons = await this.#store.lookup<PersonRow>(tx, personsByMac, macs);
    return new Map(persons.map((row) => [row.code_mac, row]));
  }

  async #takeVerbali(
    tx: Tx,
    rows: readonly RegistryRow[],
    macs: readonly string[],
    persons: Map<string, PersonRow>,
  ): Promise<Omit<BatchResult, 'persons' | 'statusChanges'> & { changed: Set<number> }> {
    const protocols = new Set<string>();
    for (const { verbale } of rows) {
      if (verbale) {
        protocols.add(verbale.protocol);
      }
    }
    const found = await this.#store.lookup<VerbaleRow>(tx, verbaliByProtocol, [...protocols]);
    const known = new Map(found.map((row) => [row.protocol, row]));
    const writes = new Map<string, readonly unknown[]>();
    const changed = new Set<number>();
    const rejected: BatchResult['rejected'] = [];
    let unchanged = 0;
    for (const [index, { verbale }] of rows.entries()) {
      const personId = persons.get(macs[index] ?? '')?.id;
      if (!verbale || personId === undefined) {
        continue;
      }
      const body = JSON.stringify(verbale);
      const verdict = compare(known.get(verbale.protocol), personId, verbale, body);
      if (verdict === 'unchanged') {
        unchanged += 1;
      } else if (verdict === 'write') {
        const { protocol, kind, area, state, definitiveOn } = verbale;
        const at = definitiveOn === undefined ? null : Date.parse(definitiveOn);
        writes.set(protocol, [protocol, personId, kind, area, state, at, body]);
        known.set(protocol, { protocol, person_id: personId, state, body });
        changed.add(personId);
      } else {
        rejected.push({ index, problem: verdict });
      }
    }
    await this.#store.insertMany(tx, insertVerbali, [...writes.values()]);
    return { verbali: writes.size, unchanged, rejected, changed };
  }

  /** Folds the status of those whose verbali changed, and says so to those who follow. */
  async #refold(tx: Tx, persons: Map<string, PersonRow>, changed: Set<number>): Promise<number> {
    if (changed.size === 0) {
      return 0;
    }
    const now = this.#now();
    const today = new Date(now).toISOString().slice(0, 10);
    const rows = await this.#store.lookup<VerbaleRow>(tx, verbaliByPerson, [...changed]);
    const byPerson = new Map<number, Verbale[]>();
    for (const { person_id, body } of rows) {
      const verbali = byPerson.get(person_id) ?? [];
      verbali.push(JSON.parse(body) as Verbale);
      byPerson.set(person_id, verbali);
    }
    const differing: [PersonRow, string][] = [];
    for (const person of persons.values()) {
      const verbali = byPerson.get(person.id);
      const next = verbali && JSON.stringify(status(verbali, today));
      if (next !== undefined && next !== person.status) {
        differing.push([person, next]);
      }
    }
    if (differing.length === 0) {
      return 0;
    }
    await this.#store.insertMany(
      tx,
      updateStatus,
      differing.map(([person, next]) => [
        person.code_mac,
        person.identity_cipher,
        0,
        0,
        null,
        next,
        now,
      ]),
    );
    const last = await takeNumbers(tx, 'statusEvent', differing.length);
    await this.#store.insertMany(
      tx,
      insertStatusEvents,
      differing.map(([person, next], index) => [
        last - differing.length + 1 + index,
        person.id,
        now,
        next,
      ]),
    );
    return differing.length;
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

/** Takes `count` numbers of a gapless sequence; answers the last. Others wait until the commit. */
async function takeNumbers(tx: Tx, name: string, count: number): Promise<number> {
  const { value } = await tx
    .updateTable('counter')
    .set((row) => ({ value: row('value', '+', count) }))
    .where('name', '=', name)
    .returning('value')
    .executeTakeFirstOrThrow();
  return value;
}

function isSamePerson(known: PersonRecord, given: PersonRecord | undefined): boolean {
  return JSON.stringify(known) === JSON.stringify(given);
}

function compare(
  known: VerbaleRow | undefined,
  personId: number,
  verbale: Verbale,
  body: string,
): 'write' | 'unchanged' | RowProblem {
  if (!known) {
    return 'write';
  }
  if (known.person_id !== personId) {
    return 'protocolOfAnother';
  }
  const later = stateRank[verbale.state] - stateRank[known.state];
  if (later !== 0) {
    return later > 0 ? 'write' : 'unchanged';
  }
  return known.body === body ? 'unchanged' : 'conflictingContent';
}
