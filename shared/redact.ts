/**
 * What looks like a codice fiscale (omocodia too), a credential's URL or a credential's id is masked in
 * the finished line, so that even a message or a stack trace that quotes one leaks nothing.
 */
const secretShapes: readonly [RegExp, string][] = [
  [
    /\b[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]\b/gi,
    '[codice fiscale]',
  ],
  [/\/v\/\d+\/[a-z0-9]+/gi, '/v/[credential]'],
  [/\b[0-9a-f]{32}\b/g, '[id]'],
];

/** The line with everything that looks secret masked. */
export function redact(line: string): string {
  return secretShapes.reduce((text, [shape, mask]) => text.replace(shape, mask), line);
}
