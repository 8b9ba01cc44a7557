import { VarcoError } from '../../shared/errors.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Status, StatusFacts } from '../registry/person-status.ts';
import { sealIdentity } from '../registry/sealed-identity.ts';
import { foldingDay, foldPersons, isDue } from '../registry/stored-status.ts';
import { type Lookup, lookupOf, type Store, type Tx } from '../store/store.ts';

/** A code and its person as gates read them, or the timing decoy. */
export interface GateRow {
  /** `null` when there is no such code; the other columns are then the decoy's. */
  credential_id: string | null;
  person_id: number;
  code_mac: string;
  /** Id of the row's {@link LookupResult.facts}. */
  facts: number;
  kind: string | null;
  state: string | null;
  expires_at: number | null;
  companion: number | null;
  /** From this day on the facts are not the person's any more, until they are folded again. */
  due_on: string | null;
}

/** The timing decoy's id among the persons and among the facts. */
const DECOY_ID = 0;
/** Replaces a person that does not exist, so that every refusal does the same work. */
const DECOY: GateRow = {
  credential_id: null,
  person_id: DECOY_ID,
  code_mac: '0'.repeat(32),
  facts: DECOY_ID,
  kind: null,
  state: null,
  expires_at: null,
  companion: null,
  due_on: null,
};
const DECOY_STATUS: Status = {
  invaliditaCivile: {
    protocol: '-',
    giudizio: 'totale',
    recognised: true,
    percentage: 100,
    accompagnamento: false,
    fiscalBenefits: [],
    definitiveOn: '2010-01-01',
  },
};

/** An unknown code is looked up in the same table and yields a row of the same size. */
const gateRows: Lookup<GateRow> = {
  head: `select g.credential_id, coalesce(g.person_id, ${DECOY_ID}) as person_id,
      coalesce(g.code_mac, '${DECOY.code_mac}') as code_mac,
      coalesce(g.facts, ${DECOY_ID}) as facts, g.kind, g.state, g.expires_at, g.companion,
      g.due_on
    from keys left join gate_record g on g.key = keys.key`,
  keyType: 'bigint',
  isUnique: true,
  isJoined: true,
  toRow: (columns) => {
    const [credential_id, person_id, code_mac, facts, kind, state, expires_at, companion, due_on] =
      columns;
    return {
      credential_id,
      person_id,
      code_mac,
      facts,
      kind,
      state,
      expires_at,
      companion,
      due_on,
    } as GateRow;
  },
};

const factsById = lookupOf('gate_facts', ['id', 'body'], 'id', {
  keyType: 'bigint',
  isUnique: true,
});

const CREDENTIAL_ID = /^[0-9a-f]{32}$/;

/**
 * The key of a code's row: the first 60 bits of its id. Among ten million random ids two share a key with a
 * probability of 1 in 23,000; the database rejects the second, so it is never issued.
 */
function keyOf(credentialId: string): bigint {
  return CREDENTIAL_ID.test(credentialId) ? BigInt(`0x${credentialId.slice(0, 15)}`) : -1n;
}

/** The rows and facts read for a batch of attempts. */
export class LookupResult {
  readonly #rows = new Map<string, GateRow>();
  readonly #facts: ReadonlyMap<number, StatusFacts>;
  /** By person, of those whose facts came due and are not folded yet. */
  readonly #folded: ReadonlyMap<number, StatusFacts>;

  constructor(
    rows: readonly GateRow[],
    facts: ReadonlyMap<number, StatusFacts>,
    folded: ReadonlyMap<number, StatusFacts>,
  ) {
    for (const row of rows) {
      if (row.credential_id !== null) {
        this.#rows.set(row.credential_id, row);
      }
    }
    this.#facts = facts;
    this.#folded = folded;
  }

  /** A code's row, or the timing decoy. */
  row(credentialId: string): GateRow {
    return this.#rows.get(credentialId) ?? DECOY;
  }

