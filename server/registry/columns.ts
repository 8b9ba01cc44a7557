/**
 * The columns of a CSV file, and the fields of an NDJSON line; the first three are required. A row
 * without `protocol` holds a person and no verbale. In CSV, `fiscalBenefits` are separated by spaces
 * and `accompagnamento` is `true` or `false`; it follows from the giudizio and need not be stated.
 */
export const importColumns = [
  'codiceFiscale',
  'name',
  'birthDate',
  'mobile',
  'email',
  'privacyVersion',
  'protocol',
  'kind',
  'area',
  'giudizio',
  'text',
  'percentage',
  'accompagnamento',
  'revisionOn',
  'fiscalBenefits',
  'state',
  'definitiveOn',
  'annuls',
  'restores',
  'version',
] as const;

/** Columns about the person; all others are about the verbale. */
export const personColumns: ReadonlySet<string> = new Set(importColumns.slice(0, 6));
/** Columns that every file must have. */
export const requiredColumns: readonly string[] = importColumns.slice(0, 3);
