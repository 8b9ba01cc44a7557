import { VarcoError } from '../../shared/errors.ts';
import type { Audit } from '../audit/audit.ts';
import type { Keyring } from '../keys/keyring.ts';
import { forUpdate } from '../store/row-lock.ts';
import type { TableRow } from '../store/schema.ts';
import type { Store, Tx } from '../store/store.ts';
import { BatchWriter } from './batch-writer.ts';
import { personContradictions, verbaleContradictions } from './contradictions.ts';
import { type Erasure, erase, purgeErasedEntries } from './erasure.ts';
import type { ImportBatchResult, ImportProgress } from './intake.ts';
import type { RowRejection } from './intake-batch.ts';
import { type PersonRecord, personSchema } from './person.ts';
import type { Status } from './person-status.ts';
import { type PreparedRows, preparePeople, type RegistryRow } from './prepare.ts';
import {
  addContacts,
  laterPrivacyVersion,
  openIdentity,
  type StoredContacts,
  sealIdentity,
} from './sealed-identity.ts';
import { readStatusEvents, type StatusEvent } from './status-events.ts';
import { foldingDay, isDue, type StoredStatus, statusOf } from './stored-status.ts';
import type { Verbale } from './verbale.ts';

/** What the registry knows of a person without decrypting the identity. */
export interface PersonSummary {
  id: number;
  status: Status;
  hasMobile: boolean;
  hasEmail: boolean;
  /** Version of the privacy notice that the person accepted last. */
  privacyVersion: string | undefined;
}

const contactsSchema = personSchema.pick({ mobile: true, email: true });
const noticeSchema = personSchema.shape.privacyVersion.unwrap();

/** Persons and verbali; every method is a whole unit of work. */
export class Registry {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #audit: Audit;
  readonly #writer: BatchWriter;
  readonly #now: () => number;

  constructor(deps: { store: Store; keyring: Keyring; audit: Audit; now: () => number }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#audit = deps.audit;
    this.#writer = new BatchWriter(deps);
    this.#now = deps.now;
  }

  /**
   * Imports persons and verbali in one transaction, idempotent by protocol number; the `line` of a rejected
   * row is its index.
   *
   * @throws VarcoError `clockSuspect`.
   */
  async importRows(rows: readonly RegistryRow[]): Promise<ImportBatchResult> {
    const today = this.today();
    const good: (RegistryRow & { line: number })[] = [];
    const rejected: RowRejection[] = [];
    for (const [line, row] of rows.entries()) {
      const reason = contradictionsOf(row, today).join('; ');
      if (reason) {
        rejected.push({ line, problem: 'contradictory', reason });
      } else {
        good.push({ ...row, line });
      }
    }
    const result = await this.importPrepared({ people: preparePeople(good, today), today });
    return { ...result, rejected: [...rejected, ...result.rejected] };
  }

  /**
   * Imports checked rows, like {@link importRows}.
   *
   * @param progress written with the rows, so that an interrupted import resumes.
   */
  importPrepared(rows: PreparedRows, progress?: ImportProgress): Promise<ImportBatchResult> {
    return this.#writer.write(rows, progress);
  }

