import type { Keyring } from '../keys/keyring.ts';
import type { TableRow } from '../store/schema.ts';
import { RunAgain, type Store, type Tx } from '../store/store.ts';
import {
  type BatchPerson,
  compareVerbale,
  foldNewPersons,
  type InputPerson,
  NO_STATUS,
  problemMessages,
  type RowRejection,
  type VerbaleWrite,
} from './intake-batch.ts';
import {
  insertPersons,
  insertVerbali,
  type PersonRow,
  personsByMac,
  statusUpdate,
  updateIdentities,
  updateStatuses,
  type VerbaleRow,
  verbaliByProtocol,
} from './intake-statements.ts';
import type { PersonRecord } from './person.ts';
import type { PreparedPerson } from './prepare.ts';
import {
  isSamePerson,
  mergeIdentity,
  openIdentityText,
  type StoredPerson,
  sealIdentityText,
} from './sealed-identity.ts';
import { writeStatusEvents } from './status-events.ts';
import { foldPersons, isDue } from './stored-status.ts';

/** What happened to the rows of one batch. */
export interface ImportBatchResult {
  persons: number;
  newPersons: number;
  verbali: number;
  /** Rows whose verbale is known already, just as it is. */
  unchanged: number;
  rejected: RowRejection[];
  statusChanges: number;
}

/** How far an import got, written in the same transaction as its rows. */
export interface ImportProgress {
  /** Absent when the import is not to be resumed. */
  fingerprint: string | undefined;
  lines: number;
  bytes: number;
}

/** Writes a batch of persons and verbali in one unit of work. */
export class Intake {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #now: () => number;

  constructor(deps: { store: Store; keyring: Keyring; now: () => number }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#now = deps.now;
  }

