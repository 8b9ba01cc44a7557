import { type DestinationStream, type Logger, pino } from 'pino';
import { redact } from '../shared/redact.ts';

export type Log = Logger;

/** Fields that are redacted at any depth of a logged object. */
const secretFields = [
  'codiceFiscale',
  'credential',
  'credentialId',
  'verdict',
  'email',
  'mobile',
  'birthDate',
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
