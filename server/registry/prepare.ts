import { VarcoError } from '../../shared/errors.ts';
import { type Block, recordsOf } from './import-records.ts';
import type { PersonRecord } from './person.ts';
import { createRecordChecker } from './record-check.ts';
import { mergeIdentity } from './sealed-identity.ts';
import { foldOn } from './stored-status.ts';
import type { Verbale } from './verbale.ts';

/** A row that was rejected. `reason` names fields, never their values. */
export interface Reject {
  line: number;
  reason: string;
}

/** A row of an import: a person, usually with one of its verbali. */
export interface RegistryRow {
  person: PersonRecord;
  verbale?: Verbale | undefined;
}

/** A checked verbale, ready to be written; a tuple because it is cloned between threads. */
export type PreparedVerbale = readonly [
  line: number,
  protocol: string,
  kind: Verbale['kind'],
  area: Verbale['area'],
  state: Verbale['state'],
  definitiveAt: number | null,
  body: string,
];

/** A person with the verbali of adjacent rows; the last row's personal data win. */
export type PreparedPerson = readonly [
  codiceFiscale: string,
  /** The identity to be sealed, as JSON, for a person who is not stored yet. */
  identity: string,
  hasMobile: number,
  hasEmail: number,
  privacyVersion: string | null,
  /** The status folded from these verbali alone, as JSON. */
  status: string,
  verbali: readonly PreparedVerbale[],
  /** The next day on which that status changes, ISO. */
  dueOn: string | null,
];

/** Checked rows, ready to be written. */
export interface PreparedRows {
  people: PreparedPerson[];
  /** ISO date in Rome for which the statuses were folded. */
  today: string;
}

/** A checked block of a file. */
export interface PreparedBlock extends PreparedRows {
  rejects: Reject[];
  /** Why the file can't be read beyond these rows; absent when it can. */
  unreadable?: string | undefined;
}

/** Parses, checks and folds a block: all the import work that needs neither keys nor database. Pure. */
export function prepareBlock(block: Block, today: string): PreparedBlock {
  const check = createRecordChecker(today);
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
  return { people, rejects, today, unreadable };
}

/** Groups adjacent rows by person and folds each group. Pure. */
export function preparePeople(
  rows: readonly (RegistryRow & { line: number })[],
  today: string,
): PreparedPerson[] {
  const people: PreparedPerson[] = [];
  let from = 0;
  for (const [index, { person }] of rows.entries()) {
    const to = index + 1;
    if (rows[to]?.person.codiceFiscale !== person.codiceFiscale) {
      people.push(preparePerson(person, rows.slice(from, to), today));
      from = to;
    }
  }
  return people;
}

/** @param person as the last of the rows describes it. */
function preparePerson(
  person: PersonRecord,
  rows: readonly (RegistryRow & { line: number })[],
  today: string,
): PreparedPerson {
  const { identity, privacyVersion } = mergeIdentity(undefined, person);
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
  const { status, dueOn } = foldOn(verbali, today);
  return [
    person.codiceFiscale,
    JSON.stringify(identity),
    Number(identity.mobile !== undefined),
    Number(identity.email !== undefined),
    privacyVersion,
    status,
    prepared,
    dueOn,
  ];
}
