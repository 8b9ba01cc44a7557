import { VarcoError } from '../../shared/errors.ts';
import { type Block, recordsOf } from './import-records.ts';
import type { PersonRecord } from './person.ts';
import { status } from './person-status.ts';
import { checker } from './record-check.ts';
import { merge } from './sealed-identity.ts';
import type { Verbale } from './verbale.ts';

/** A row that was not taken in. `reason` names fields and never their values. */
export interface Reject {
  line: number;
  reason: string;
}

/** A person and, with it or not, one of its verbali: a row of an import. */
export interface RegistryRow {
  person: PersonRecord;
  verbale?: Verbale;
}

/** A checked verbale, ready to be written; a tuple, since it goes from thread to thread. */
export type PreparedVerbale = readonly [
  line: number,
  protocol: string,
  kind: Verbale['kind'],
  area: Verbale['area'],
  state: Verbale['state'],
  definitiveAt: number | null,
  body: string,
];

/** A person with the verbali of its rows that stand behind each other; of the person the last one counts. */
export type PreparedPerson = readonly [
  codiceFiscale: string,
  /** The box's content, as JSON, for somebody who is not known yet. */
  identity: string,
  hasMobile: number,
  hasEmail: number,
  privacyVersion: string | null,
  /** The fold over these verbali alone, as JSON. */
  status: string,
  verbali: readonly PreparedVerbale[],
];

/** Rows that wait for their place in the registry. */
export interface PreparedRows {
  people: PreparedPerson[];
  /** The day, in ISO form, on which the statuses were folded. */
  today: string;
}

/** A piece of a file, checked. */
export interface PreparedBlock extends PreparedRows {
  rejects: Reject[];
  /** From here on the file is not of its format. */
  unreadable?: string;
}

/** Reads, checks and folds a block: all of an import that needs neither keys nor the database. Pure. */
export function prepareBlock(block: Block, today: string): PreparedBlock {
  const check = checker();
  const rows: (RegistryRow & { line: number })[] = [];
  const rejects: Reject[] = [];
  let unreadable: string | undefined;
  try {
    for (const { line, record } of recordsOf(block)) {
      const checked = check(record);
      if ('reason' in checked) {
        rejects.push({ line, reason: checked.reason });
      } else {
        rows.push({ line, ...checked });
      }
    }
  } catch (error) {
    if (!(error instanceof VarcoError)) {
      throw error;
    }
    unreadable = error.message;
  }
  const people = preparePeople(rows, today);
  return { people, rejects, today, ...(unreadable === undefined ? {} : { unreadable }) };
}

/** Folds rows person by person. Pure. */
export function preparePeople(
  rows: readonly (RegistryRow & { line: number })[],
  today: string,
): PreparedPerson[] {
  const people: PreparedPerson[] = [];
  let from = 0;
  for (let to = 1; to <= rows.length; to += 1) {
    const first = rows[from] as RegistryRow;
    if (rows[to]?.person.codiceFiscale !== first.person.codiceFiscale) {
      people.push(preparePerson(rows.slice(from, to), today));
      from = to;
    }
  }
  return people;
}

function preparePerson(
  rows: readonly (RegistryRow & { line: number })[],
  today: string,
): PreparedPerson {
  const { person } = rows.at(-1) as RegistryRow;
  const { identity, privacyVersion } = merge(undefined, person);
  const verbali: Verbale[] = [];
  const prepared: PreparedVerbale[] = [];
  for (const { line, verbale } of rows) {
    if (verbale) {
      const { protocol, kind, area, state, definitiveOn } = verbale;
      const at = definitiveOn === undefined ? null : Date.parse(definitiveOn);
      prepared.push([line, protocol, kind, area, state, at, JSON.stringify(verbale)]);
      verbali.push(verbale);
    }
  }
  return [
    person.codiceFiscale,
    JSON.stringify(identity),
    Number(identity.mobile !== undefined),
    Number(identity.email !== undefined),
    privacyVersion,
    JSON.stringify(status(verbali, today)),
    prepared,
  ];
}
