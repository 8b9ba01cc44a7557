import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isValid } from '../../../../shared/codice-fiscale/check.ts';
import { parse } from '../../../../shared/codice-fiscale/parse.ts';
import { arbitraryCode, arbitraryProvisional } from '../../../support/codice-fiscale/arbitrary.ts';
import { isValidSlowly } from '../../../support/codice-fiscale/reference.ts';

const today = '2026-11-22';
const characters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const at = (position: number, character: string, code: string) =>
  code.slice(0, position) + character + code.slice(position + 1);

/** What parse says, having checked that the bare check and the slow rules say the same. */
function verdict(code: string): boolean {
  const result = parse(code, { today });
  expect(isValid(code, { today })).toBe(result.ok);
  const unlisted = result.ok && result.warnings.some((warning) => warning.code === 'placeUnlisted');
  if (!unlisted) {
    expect(result.ok).toBe(isValidSlowly(code));
  }
  return result.ok;
}

describe('properties', () => {
  test('every composed code is valid', () => {
    fc.assert(
      fc.property(arbitraryCode, (code) => {
        expect(verdict(code)).toBe(true);
      }),
    );
  });

  test('any single substitution is refused or is itself fully valid', () => {
    fc.assert(
      fc.property(
        arbitraryCode,
        fc.nat(15),
        fc.constantFrom(...characters),
        (code, position, character) => void verdict(at(position, character, code)),
      ),
      { numRuns: 2000 },
    );
  });

  test('another letter for a letter is always refused', () => {
    fc.assert(
      fc.property(
        arbitraryCode,
        fc.nat(15),
        fc.constantFrom(...characters.slice(10)),
        (code, position, letter) => {
          fc.pre(/[A-Z]/.test(code.charAt(position)) && code.charAt(position) !== letter);
          expect(verdict(at(position, letter, code))).toBe(false);
        },
      ),
    );
  });

  test('any swap of neighbours is refused or is itself fully valid', () => {
    fc.assert(
      fc.property(arbitraryCode, fc.nat(14), (code, position) => {
        const [one, other] = [code.charAt(position), code.charAt(position + 1)];
        void verdict(at(position + 1, one, at(position, other, code)));
      }),
      { numRuns: 2000 },
    );
  });

  test('every single digit changed in a provisional code is refused', () => {
    fc.assert(
      fc.property(arbitraryProvisional, fc.nat(10), fc.nat(9), (code, position, digit) => {
        expect(parse(code, { today }).ok).toBe(true);
        fc.pre(code.charAt(position) !== String(digit));
        expect(parse(at(position, String(digit), code), { today }).ok).toBe(false);
        expect(isValid(at(position, String(digit), code), { today })).toBe(false);
      }),
    );
  });

  test('nothing makes it throw, and the bare check always agrees', () => {
    const pieces = fc.oneof(
      fc.string({ unit: 'binary' }),
      arbitraryCode,
      fc.constantFrom(' ', '*', ']A0', '\u00a0', '-', '\ud800', 'ſ', 'O'),
      fc.stringMatching(/^[A-Z0-9]{0,18}$/),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 4 }), (parts) => {
        const input = parts.join('');
        const result = parse(input, { today });
        expect(isValid(input, { today })).toBe(result.ok);
        expect(result.ok || result.problems.length > 0).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('case and separators never matter', () => {
    const separators = fc.array(fc.constantFrom('', ' ', '-', '.', '/', '\u00a0', '\t'), {
      minLength: 16,
      maxLength: 16,
    });
    fc.assert(
      fc.property(arbitraryCode, separators, (code, between) => {
        const input = Array.from(code, (each, place) => each.toLowerCase() + between[place]).join(
          '',
        );
        expect(parse(input, { today })).toMatchObject({ ok: true, code });
      }),
    );
  });

  test('a problem never reveals the code', () => {
    fc.assert(
      fc.property(arbitraryCode, fc.nat(15), (code, position) => {
        const result = parse(at(position, '#', code), { today });
        expect(JSON.stringify(result.ok || result.problems)).not.toContain(code.slice(0, 3));
      }),
    );
  });
});
