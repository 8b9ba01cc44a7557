import fc from 'fast-check';
import { stdnum } from 'stdnum';
import { describe, expect, test } from 'vitest';
import { parse } from '../../../../shared/codice-fiscale/parse.ts';
import { arbitraryCode, arbitraryProvisional } from '../../../support/codice-fiscale/arbitrary.ts';

const today = '2026-11-22';
const characters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const theirs = (code: string) => stdnum.IT?.codicefiscale?.validate(code).isValid;
const partitaIva = (code: string) => stdnum.IT?.iva?.validate(code).isValid;

/**
 * stdnum is right about lengths, kinds of character and the check character, and knows nothing of
 * days, names and places. So: what it refuses we refuse, and what we accept it accepts.
 */
describe('against stdnum', () => {
  test('valid codes are valid to both', () => {
    fc.assert(
      fc.property(arbitraryCode, (code) => {
        expect(theirs(code)).toBe(true);
        expect(parse(code, { today }).ok).toBe(true);
      }),
    );
  });

  test('what it refuses we refuse, for a reason that it knows', () => {
    const known = ['checkCharacter', 'digitForLetter', 'letterForDigit', 'monthLetter', 'length'];
    fc.assert(
      fc.property(
        arbitraryCode,
        fc.nat(15),
        fc.constantFrom('', ...characters),
        (code, position, character) => {
          const changed = code.slice(0, position) + character + code.slice(position + 1);
          const result = parse(changed, { today });
          const reasons = result.ok ? [] : result.problems.map((problem) => problem.code);
          expect(reasons.some((reason) => known.includes(reason))).toBe(!theirs(changed));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('the control digit of 11 digits is that of the partita IVA', () => {
    fc.assert(
      fc.property(arbitraryProvisional, fc.nat(9), (code, digit) => {
        const changed = code.slice(0, 10) + String(digit);
        expect(parse(changed, { today }).ok).toBe(partitaIva(changed));
      }),
    );
  });
});
