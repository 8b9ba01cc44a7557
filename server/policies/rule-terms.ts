import type { Rule } from '../../shared/policy.ts';
import { type Entailment, entails } from '../registry/entails.ts';
import { type Area, areas, giudizi, giudizioNames } from '../registry/verbale.ts';

/** A rule that is not made of others. */
export type Term = Exclude<Rule, { all: Rule[] } | { any: Rule[] } | { not: Rule }>;

/** `minor` means below this age. */
export const MAJORITY = 18;

/** The rights that a rule may ask for; each follows from the class alone. */
export const rights = [
  'accompagnamento',
  'comunicazione',
  'frequenza',
  'judgedAsMinor',
  'judgedAsElder',
] as const satisfies readonly (keyof Entailment)[];
export type Right = (typeof rights)[number];

const none: readonly Area[] = [];

/** In which areas a class may stand that entails a right. */
const areasOfRight: Readonly<Record<string, readonly Area[]>> = Object.fromEntries(
  rights.map((right) => {
    const classes = giudizioNames.filter(
      (giudizio) => entails({ giudizio, fiscalBenefits: [] })[right],
    );
    return [right, areasOfClasses(classes)];
  }),
);

const known = new WeakMap<Term, readonly Area[]>();

/** The areas that a term asks about, in their order; none for ages and cards. Computed once per term. */
export function areasOf(term: Term): readonly Area[] {
  let found = known.get(term);
  if (found === undefined) {
    found = findAreas(term);
    known.set(term, found);
  }
  return found;
}

function findAreas(term: Term): readonly Area[] {
  if ('giudizioIn' in term) {
    return areasOfClasses(term.giudizioIn);
  }
  if ('percentageAtLeast' in term) {
    return ['invaliditaCivile'];
  }
  if ('fiscalBenefit' in term) {
    // A verbale of any area may bear the mark.
    return term.area === undefined ? areas : onlyArea(term.area);
  }
  if ('area' in term) {
    return onlyArea(term.area);
  }
  if ('entails' in term || 'accompagnamento' in term) {
    return areasOfRight['entails' in term ? term.entails : 'accompagnamento'] ?? none;
  }
  return none;
}

function onlyArea(name: string): readonly Area[] {
  return areas.filter((area) => area === name);
}

function areasOfClasses(classes: readonly string[]): readonly Area[] {
  const asked = new Set(
    giudizioNames.filter((name) => classes.includes(name)).map((name) => giudizi[name].area),
  );
  return areas.filter((area) => asked.has(area));
}