  /** @throws VarcoError `storeCorrupt`. */
  facts(row: GateRow): StatusFacts {
    const facts = this.#folded.get(row.person_id) ?? this.#facts.get(row.facts);
    if (!facts) {
      throw new VarcoError('storeCorrupt', 'What a status says is not in the database');
    }
    return facts;
  }
}

/** Bound on cached facts. A sample of 20,000 persons has 367 distinct ones, since they identify nobody. */
const FACTS_MAX = 20_000;

/** Reads what gates need to know of codes and their persons. */
export class GateLookup {
  readonly #store: Store;
  readonly #factsMax: number;
  /** Parsed rows of `gate_facts`, which never change. */
  #facts = noFacts();

  /** @param factsMax bound on the parsed rows of `gate_facts` that are cached. */
  constructor(store: Store, factsMax = FACTS_MAX) {
    this.#store = store;
    this.#factsMax = factsMax;
  }

  /** Reads the codes and their persons for many attempts at once, as they are at a time. */
  async find(tx: Tx, credentialIds: readonly string[], now: number): Promise<LookupResult> {
    const keys = credentialIds.map(keyOf);
    const rows = await this.#store.lookup(tx, gateRows, keys);
    return new LookupResult(
      rows,
      await this.#factsOf(tx, rows),
      await this.#foldDue(tx, rows, foldingDay(now)),
    );
  }

  /**
   * Between midnight and the end of the chore (`registry/due-fold.ts`), the facts of those whom it has not
   * reached; otherwise nothing is read.
   */
  async #foldDue(
    tx: Tx,
    rows: readonly GateRow[],
    day: string,
  ): Promise<ReadonlyMap<number, StatusFacts>> {
    const due = rows.filter((row) => isDue(row, day));
    if (due.length === 0) {
      return NONE_DUE;
    }
    const ids = due.map(({ person_id }) => person_id);
    const folded = await foldPersons(this.#store, tx, ids, day);
    return new Map(
      [...folded].map(([id, { status }]): [number, Status] => [id, JSON.parse(status)]),
    );
  }

  async #factsOf(tx: Tx, rows: readonly GateRow[]): Promise<ReadonlyMap<number, StatusFacts>> {
    let missing = missingFacts(this.#facts, rows);
    if (missing.length === 0) {
      return this.#facts;
    }
    if (this.#facts.size + missing.length > this.#factsMax) {
      // A new map, because concurrent lookups still read from the old one.
      this.#facts = noFacts();
      missing = missingFacts(this.#facts, rows);
    }
    const facts = this.#facts;
    for (const { id, body } of await this.#store.lookup(tx, factsById, missing)) {
      facts.set(id, JSON.parse(body));
    }
    return facts;
  }
}

const NONE_DUE: ReadonlyMap<number, StatusFacts> = new Map();

const noFacts = () => new Map<number, StatusFacts>([[DECOY_ID, DECOY_STATUS]]);

/** Ids of the facts that the rows refer to and the cache lacks. */
function missingFacts(known: ReadonlyMap<number, StatusFacts>, rows: readonly GateRow[]): number[] {
  const missing = new Set<number>();
  for (const { facts } of rows) {
    if (!known.has(facts)) {
      missing.add(facts);
    }
  }
  return [...missing];
}

/**
 * Inserts the timing decoy among the persons, so that where a policy needs the birth date the decoy's
 * identity is really decrypted: without it a lookup that finds nothing would be measurably faster
 * (`bench -- refusals`).
 */
export async function ensureTimingDecoy(store: Store, keyring: Keyring): Promise<void> {
  const identity = { codiceFiscale: 'X'.repeat(16), name: 'X'.repeat(14), birthDate: '2000-01-01' };
  const contacts = { mobile: '+393330000000', email: 'nobody.nobody@example.org' };
  await store.db
    .insertInto('person')
    .values({
      id: DECOY_ID,
      code_mac: DECOY.code_mac,
      identity_cipher: sealIdentity(keyring, { ...identity, ...contacts }),
      has_mobile: 0,
      has_email: 0,
      privacy_version: null,
      status: JSON.stringify(DECOY_STATUS),
      updated_at: 0,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
