import {
  deriveEntry,
  type EntryKey,
  entryKey,
  type HmacSha256,
  type KdfCost,
  type Scrypt,
} from '../../shared/offline-list/entry-key.ts';
import { type EntryState, packEntry } from '../../shared/offline-list/entry-table.ts';
import type { Policy } from '../../shared/policy.ts';
import { ageOn, nextDay, romeDay, romeMidnight } from '../../shared/rome-day.ts';
import type { Verdict } from '../../shared/verdict.ts';
import type { Keyring } from '../keys/keyring.ts';
import { isExpired } from '../registry/card-standing.ts';
import type { PersonRecord } from '../registry/person.ts';
import type { Status } from '../registry/person-status.ts';
import { foldingDay, statusesOn } from '../registry/stored-status.ts';
import { noteCredentialChanges } from '../store/change-feed.ts';
import type { TableRow } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { decide, needsBirthDate } from '../verification/decide.ts';
import { factsOf } from '../verification/facts.ts';
import { MAX_AGE_MS } from './list-file-builder.ts';

/** Credentials read at once. */
const READ_BATCH = 500;
/** Credentials derived per unit of work of the backfill. */
const BACKFILL_BATCH = 16;
const PLACE = 'credential.derived';

/** What an entry depends on besides the credential. */
export interface EntryTerms {
  policy: Policy;
  epochKey: Uint8Array;
}

export interface EntriesDeps {
  store: Store;
  keyring: Keyring;
  kdf: KdfCost;
  scrypt: Scrypt;
  hmac: HmacSha256;
  now: () => number;
}

type Row = Pick<TableRow<'credential'>, 'id' | 'kind' | 'state' | 'expires_at' | 'companion'> &
  Pick<TableRow<'person'>, 'status' | 'due_on' | 'identity_cipher'> & {
    person_id: number;
    /** Not derived yet: null. */
    derived_cipher: TableRow<'offline_entry'>['derived_cipher'] | null;
  };

/** A row with the statuses of its batch. */
interface CodeWithStatus {
  row: Row;
  statuses: ReadonlyMap<number, Status>;
}

/**
 * Computes the list entries of credentials. The slow half (scrypt) is computed once per credential and
 * stored encrypted; the fast half is computed for each policy and epoch.
 */
export class Entries {
  readonly #deps: EntriesDeps;
  readonly #cost: string;

  constructor(deps: EntriesDeps) {
    this.#deps = deps;
    this.#cost = costName(deps.kdf);
  }

