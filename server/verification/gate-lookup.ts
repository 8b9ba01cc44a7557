import { VarcoError } from '../../shared/errors.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Status, StatusFacts } from '../registry/person-status.ts';
import { sealIdentity } from '../registry/sealed-identity.ts';
import { type Lookup, lookupOf, type Store, type Tx } from '../store/store.ts';

/** A code and its person, as gates read them; or what stands in for them. */
export interface GateRow {
  /** `null`: there is no such code, and all else is the stand-in's. */
  credential_id: string | null;
  person_id: number;
  code_mac: string;
  /** Which of {@link LookupResult.facts}. */
  facts: number;
  kind: string | null;
  state: string | null;
  expires_at: number | null;
  companion: number | null;
}

/** The stand-in's id among the persons, and that of its facts. */
const NOBODY_ID = 0;
/** Stands in for a person that is not there, so that every refusal does the same work. */
const NOBODY: GateRow = {
  credential_id: null,
  person_id: NOBODY_ID,
  code_mac: '0'.repeat(32),
  facts: NOBODY_ID,
  kind: null,
  state: null,
  expires_at: null,
  companion: null,
};
const NOBODY_STATUS: Status = {
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

/** A code that is not there is sought in the same place, and gets a row of the same size. */
const records: Lookup<GateRow> = {
  head: `select g.credential_id, coalesce(g.person_id, ${NOBODY_ID}) as person_id,
      coalesce(g.code_mac, '${NOBODY.code_mac}') as code_mac,
      coalesce(g.facts, ${NOBODY_ID}) as facts, g.kind, g.state, g.expires_at, g.companion
    from keys left join gate_record g on g.key = keys.key`,
  keyType: 'bigint',
  isUnique: true,
  isJoined: true,
  toRow: (columns) => {
    const [credential_id, person_id, code_mac, facts, kind, state, expires_at, companion] = columns;
    const row = { credential_id, person_id, code_mac, facts, kind, state, expires_at, companion };
    return row as GateRow;
  },
};

const factsById = lookupOf('gate_facts', ['id', 'body'], 'id', {
  keyType: 'bigint',
  isUnique: true,
});

const CREDENTIAL_ID = /^[0-9a-f]{32}$/;

/**
 * The number under which a code's record stands: the first 60 bits of its id. Of ten million random ids two
 * have the same with a chance of 1 in 23,000; the database refuses the second, and it is not issued.
 */
function keyOf(credentialId: string): bigint {
  return CREDENTIAL_ID.test(credentialId) ? BigInt(`0x${credentialId.slice(0, 15)}`) : -1n;
}

/** What was read for some tries. */
export class LookupResult {
  readonly #rows = new Map<string, GateRow>();
  readonly #facts: ReadonlyMap<number, StatusFacts>;

  constructor(rows: readonly GateRow[], facts: ReadonlyMap<number, StatusFacts>) {
    for (const row of rows) {
      if (row.credential_id !== null) {
        this.#rows.set(row.credential_id, row);
      }
    }
    this.#facts = facts;
  }

  /** A code's record, or the stand-in. */
  row(credentialId: string): GateRow {
    return this.#rows.get(credentialId) ?? NOBODY;
  }

  /** @throws VarcoError `storeCorrupt`. */
  facts(row: GateRow): StatusFacts {
    const facts = this.#facts.get(row.facts);
    if (!facts) {
      throw new VarcoError('storeCorrupt', 'What a status says is not in the database');
    }
    return facts;
  }
}

/** In a sample of 20,000 persons there are 367: giudizio, percentage and benefits, without whose they are. */
const FACTS_MAX = 20_000;

/** Reads what gates ask of codes and their persons. */
export class GateLookup {
  readonly #store: Store;
  readonly #factsMax: number;
  /** What is in `gate_facts` never changes. */
  #facts = noFacts();

  /** @param factsMax texts of `gate_facts` that are kept parsed, at most. */
  constructor(store: Store, factsMax = FACTS_MAX) {
    this.#store = store;
    this.#factsMax = factsMax;
  }

  /** Reads the codes and their persons for many tries at once. */
  async find(tx: Tx, credentialIds: readonly string[]): Promise<LookupResult> {
    const keys = credentialIds.map(keyOf);
    const rows = await this.#store.lookup(tx, records, keys);
    return new LookupResult(rows, await this.#factsOf(tx, rows));
  }

  async #factsOf(tx: Tx, rows: readonly GateRow[]): Promise<ReadonlyMap<number, StatusFacts>> {
    let wanted = without(this.#facts, rows);
    if (wanted.length === 0) {
      return this.#facts;
    }
    if (this.#facts.size + wanted.length > this.#factsMax) {
      // Whoever still reads keeps the map that it was given.
      this.#facts = noFacts();
      wanted = without(this.#facts, rows);
    }
    const facts = this.#facts;
    for (const { id, body } of await this.#store.lookup(tx, factsById, wanted)) {
      facts.set(id, JSON.parse(body) as StatusFacts);
    }
    return facts;
  }
}

const noFacts = () => new Map<number, StatusFacts>([[NOBODY_ID, NOBODY_STATUS]]);

/** Those that some rows have and the map has not. */
function without(known: ReadonlyMap<number, StatusFacts>, rows: readonly GateRow[]): number[] {
  const wanted = new Set<number>();
  for (const { facts } of rows) {
    if (!known.has(facts)) {
      wanted.add(facts);
    }
  }
  return [...wanted];
}

/**
 * Puts the stand-in among the persons, so that also its box is really opened where a policy asks for the
 * birth date: what finds nothing is faster by enough to be told apart (`bench -- refusals`).
 */
export async function ensureTimingDecoy(store: Store, keyring: Keyring): Promise<void> {
  const identity = { codiceFiscale: 'X'.repeat(16), name: 'X'.repeat(14), birthDate: '2000-01-01' };
  const contacts = { mobile: '+393330000000', email: 'nobody.nobody@example.org' };
  await store.db
    .insertInto('person')
    .values({
      id: NOBODY_ID,
      code_mac: NOBODY.code_mac,
      identity_cipher: sealIdentity(keyring, { ...identity, ...contacts }),
      has_mobile: 0,
      has_email: 0,
      privacy_version: null,
      status: JSON.stringify(NOBODY_STATUS),
      updated_at: 0,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