  /**
   * The day in Rome up to which verbali are in force, ISO.
   *
   * @throws VarcoError `clockSuspect` when the clock can't be right: nothing may be folded by it.
   */
  today(): string {
    const day = foldingDay(this.#now());
    if (day === '') {
      throw new VarcoError('clockSuspect', 'The clock of this machine can not be right: set it');
    }
    return day;
  }

  /** How many lines of this file an interrupted import got through; 0 when there was none. */
  async importedLines(fingerprint: string): Promise<number> {
    const run = await this.#store.db
      .selectFrom('import_run')
      .select('lines')
      .where('fingerprint', '=', fingerprint)
      .executeTakeFirst();
    return run?.lines ?? 0;
  }

  /** Forgets the progress of an import that has ended, so that the same file may be imported again. */
  async endImport(fingerprint: string): Promise<void> {
    await this.#store.db.deleteFrom('import_run').where('fingerprint', '=', fingerprint).execute();
  }

  /** @returns undefined when nobody has this codice fiscale. */
  async findPerson(codiceFiscale: string): Promise<PersonSummary | undefined> {
    const row = await this.#summaries()
      .where('code_mac', '=', this.#keyring.codeMac(codiceFiscale))
      .executeTakeFirst();
    return row && this.#toSummary(row);
  }

  /** @throws VarcoError `personUnknown`. */
  async person(personId: number): Promise<PersonSummary> {
    const row = await this.#summaries().where('id', '=', personId).executeTakeFirst();
    if (!row) {
      throw unknownPerson();
    }
    return this.#toSummary(row);
  }

  /**
   * Decrypts a person's identity: for a printed code or a message to the citizen, never for a gate.
   *
   * @throws VarcoError `personUnknown`.
   */
  async identity(personId: number): Promise<PersonRecord> {
    const row = await this.#store.db
      .selectFrom('person')
      .select(['identity_cipher', 'privacy_version'])
      .where('id', '=', personId)
      .where('erased_at', 'is', null)
      .executeTakeFirst();
    if (!row) {
      throw unknownPerson();
    }
    const { contactsBy: _, ...person } = openIdentity(this.#keyring, row.identity_cipher);
    return row.privacy_version === null
      ? person
      : { ...person, privacyVersion: row.privacy_version };
  }

  /**
   * Sets the citizen's own contacts; omitted ones stay. From now on no import changes them.
   *
   * @param contacts `mobile` as E.164, such as `+393331234567`.
   * @throws VarcoError `contactInvalid`, `personUnknown`.
   */
  async updateContacts(
    personId: number,
    contacts: { mobile?: string | undefined; email?: string | undefined },
    options: { actor: string } = { actor: 'citizen' },
  ): Promise<void> {
    const input = contactsSchema.safeParse(contacts);
    if (!input.success) {
      const fields = input.error.issues.map(({ path }) => path.join('.'));
      throw new VarcoError('contactInvalid', `Not a usable contact: ${fields.join(', ')}`);
    }
    const changed: StoredContacts = {};
    addContacts(changed, input.data);
    await this.#store.transaction(async (tx) => {
      const row = await this.#locked(tx, personId);
      const before = openIdentity(this.#keyring, row.identity_cipher);
      const identity = { ...before, ...changed, contactsBy: 'citizen' as const };
      await tx
        .updateTable('person')
        .set({
          identity_cipher: sealIdentity(this.#keyring, identity),
          has_mobile: Number(identity.mobile !== undefined),
          has_email: Number(identity.email !== undefined),
          updated_at: this.#now(),
        })
        .where('id', '=', personId)
        .execute();
      const body = { actor: options.actor, fields: Object.keys(changed) };
      await this.#audit.append(tx, [{ kind: 'person.contacts', subject: row.code_mac, body }]);
    });
  }

  /**
   * Records that the person accepted a privacy notice; an older version never replaces a newer one.
   *
   * @throws VarcoError `privacyVersionInvalid`, `personUnknown`.
   */
  async acceptPrivacy(
    personId: number,
    version: string,
    options: { actor: string } = { actor: 'citizen' },
  ): Promise<void> {
    if (!noticeSchema.safeParse(version).success) {
      throw new VarcoError('privacyVersionInvalid', 'A notice has a name of 1 to 32 characters');
    }
    await this.#store.transaction(async (tx) => {
      const row = await this.#locked(tx, personId);
      const accepted = laterPrivacyVersion(row.privacy_version, version);
      await tx
        .updateTable('person')
        .set({ privacy_version: accepted, updated_at: this.#now() })
        .where('id', '=', personId)
        .execute();
      const body = { actor: options.actor, version };
      await this.#audit.append(tx, [{ kind: 'person.privacy', subject: row.code_mac, body }]);
    });
  }

  /**
   * Erases what the law permits (see {@link Erasure}).
   *
   * @param options.rooms other parts of the service, which erase their data in the same transaction.
   * @throws VarcoError `personUnknown`.
   */
  async erase(
    personId: number,
    options: {
      actor: string;
      rooms?: readonly { erase(tx: Tx, personId: number): Promise<void> }[];
    },
  ): Promise<Erasure> {
    const deps = { store: this.#store, keyring: this.#keyring, audit: this.#audit };
    const { actor, rooms = [] } = options;
    const done = await this.#store.transaction(async (tx) => {
      const person = await this.#locked(tx, personId);
      for (const room of rooms) {
        await room.erase(tx, personId);
      }
      return erase(deps, tx, person, { actor, at: this.#now() });
    });
    await done.notify();
    return done.erasure;
  }

  /** Deletes what offline lists no longer need of erased people. */
  purgeErasedEntries(): Promise<void> {
    return purgeErasedEntries(this.#store, this.#now());
  }

  /** The person's verbali as stored in the archive, drafts included. */
  async verbali(personId: number): Promise<Verbale[]> {
    const rows = await this.#store.db
      .selectFrom('verbale')
      .select('body')
      .where('person_id', '=', personId)
      .execute();
    return rows.map(({ body }): Verbale => JSON.parse(body));
  }

  /** Changes of status after `sequence`, oldest first; numbers have no gaps. */
  statusEvents(sequence: number, limit = 1000): Promise<StatusEvent[]> {
    return readStatusEvents(this.#store, sequence, limit);
  }

  #summaries() {
    return this.#store.db
      .selectFrom('person')
      .select(['id', 'status', 'due_on', 'has_mobile', 'has_email', 'privacy_version'])
      .where('erased_at', 'is', null);
  }

  async #toSummary(row: SummaryRow): Promise<PersonSummary> {
    return {
      id: row.id,
      status: await this.#statusOf(row),
      hasMobile: row.has_mobile === 1,
      hasEmail: row.has_email === 1,
      privacyVersion: row.privacy_version ?? undefined,
    };
  }

  async #statusOf(row: StoredStatus): Promise<Status> {
    const day = foldingDay(this.#now());
    return isDue(row, day)
      ? this.#store.transaction((tx) => statusOf(this.#store, tx, row, day))
      : JSON.parse(row.status);
  }

  /** Reads and locks a person's row until the end of the transaction. */
  async #locked(tx: Tx, personId: number) {
    const select = tx
      .selectFrom('person')
      .select(['id', 'code_mac', 'identity_cipher', 'privacy_version', 'status'])
      .where('id', '=', personId)
      .where('erased_at', 'is', null);
    const row = await forUpdate(this.#store, select).executeTakeFirst();
    if (!row || row.id === 0) {
      throw unknownPerson();
    }
    return row;
  }
}

function unknownPerson() {
  return new VarcoError('personUnknown', 'The registry has no such person');
}

type SummaryRow = Pick<
  TableRow<'person'>,
  'id' | 'status' | 'due_on' | 'has_mobile' | 'has_email' | 'privacy_version'
>;

function contradictionsOf({ person, verbale }: RegistryRow, today: string): string[] {
  const said = verbale ? verbaleContradictions(person, verbale) : [];
  return [...personContradictions(person, today), ...said];
}
