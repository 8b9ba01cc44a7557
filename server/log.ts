import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

/** Fields that are never written, wherever they stand in a logged object. */
const secretFields = [
  'codiceFiscale',
  'credential',
  'credentialId',
  'verdict',
  'email',
  'mobile',
  'birthDate',
];

/**
 * What looks like a codice fiscale (omocodia too), a credential's URL or a credential's id is masked in
 * the finished line, so that also a message or a stack that quotes one leaks nothing.
 */
const secretShapes: readonly [RegExp, string][] = [
  [
    /\b[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]\b/gi,
    '[codice fiscale]',
  ],
  [/\/v\/\d+\/[a-z0-9]+/gi, '/v/[credential]'],
  [/\b[0-9a-f]{32}\b/g, '[id]'],
];

/** The server's log: JSON lines, redacted in the logger itself. */
export function createLog(options: { level: string; destination: DestinationStream }): Log {
  return pino(
    {
      level: options.level,
      base: null,
      redact: {
        paths: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
        censor: '[redacted]',
      },
    },
    { write: (line) => options.destination.write(redact(line)) },
  );
}

/** A line without what looks secret. */
export function redact(line: string): string {
  return secretShapes.reduce((text, [shape, mask]) => text.replace(shape, mask), line);
}
