import type { Keyring } from '../keys/keyring.ts';
import type { Tables } from '../store/schema.ts';
import { RunAgain, type Store, type Tx } from '../store/store.ts';
import {
  compare,
  foldFresh,
  type GivenPerson,
  NO_STATUS,
  type RowProblem,
  type Taken,
  type Write,
} from './intake-batch.ts';
import {
  insertPersons,
  insertVerbali,
  type PersonRow,
  personsByMac,
  updateIdentities,
  updateStatuses,
  type VerbaleRow,
  verbaliByPerson,
  verbaliByProtocol,
} from './intake-statements.ts';
import type { PersonRecord } from './person.ts';
import { status } from './person-status.ts';
import type { PreparedPerson } from './prepare.ts';
import { isSame, type Kept, merge, openIdentityText, sealIdentityText } from './sealed-identity.ts';
import { writeStatusEvents } from './status-events.ts';
import type { Verbale } from './verbale.ts';

/** What became of the rows of one batch. */
export interface BatchResult {
  persons: number;
  newPersons: number;
  verbali: number;
  unchanged: number;
  rejected: { line: number; problem: RowProblem }[];
  statusChanges: number;
}

/** Where an import stands, kept in the same transaction as its rows. */
export interface ImportProgress {
  /** Absent: nobody will ask where it stood. */
  fingerprint: string | undefined;
  lines: number;
  bytes: number;
}