  /** Applies one batch inside a transaction; see {@link BatchWriter.write}. */
  async apply(
    tx: Tx,
    people: readonly InputPerson[],
    today: string,
    progress?: ImportProgress,
  ): Promise<ImportBatchResult> {
    const now = this.#now();
    const persons = await this.#readPersons(tx, people);
    const { writes, unchanged, rejected } = await this.#classifyVerbali(tx, people, persons);
    const all = [...persons.values()];
    const fresh = all.filter(({ known }) => !known);
    foldNewPersons(fresh, writes, today);
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
      changed.map(({ mac, next }) => statusUpdate(mac, next, now)),
    );
    const events = [...changed, ...fresh]
      .filter(({ known, next }) => next.status !== (known?.status ?? NO_STATUS.status))
      .map(({ id, next }) => [id, next.status] as const);
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
      statusChanges: events.length,
    };
  }

  /** Every person by mac, both as stored and as its last row describes it. */
  async #readPersons(tx: Tx, people: readonly InputPerson[]): Promise<Map<string, BatchPerson>> {
    const persons = new Map<string, BatchPerson>();
    for (const { mac, person: input, box } of people) {
      const earlier = persons.get(mac);
      if (earlier) {
        earlier.input = input;
        earlier.box = box;
        // The prepared status covers only some of its verbali, so it must be computed again.
        earlier.inputVerbali = Number.POSITIVE_INFINITY;
      } else {
        const counts = { inputVerbali: input[6].length, writtenVerbali: 0 };
        const outcome = { known: undefined, id: 0, next: NO_STATUS };
        persons.set(mac, { mac, input, box, ...counts, ...outcome });
      }
    }
    const known = await this.#store.lookup(tx, personsByMac, [...persons.keys()]);
    for (const row of known) {
      const person = persons.get(row.code_mac);
      if (person) {
        person.known = row;
        person.id = row.id;
      }
    }
    return persons;
  }

  /** The verbali to be written, by protocol number, and the problems of rejected ones. */
  async #classifyVerbali(
    tx: Tx,
    people: readonly InputPerson[],
    persons: Map<string, BatchPerson>,
  ): Promise<{
    writes: Map<string, VerbaleWrite>;
    unchanged: number;
    rejected: ImportBatchResult['rejected'];
  }> {
    const known = await this.#knownVerbali(tx, people);
    const writes = new Map<string, VerbaleWrite>();
    const rejected: ImportBatchResult['rejected'] = [];
    let unchanged = 0;
    for (const { mac, person } of people) {
      const owner = persons.get(mac);
      if (!owner) {
        continue;
      }
      for (const verbale of person[6]) {
        const [line, protocol] = verbale;
        const verdict = compareVerbale(known.get(protocol), writes.get(protocol), owner, verbale);
        if (verdict === 'unchanged') {
          unchanged += 1;
        } else if (verdict === 'write') {
          owner.writtenVerbali += writes.has(protocol) ? 0 : 1;
          writes.set(protocol, { owner, verbale });
        } else {
          rejected.push({ line, problem: verdict, reason: problemMessages[verdict] });
        }
      }
    }
    return { writes, unchanged, rejected };
  }

  async #knownVerbali(tx: Tx, people: readonly InputPerson[]): Promise<Map<string, VerbaleRow>> {
    const protocols = new Set<string>();
    for (const { person } of people) {
      for (const verbale of person[6]) {
        protocols.add(verbale[1]);
      }
    }
    const rows = await this.#store.lookup(tx, verbaliByProtocol, [...protocols]);
    return new Map(rows.map((row) => [row.protocol, row]));
  }

  /** Inserts new persons in index order, so that each index page is visited once and ids grow along it. */
  async #writeFresh(tx: Tx, fresh: BatchPerson[], now: number): Promise<void> {
    if (fresh.length === 0) {
      return;
    }
    fresh.sort((a, b) => (a.mac < b.mac ? -1 : 1));
    const ids = await this.#store.reserveIds(tx, 'person', fresh.length);
    const rows = fresh.map((person, index) => {
      const id = ids[index];
      if (id === undefined) {
        throw new RunAgain();
      }
      person.id = id;
      const { mac, next } = person;
      const [_code, identity, hasMobile, hasEmail, privacyVersion] = person.input;
      const box = person.box ?? sealIdentityText(this.#keyring, identity);
      return [
        ...[id, mac, box, hasMobile, hasEmail, privacyVersion],
        ...[next.status, next.dueOn, now],
      ];
    });
    const written = await this.#store.insertMany(tx, insertPersons, rows);
    if (written < rows.length) {
      throw new RunAgain();
    }
  }

  /** Updates the known persons whose identity or consent changed. */
  async #writeKnown(tx: Tx, known: readonly BatchPerson[], now: number): Promise<void> {
    const rows: [mac: string, ...unknown[]][] = [];
    for (const { mac, input, known: row } of known) {
      const merged = row && this.#mergeIfChanged(row, input);
      if (merged) {
        const { identity, privacyVersion } = merged;
        const box = sealIdentityText(this.#keyring, JSON.stringify(identity));
        const [mobile, email] = [Number(Boolean(identity.mobile)), Number(Boolean(identity.email))];
        rows.push([mac, box, mobile, email, privacyVersion, NO_STATUS.status, null, now]);
      }
    }
    rows.sort(([a], [b]) => (a < b ? -1 : 1));
    await this.#store.insertMany(tx, updateIdentities, rows);
  }

  /** The stored person merged with the input; undefined when that changes nothing. */
  #mergeIfChanged(row: PersonRow, input: PreparedPerson): StoredPerson | undefined {
    const [, identity, , , privacyVersion] = input;
    const text = openIdentityText(this.#keyring, row.identity_cipher);
    if (text === identity && (privacyVersion ?? row.privacy_version) === row.privacy_version) {
      return undefined;
    }
    const before: StoredPerson = {
      identity: JSON.parse(text),
      privacyVersion: row.privacy_version,
    };
    const record: PersonRecord = JSON.parse(identity);
    const after = mergeIdentity(
      before,
      privacyVersion === null ? record : { ...record, privacyVersion },
    );
    return isSamePerson(before, after) ? undefined : after;
  }

  /**
   * The known persons whose stored status is not what their verbali say now: because some were written, a
   * day has begun, or the stored status was wrong. Most persons of a file that is imported again are none
   * of these, and cost nothing here.
   */
  async #refoldKnown(tx: Tx, known: readonly BatchPerson[], today: string): Promise<BatchPerson[]> {
    const suspects = known.filter((one) => one.writtenVerbali > 0 || mayBeStale(one, today));
    const folded = await foldPersons(
      this.#store,
      tx,
      suspects.map(({ id }) => id),
      today,
    );
    return suspects.filter((one) => {
      one.next = folded.get(one.id) ?? NO_STATUS;
      return one.next.status !== one.known?.status || one.next.dueOn !== one.known.due_on;
    });
  }

  async #saveProgress(tx: Tx, row: TableRow<'import_run'>): Promise<void> {
    await tx
      .insertInto('import_run')
      .values(row)
      .onConflict((conflict) => conflict.column('fingerprint').doUpdateSet(row))
      .execute();
  }
}

/** Whether a known person's stored status may be wrong although no verbale is written. */
function mayBeStale({ known, input }: BatchPerson, today: string): boolean {
  const [, , , , , status, verbali, dueOn] = input;
  return (
    known !== undefined &&
    (isDue(known, today) ||
      (verbali.length > 0 && (status !== known.status || dueOn !== known.due_on)))
  );
}
