import { VarcoError } from '../../shared/errors.ts';
import type { Audit } from '../audit/audit.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Store, Tx } from '../store/store.ts';
import { BatchWriter } from './batch-writer.ts';
import { type Erasure, erase, forgetErased } from './erasure.ts';
import type { BatchResult, ImportProgress } from './intake.ts';
import { type PersonRecord, personSchema } from './person.ts';
import type { Status } from './person-status.ts';
import { type PreparedRows, preparePeople, type RegistryRow } from './prepare.ts';
import { laterNotice, openIdentity, sealIdentity } from './sealed-identity.ts';
import { readStatusEvents, type StatusEvent } from './status-events.ts';
import type { Verbale } from './verbale.ts';

/** What is known of a person without opening the box. */
export interface PersonSummary {
  id: number;
  status: Status;
  hasMobile: boolean;
  hasEmail: boolean;
  /** The privacy notice that the person accepted last. */
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
   * Takes persons and verbali in, idempotent by protocol number, in one transaction; a rejected one's
   * `line` is its index.
   */
  importRows(rows: readonly RegistryRow[]): Promise<BatchResult> {
    const today = this.today();
    const people = preparePeople(
      rows.map((row, line) => ({ ...row, line })),
      today,
    );
    return this.importPrepared({ people, today });
  }

  /**
   * Takes checked rows in, like {@link importRows}.
   *
   * @param progress written with the rows, so that an interrupted import resumes.
   */
  importPrepared(rows: PreparedRows, progress?: ImportProgress): Promise<BatchResult> {
    return this.#writer.write(rows, progress);
  }

  /** The day, in ISO form, up to which verbali count. */
  today(): string {
    return new Date(this.#now()).toISOString().slice(0, 10);
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
  async findPerson(codiceFiscale: string): Promise<PersonSummary | undefined> {
    const row = await this.#summaries()
      .where('code_mac', '=', this.#keyring.codeMac(codiceFiscale))
      .executeTakeFirst();
    return row && toSummary(row);
  }

  /** @throws VarcoError `personUnknown`. */
  async person(personId: number): Promise<PersonSummary> {
    const row = await this.#summaries().where('id', '=', personId).executeTakeFirst();
    if (!row) {
      throw unknownPerson();
    }
    return toSummary(row);
  }

  /** Opens a person's box: for a printed code, a message to the citizen; never for a gate. */
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
   * The citizen's own contacts; what is not given stays. From now on no import changes them.
   *
   * @param contacts `mobile` as E.164, such as `+393331234567`.
   * @throws VarcoError `contactInvalid`, `personUnknown`.
   */
  async updateContacts(
    personId: number,
    contacts: { mobile?: string | undefined; email?: string | undefined },
    options: { actor: string } = { actor: 'citizen' },
  ): Promise<void> {
    const given = contactsSchema.safeParse(contacts);
    if (!given.success) {
      const fields = given.error.issues.map(({ path }) => path.join('.'));
      throw new VarcoError('contactInvalid', `Not a usable contact: ${fields.join(', ')}`);
    }
    const { mobile, email } = given.data;
    const changed = { ...(mobile ? { mobile } : {}), ...(email ? { email } : {}) };
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
   * Notes that the person accepted a privacy notice; an older one never takes a newer one's place.
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
      const accepted = laterNotice(row.privacy_version, version);
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
   * Erases what the law lets be erased (see {@link Erasure}).
   *
   * @param options.rooms erase in the same transaction what other rooms hold of the person.
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
    await done.tell();
    return done.erasure;
  }

  /** Lets go of what offline lists no longer need of erased people. */
  forgetErased(): Promise<void> {
    return forgetErased(this.#store, this.#now());
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
  statusEvents(sequence: number, limit = 1000): Promise<StatusEvent[]> {
    return readStatusEvents(this.#store, sequence, limit);
  }

  #summaries() {
    return this.#store.db
      .selectFrom('person')
      .select(['id', 'status', 'has_mobile', 'has_email', 'privacy_version'])
      .where('erased_at', 'is', null);
  }

  /** A person's row, held until the end of the transaction. */
  async #locked(tx: Tx, personId: number) {
    const select = tx
      .selectFrom('person')
      .select(['id', 'code_mac', 'identity_cipher', 'privacy_version', 'status'])
      .where('id', '=', personId)
      .where('erased_at', 'is', null);
    const locked = this.#store.engine === 'postgres' ? select.forUpdate() : select;
    const row = await locked.executeTakeFirst();
    if (!row || row.id === 0) {
      throw unknownPerson();
    }
    return row;
  }
}

function unknownPerson() {
  return new VarcoError('personUnknown', 'The registry has no such person');
}

function toSummary(row: {
  id: number;
  status: string;
  has_mobile: number;
  has_email: number;
  privacy_version: string | null;
}): PersonSummary {
  return {
    id: row.id,
    status: JSON.parse(row.status) as Status,
    hasMobile: row.has_mobile === 1,
    hasEmail: row.has_email === 1,
    privacyVersion: row.privacy_version ?? undefined,
  };
}
