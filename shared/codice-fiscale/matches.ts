import type { ParseOptions } from './check.ts';
import { nameTriplet, type Person, surnameTriplet } from './compose.ts';
import { lettersOf } from './latin.ts';
import { type Parsed, parse, type Refused } from './parse.ts';

/** A part of a person's data that the code does not agree with. */
export type Part = 'surname' | 'name' | 'birthDate' | 'sex' | 'place';

/**
 * How a code and a person's data agree.
 *
 * - `invalid`: the code is refused.
 * - `incomparable`: a provisional code says nothing of a person.
 * - `compared`: `differences` are of the name, and a reason to stop. `warnings` are of the birth: a
 *   registry keeps the code it gave even if it had the date or the place wrong, so they are to be
 *   looked at and no more.
 */
export type Match =
  | { outcome: 'invalid'; problems: Refused['problems'] }
  | { outcome: 'incomparable' }
  | { outcome: 'compared'; matches: boolean; differences: Part[]; warnings: Part[] };

/**
 * Compares a code with the data of the person it should belong to, for issuing and import. The code is
 * compared as it is; omocodia does not matter to any part. Parts that are not given are not compared.
 * `ü` is accepted as `U` and as `UE`, and of several given names the first alone as well as all.
 *
 * @example matches('MLLNNA80A41H501U', { surname: 'Müller', name: 'Anna' })
 */
export function matches(code: string, person: Partial<Person>, options: ParseOptions = {}): Match {
  const parsed = parse(code, options);
  if (!parsed.ok) {
    return { outcome: 'invalid', problems: parsed.problems };
  }
  if (parsed.facts.kind === 'provisional') {
    return { outcome: 'incomparable' };
  }
  const differences: Part[] = [];
  if (person.surname !== undefined && !surnameFits(person.surname, parsed)) {
    differences.push('surname');
  }
  if (person.name !== undefined && !nameFits(person.name, parsed)) {
    differences.push('name');
  }
  const warnings: Part[] = [];
  const { birthDates, sex, place } = parsed.facts;
  if (person.birthDate !== undefined && !birthDates.includes(person.birthDate)) {
    warnings.push('birthDate');
  }
  if (person.sex !== undefined && person.sex !== sex) {
    warnings.push('sex');
  }
  if (person.place !== undefined && person.place.toUpperCase() !== place.code) {
    warnings.push('place');
  }
  return { outcome: 'compared', matches: differences.length === 0, differences, warnings };
}

function surnameFits(surname: string, parsed: Parsed): boolean {
  return lettersOf(surname).some((letters) => surnameTriplet(letters) === parsed.code.slice(0, 3));
}

function nameFits(name: string, parsed: Parsed): boolean {
  const [first = ''] = name.trim().split(/[\s,]+/);
  return [name, first]
    .flatMap(lettersOf)
    .some((letters) => nameTriplet(letters) === parsed.code.slice(3, 6));
}
