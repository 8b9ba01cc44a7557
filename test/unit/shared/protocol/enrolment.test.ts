import { describe, expect, test } from 'vitest';
import {
  enrolCodeSchema,
  formatEnrolCode,
  formatInvitation,
  makeEnrolCode,
  parseInvitation,
  safeServer,
} from '../../../../shared/protocol/enrolment-messages.ts';

const code = makeEnrolCode(new Uint8Array([0, 68, 50, 20, 199, 66, 84, 182, 53, 207]));

test('a code is made of its bytes, printed in fours, and read as people type it', () => {
  expect(code).toBe('0123456789ABCDEF');
  const printed = formatEnrolCode(code);
  expect(printed).toBe('0123-4567-89AB-CDEF');
  for (const typed of [
    printed,
    printed.toLowerCase(),
    ' o i23 4567 89ab cdef',
    'OL23456789ABCDEF',
  ]) {
    expect(enrolCodeSchema.parse(typed)).toBe(code);
  }
  for (const wrong of ['', '0123', `${code}0`, '0123456789ABCDEU', '0123-4567-89AB-CDÈF']) {
    expect(enrolCodeSchema.safeParse(wrong).success).toBe(false);
  }
});

describe('the text of an enrolment QR', () => {
  test.each(['https://varco.example.it', 'https://varco.example.it:8443', 'http://127.0.0.1:8080'])(
    '%s is read as it was written, in characters of the alphanumeric mode',
    (server) => {
      const text = formatInvitation({ server, code });
      expect(text).toMatch(/^[0-9A-Z $%*+\-./:]+$/);
      expect(parseInvitation(text)).toEqual({ server, code });
      expect(parseInvitation(`${text}\r\n`)).toEqual({ server, code });
    },
  );

  test.each([
    ['a credential', 'HTTPS://VARCO.EXAMPLE.IT/V/ABC'],
    ['a server in plain text', `VARCO-ENROL:HTTP://VARCO.EXAMPLE.IT/${code}`],
    ['another scheme', `VARCO-ENROL:FTP://VARCO.EXAMPLE.IT/${code}`],
    ['a user before the host', `VARCO-ENROL:HTTPS://A@VARCO.EXAMPLE.IT/${code}`],
    ['a longer path', `VARCO-ENROL:HTTPS://VARCO.EXAMPLE.IT/X/${code}`],
    ['a code too short', 'VARCO-ENROL:HTTPS://VARCO.EXAMPLE.IT/0123'],
  ])('%s is not one', (_name, text) => {
    expect(parseInvitation(text)).toBeUndefined();
  });

  test('a host that only looks like this machine is not', () => {
    expect(safeServer('http://127.0.0.1.example.it')).toBeUndefined();
    expect(safeServer('http://localhost:1/path')).toBe('http://localhost:1');
    expect(safeServer('nonsense')).toBeUndefined();
  });
});
