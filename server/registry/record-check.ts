import type { z } from 'zod';
import { importColumns, personColumns } from './columns.ts';
import { personContradictions, verbaleContradictions } from './contradictions.ts';
import { type PersonRecord, personSchema } from './person.ts';
import { rowVerbaleSchema, type Verbale } from './verbale.ts';

/** A valid record of a file, or why it is rejected; `reason` names fields, never their values. */
export type CheckedRecord =
  | { person: PersonRecord; verbale?: Verbale | undefined }
  | { reason: string };

type Fields = Readonly<Record<string, unknown>>;

/** What a parser returns for a line that is not JSON, and for one with more fields than the header. */
export const NOT_JSON = Symbol('not JSON');
export const TOO_MANY_FIELDS = Symbol('too many fields');

/**
 * Returns a function that checks records in order. The person of adjacent rows is checked only once, and
 * is the same object in each of them.
 *
 * @param today ISO date in Rome.
 */
export function createRecordChecker(today: string): (record: unknown) => CheckedRecord {
  let last: Fields = {};
  let person = personSchema.safeParse(last);
  let contradictions: readonly string[] = [];
  return (record) => {
    if (!isObject(record)) {
      return { reason: notAnObject(record) };
    }
    const has = classifyFields(record);
    if (!isSamePerson(last, record)) {
      last = record;
      const own = Object.entries(record).filter(([column]) => personColumns.has(column));
      person = personSchema.safeParse(Object.fromEntries(own));
      contradictions = person.success ? [...personContradictions(person.data, today)] : [];
    }
    const verbale = has.verbale ? rowVerbaleSchema.safeParse(record) : undefined;
    if (!person.success || (verbale && !verbale.success) || has.unknown) {
      const reasons = reasonsOf([person.error, verbale?.error]);
      if (has.unknown) {
        // Without naming the field: its name may be a value that slipped into the wrong column.
        reasons.push(UNKNOWN_FIELDS);
      }
      return { reason: reasons.join('; ') };
    }
    const said = verbale ? verbaleContradictions(person.data, verbale.data) : [];
    const reason = [...contradictions, ...said].join('; ');
    return reason ? { reason } : { person: person.data, verbale: verbale?.data };
  };
}

function isObject(record: unknown): record is Fields {
  return typeof record === 'object' && record !== null && !Array.isArray(record);
}

const UNKNOWN_FIELDS = 'row: has fields that are not known';
const columns: ReadonlySet<string> = new Set(importColumns);

/** Whether a record has fields of a verbale, and fields that no column defines. */
function classifyFields(fields: Fields): { verbale: boolean; unknown: boolean } {
  let verbale = false;
  let unknown = false;
  for (const name in fields) {
    if (!personColumns.has(name)) {
      verbale = true;
      unknown ||= !columns.has(name);
    }
  }
  return { verbale, unknown };
}

function notAnObject(record: unknown): string {
  if (record === undefined) {
    return 'the line is empty';
  }
  if (record === TOO_MANY_FIELDS) {
    return 'row: has more fields than the file has columns';
  }
  return `the line is not ${record === NOT_JSON ? 'JSON' : 'a JSON object'}`;
}

function isSamePerson(a: Fields, b: Fields): boolean {
  return (
    a.codiceFiscale === b.codiceFiscale &&
    a.name === b.name &&
    a.birthDate === b.birthDate &&
    a.mobile === b.mobile &&
    a.email === b.email &&
    a.privacyVersion === b.privacyVersion
  );
}

function reasonsOf(errors: readonly (z.ZodError | undefined)[]): string[] {
  return errors
    .flatMap((error) => error?.issues ?? [])
    .map(({ path, message }) => `${path.join('.') || 'row'}: ${message}`);
}
