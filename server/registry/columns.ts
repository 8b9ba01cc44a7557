/**
 * The columns of a CSV file and the fields of an NDJSON line; the first three are required. A row
 * without `protocol` brings a person and no verbale. In CSV, `fiscalBenefits` are separated by blanks
 * and `accompagnamento` is `true` or `false`.
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
] as const;

/** Those of the person; the others are the verbale's. */
export const personColumns: ReadonlySet<string> = new Set(importColumns.slice(0, 6));
/** What a file must have. */
export const requiredColumns: readonly string[] = importColumns.slice(0, 3);
