import type { z } from 'zod';
import { personColumns } from './columns.ts';
import { type PersonRecord, personSchema } from './person.ts';
import { type Verbale, verbaleSchema } from './verbale.ts';

/** A record of a file that holds, or why it does not; `reason` names fields and never their values. */
export type Checked = { person: PersonRecord; verbale?: Verbale } | { reason: string };

type Fields = Readonly<Record<string, unknown>>;

/** What a reader gives for a line that is not of its format at all. */
export const NOT_A_RECORD = Symbol('not a record');

/**
 * Checks records in turn. A person who stands in several rows behind each other is checked once, and is
 * then the same object in each of them.
 */
export function checker(): (record: unknown) => Checked {
  let last: Fields = {};
  let person = personSchema.safeParse(last);
  return (record) => {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      return { reason: notAnObject(record) };
    }
    const fields = record as Fields;
    const { codiceFiscale, name, birthDate, mobile, email, privacyVersion, ...rest } = fields;
    if (!isSamePerson(last, fields)) {
      last = fields;
      const own = Object.entries(fields).filter(([column]) => personColumns.has(column));
      person = personSchema.safeParse(Object.fromEntries(own));
    }
    const verbale = hasFields(rest) ? verbaleSchema.safeParse(rest) : undefined;
    if (!person.success || (verbale && !verbale.success)) {
      return { reason: reasonOf([person.error, verbale?.error]) };
    }
    return verbale ? { person: person.data, verbale: verbale.data } : { person: person.data };
  };
}

function notAnObject(record: unknown): string {
  if (record === undefined) {
    return 'the line is empty';
  }
  return `the line is not ${record === NOT_A_RECORD ? 'JSON' : 'a JSON object'}`;
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

function hasFields(fields: Fields): boolean {
  for (const _name in fields) {
    return true;
  }
  return false;
}

function reasonOf(errors: readonly (z.ZodError | undefined)[]): string {
  return errors
    .flatMap((error) => error?.issues ?? [])
    .map(({ code, path, message }) =>
      // A name that nobody knows may be anything, also what it should have named.
      code === 'unrecognized_keys'
        ? 'row: has fields that are not known'
        : `${path.join('.') || 'row'}: ${message}`,
    )
    .join('; ');
}