const EMPTY_BOX = Buffer.alloc(0);

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

  /** One batch, inside a transaction; see {@link BatchWriter.write}. */
  async take(
    tx: Tx,
    people: readonly GivenPerson[],
    today: string,
    progress?: ImportProgress,
  ): Promise<BatchResult> {
    const now = this.#now();
    const persons = await this.#readPersons(tx, people);
    const { writes, unchanged, rejected } = await this.#sortVerbali(tx, people, persons);
    const all = [...persons.values()];
    const fresh = all.filter(({ known }) => !known);
    foldFresh(fresh, writes, today);
    await this.#writeFresh(tx, fresh, now);
    const known = all.filter((one) => one.known);
    await this.#writeKnown(tx, known, now);
    await this.#store.insertMany(
      tx,
      insertVerbali,
      [...writes.values()].map(
        ({ owner, verbale: [_line, protocol, kind, area, state, definitiveAt, body] }) => [
          protocol,
          owner.id,
          kind,
          area,
          state,
          definitiveAt,
          body,
        ],
      ),
    );
    const changed = await this.#refoldKnown(tx, known, today);
    await this.#store.insertMany(
      tx,
      updateStatuses,
      changed.map(({ mac, next }) => [mac, EMPTY_BOX, 0, 0, null, next, now]),
    );
    changed.push(...fresh.filter(({ next }) => next !== NO_STATUS));
    const events = changed.map(({ id, next }) => [id, next] as const);
    await writeStatusEvents(this.#store, tx, events, now);
    if (progress?.fingerprint !== undefined) {
      const { fingerprint, lines, bytes } = progress;
      await this.#saveProgress(tx, { fingerprint, lines, bytes, updated_at: now });
    }
    return {
      persons: all.length,
      newPersons: fresh.length,
      verbali: writes.size,
      unchanged,
      rejected,
      statusChanges: changed.length,
    };
  }

  /** Every person by its mac, as it is in the database and as the last row about it says. */
  async #readPersons(tx: Tx, people: readonly GivenPerson[]): Promise<Map<string, Taken>> {
    const persons = new Map<string, Taken>();
    for (const { mac, person: given, box } of people) {
      const taken = persons.get(mac);
      if (taken) {
        taken.given = given;
        taken.box = box;
        // Not all of them are in its status, which is worked out anew.
        taken.brought = Number.POSITIVE_INFINITY;
      } else {
        const brought = given[6].length;
        const place = { known: undefined, id: 0, next: NO_STATUS };
        persons.set(mac, { mac, given, box, brought, written: 0, ...place });
      }
    }
    const known = await this.#store.lookup<PersonRow>(tx, personsByMac, [...persons.keys()]);
    for (const row of known) {
      const person = persons.get(row.code_mac) as Taken;
      person.known = row;
      person.id = row.id;
    }
    return persons;
  }

  /** Which verbali are to be written, by protocol number, and what is wrong with the others. */
  async #sortVerbali(
    tx: Tx,
    people: readonly GivenPerson[],
    persons: Map<string, Taken>,
  ): Promise<{
    writes: Map<string, Write>;
    unchanged: number;
    rejected: BatchResult['rejected'];
  }> {
    const known = await this.#knownVerbali(tx, people);
    const writes = new Map<string, Write>();
    const rejected: BatchResult['rejected'] = [];
    let unchanged = 0;
    for (const { mac, person } of people) {
      const owner = persons.get(mac) as Taken;
      for (const verbale of person[6]) {
        const [line, protocol] = verbale;
        const verdict = compare(known.get(protocol), writes.get(protocol), owner, verbale);
        if (verdict === 'unchanged') {
          unchanged += 1;
        } else if (verdict === 'write') {
          owner.written += writes.has(protocol) ? 0 : 1;
          writes.set(protocol, { owner, verbale });
        } else {
          rejected.push({ line, problem: verdict });
        }
      }
    }
    return { writes, unchanged, rejected };
  }

  async #knownVerbali(tx: Tx, people: readonly GivenPerson[]): Promise<Map<string, VerbaleRow>> {
    const protocols = new Set<string>();
    for (const { person } of people) {
      for (const verbale of person[6]) {
        protocols.add(verbale[1]);
      }
    }
    const rows = await this.#store.lookup<VerbaleRow>(tx, verbaliByProtocol, [...protocols]);
    return new Map(rows.map((row) => [row.protocol, row]));
  }

  /** New persons in the order of their index: each of its pages is met once, and ids grow with it. */
  async #writeFresh(tx: Tx, fresh: Taken[], now: number): Promise<void> {
    if (fresh.length === 0) {
      return;
    }
    fresh.sort((a, b) => (a.mac < b.mac ? -1 : 1));
    const ids = await this.#store.reserveIds(tx, 'person', fresh.length);
    const rows = fresh.map((person, index) => {
      person.id = ids[index] as number;
      const [_code, identity, hasMobile, hasEmail, privacyVersion] = person.given;
      const box = person.box ?? sealIdentityText(this.#keyring, identity);
      return [person.id, person.mac, box, hasMobile, hasEmail, privacyVersion, person.next, now];
    });
    const written = await this.#store.insertMany(tx, insertPersons, rows);
    if (written < rows.length) {
      throw new RunAgain();
    }
  }

  /** Persons who differ from what is kept of them. */
  async #writeKnown(tx: Tx, known: readonly Taken[], now: number): Promise<void> {
    const rows: unknown[][] = [];
    for (const { mac, given, known: row } of known) {
      const kept = row && this.#keptAnew(row, given);
      if (kept) {
        const { identity, privacyVersion } = kept;
        const box = sealIdentityText(this.#keyring, JSON.stringify(identity));
        const [mobile, email] = [Number(Boolean(identity.mobile)), Number(Boolean(identity.email))];
        rows.push([mac, box, mobile, email, privacyVersion, NO_STATUS, now]);
      }
    }
    rows.sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1));
    await this.#store.insertMany(tx, updateIdentities, rows);
  }

  /** What is kept of somebody from now on; undefined when it is what was. */
  #keptAnew(row: PersonRow, given: PreparedPerson): Kept | undefined {
    const [, identity, , , privacyVersion] = given;
    const text = openIdentityText(this.#keyring, row.identity_cipher);
    if (text === identity && (privacyVersion ?? row.privacy_version) === row.privacy_version) {
      return undefined;
    }
    const before: Kept = { identity: JSON.parse(text), privacyVersion: row.privacy_version };
    const record: PersonRecord = JSON.parse(identity);
    const after = merge(before, privacyVersion === null ? record : { ...record, privacyVersion });
    return isSame(before, after) ? undefined : after;
  }

  /** Those who were known before and whose verbali changed their status. */
  async #refoldKnown(tx: Tx, known: readonly Taken[], today: string): Promise<Taken[]> {
    const changed = new Map(known.filter(({ written }) => written > 0).map((one) => [one.id, one]));
    const verbali = new Map<number, Verbale[]>([...changed.keys()].map((id) => [id, []]));
    const rows = await this.#store.lookup<VerbaleRow>(tx, verbaliByPerson, [...changed.keys()]);
    for (const { person_id, body } of rows) {
      verbali.get(person_id)?.push(JSON.parse(body) as Verbale);
    }
    return [...changed.values()].filter((one) => {
      one.next = JSON.stringify(status(verbali.get(one.id) ?? [], today));
      return one.next !== one.known?.status;
    });
  }

  async #saveProgress(tx: Tx, row: Tables['import_run']): Promise<void> {
    await tx
      .insertInto('import_run')
      .values(row)
      .onConflict((conflict) => conflict.column('fingerprint').doUpdateSet(row))
      .execute();
  }
}