  /** The words of all derived credentials, unordered, and how many credentials are not derived yet. */
  async readAll(terms: EntryTerms): Promise<{ words: BigUint64Array; missing: number }> {
    let words = new BigUint64Array(READ_BATCH);
    let length = 0;
    let missing = 0;
    let last = '';
    for (;;) {
      const rows = await this.#select().where('c.id', '>', last).limit(READ_BATCH).execute();
      const statuses = await this.#statusesOf(rows);
      for (const row of rows) {
        if (row.derived_cipher) {
          const word = this.#word({ row, statuses }, row.derived_cipher, terms);
          if ((word & 3n) !== 0n) {
            if (length === words.length) {
              words = grown(words);
            }
            words[length++] = word;
          }
        } else {
          missing += 1;
        }
      }
      if (rows.length < READ_BATCH) {
        return { words: words.slice(0, length), missing };
      }
      last = rows.at(-1)?.id ?? '';
      // Yields, so that gates are answered between two batches.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** The words of some credentials, `absent` ones included; derives those that are not derived yet. */
  async readFor(ids: readonly string[], terms: EntryTerms): Promise<bigint[]> {
    const words: bigint[] = [];
    for (let from = 0; from < ids.length; from += READ_BATCH) {
      const batch = ids.slice(from, from + READ_BATCH);
      const rows = await this.#select().where('c.id', 'in', batch).execute();
      const statuses = await this.#statusesOf(rows);
      for (const row of rows) {
        words.push(
          this.#word({ row, statuses }, row.derived_cipher ?? (await this.#derive(row)), terms),
        );
      }
    }
    return words;
  }

  /**
   * Derives a few credentials that were issued before offline lists were on, or with another cost, and
   * records them as changed. The position is stored, so that a restart resumes from there.
   *
   * @returns whether there may be more.
   */
  async backfill(): Promise<boolean> {
    const { store } = this.#deps;
    const last = await this.#backfilledTo();
    if (last === DONE) {
      return false;
    }
    const rows = await this.#select()
      .where('c.id', '>', last)
      .where('e.credential_id', 'is', null)
      .limit(BACKFILL_BATCH)
      .execute();
    for (const row of rows) {
      await this.#derive(row);
    }
    const ids = rows.map(({ id }) => id);
    await store.transaction(async (tx) => {
      await noteCredentialChanges(tx, ids);
      const value = ids.at(-1) ?? DONE;
      await tx
        .insertInto('meta')
        .values({ name: this.#backfillName, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute();
    });
    return rows.length > 0;
  }

  /** Restarts the backfill, because credentials without a derived value were found. */
  async restartBackfill(): Promise<void> {
    if ((await this.#backfilledTo()) === DONE) {
      const { db } = this.#deps.store;
      await db.deleteFrom('meta').where('name', '=', this.#backfillName).execute();
    }
  }

  get #backfillName(): string {
    return `offlineBackfill ${this.#cost}`;
  }

  async #backfilledTo(): Promise<string> {
    const row = await this.#deps.store.db
      .selectFrom('meta')
      .select('value')
      .where('name', '=', this.#backfillName)
      .executeTakeFirst();
    return row?.value ?? '';
  }

  #select() {
    return (
      this.#deps.store.db
        .selectFrom('credential as c')
        .innerJoin('person as p', 'p.id', 'c.person_id')
        .leftJoin('offline_entry as e', (join) =>
          join.onRef('e.credential_id', '=', 'c.id').on('e.cost', '=', this.#cost),
        )
        .select(['c.id', 'c.kind', 'c.state', 'c.expires_at', 'c.companion', 'c.person_id'])
        .select(['p.status', 'p.due_on', 'p.identity_cipher'])
        .select('e.derived_cipher')
        // An erased person's entries can't be derived any more; those that exist still refuse.
        .where((row) => row.or([row('p.erased_at', 'is', null), row('e.cost', 'is not', null)]))
        .orderBy('c.id')
    );
  }

  async #derive(row: Row): Promise<Buffer> {
    const { store, keyring, kdf, scrypt } = this.#deps;
    const { codiceFiscale } = this.#person(row);
    const derived = await deriveEntry(codiceFiscale, row.id, kdf, scrypt);
    const box = keyring.seal(PLACE, Buffer.from(derived).toString('base64url'));
    derived.fill(0);
    const written = { cost: this.#cost, derived_cipher: box };
    await store.db
      .insertInto('offline_entry')
      .values({ credential_id: row.id, ...written })
      .onConflict((conflict) => conflict.column('credential_id').doUpdateSet(written))
      .execute();
    return box;
  }

  /** By person, folded again where something came due that is not stored yet. */
  #statusesOf(rows: readonly Row[]): Promise<Map<number, Status>> {
    const { store, now } = this.#deps;
    const stored = rows.map(({ person_id: id, status, due_on }) => ({ id, status, due_on }));
    return store.transaction((tx) => statusesOn(store, tx, stored, foldingDay(now())));
  }

  #word(code: CodeWithStatus, box: Buffer, { policy, epochKey }: EntryTerms): bigint {
    const derived = Buffer.from(this.#deps.keyring.open(PLACE, box), 'base64url');
    const key: EntryKey = entryKey(derived, policy.id, epochKey, this.#deps.hmac);
    return packEntry(key, this.#stateOf(code, policy));
  }

  /** What the server itself would answer now for this credential with the right codice fiscale. */
  #stateOf({ row, statuses }: CodeWithStatus, policy: Policy): EntryState {
    const now = this.#deps.now();
    const day = romeDay(now);
    if (row.state !== 'live' || isExpired(row, day)) {
      return 'denied';
    }
    const status = statuses.get(row.person_id) ?? {};
    const birthDate = needsBirthDate(policy, factsOf(row, status, undefined, day))
      ? this.#person(row).birthDate
      : undefined;
    const facts = factsOf(row, status, birthDate, day);
    const states = daysOfUse(birthDate, policy, now).map((at) =>
      entryStateOf(decide(facts, policy, at)),
    );
    const [first = 'absent', last = first] = states;
    // A list says only what holds on every day on which it may be used: before a birthday that changes the
    // answer it can't tell, and the gate asks for staff.
    return first === last ? first : 'absent';
  }

  #person(row: Row): PersonRecord {
    const box = this.#deps.keyring.open('person.identity', row.identity_cipher);
    return JSON.parse(box);
  }
}

function entryStateOf(verdict: Verdict): EntryState {
  if (verdict.outcome === 'granted') {
    return verdict.companion ? 'allowedWithCompanion' : 'allowed';
  }
  return verdict.outcome === 'denied' ? 'denied' : 'absent';
}

/**
 * The moments on which an entry made now must be right: now, and the last moment on which a list made
 * today may be used if there is a birthday before. Nothing else of a decision changes with the day alone.
 */
function daysOfUse(birthDate: string | undefined, policy: Policy, now: number): Date[] {
  const today = romeDay(now);
  // A list that changes in nothing gets a new date all day long without its entries being computed again.
  const lastUse = romeMidnight(nextDay(today)) + (policy.offlineMaxAgeMs ?? MAX_AGE_MS);
  const isSame =
    birthDate === undefined || ageOn(birthDate, today) === ageOn(birthDate, romeDay(lastUse));
  return isSame ? [new Date(now)] : [new Date(now), new Date(lastUse)];
}

/** Doubles the capacity, so that millions of words are copied some twenty times only. */
function grown(words: BigUint64Array): BigUint64Array<ArrayBuffer> {
  const more = new BigUint64Array(2 * words.length);
  more.set(words);
  return more;
}

const DONE = 'done';

/** A cost as one word, to tell apart derived values of different costs. */
export function costName({ cost, blockSize, parallelism }: KdfCost): string {
  return `${cost}/${blockSize}/${parallelism}`;
}
