import type { z } from 'zod';
import { importColumns, personColumns } from './columns.ts';
import { type PersonRecord, personSchema } from './person.ts';
import { rowVerbaleSchema, type Verbale } from './verbale.ts';

/** A record of a file that holds, or why it does not; `reason` names fields and never their values. */
export type CheckedRecord = { person: PersonRecord; verbale?: Verbale } | { reason: string };

type Fields = Readonly<Record<string, unknown>>;

/** What a reader gives for a line that is not JSON, and for one that has more fields than its header. */
export const NOT_JSON = Symbol('not JSON');
export const TOO_MANY_FIELDS = Symbol('too many fields');

/**
 * Checks records in turn. A person who stands in several rows behind each other is checked once, and is
 * then the same object in each of them.
 */
export function createRecordChecker(): (record: unknown) => CheckedRecord {
  let last: Fields = {};
  let person = personSchema.safeParse(last);
  return (record) => {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      return { reason: notAnObject(record) };
    }
    const fields = record as Fields;
    const brings = whatIsIn(fields);
    if (!isSamePerson(last, fields)) {
      last = fields;
      const own = Object.entries(fields).filter(([column]) => personColumns.has(column));
      person = personSchema.safeParse(Object.fromEntries(own));
    }
    const verbale = brings.verbale ? rowVerbaleSchema.safeParse(fields) : undefined;
    if (!person.success || (verbale && !verbale.success) || brings.unknown) {
      const reasons = reasonsOf([person.error, verbale?.error]);
      // A name that nobody knows may be anything, also what it should have named.
      return { reason: [...reasons, ...(brings.unknown ? [UNKNOWN_FIELDS] : [])].join('; ') };
    }
    return verbale ? { person: person.data, verbale: verbale.data } : { person: person.data };
  };
}

const UNKNOWN_FIELDS = 'row: has fields that are not known';
const columns: ReadonlySet<string> = new Set(importColumns);

function whatIsIn(fields: Fields): { verbale: boolean; unknown: boolean } {
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
