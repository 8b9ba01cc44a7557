import type { Rule } from '../../shared/policy.ts';
import { entails } from '../registry/entails.ts';
import type { AreaFacts, StatusFacts } from '../registry/person-status.ts';
import { areas } from '../registry/verbale.ts';
import { areasOf, MAJORITY, type Right, type Term } from './rule-terms.ts';

/** What a rule may use of a person, on one day. */
export interface RuleFacts {
  status: StatusFacts;
  /** Completed years; unknown where nobody asked for the birth date. */
  age?: number | undefined;
  /** The code shown is that of a valid Disability Card. */
  cardValid: boolean;
  /** The card carries the companion's "A". */
  cardCompanion?: boolean | undefined;
}

/** The value of a term. `unknown` means that the archive says nothing, which is never a "no" (domain §1). */
export type Ternary = 'yes' | 'no' | 'unknown';

/** How a rule came to its value, for tests and policy trials; it never leaves the server. */
export interface Explanation {
  term: string;
  answer: Ternary;
  parts: Explanation[];
}

/**
 * Evaluates a rule by Kleene's three-valued logic: a silent area decides nothing, whatever the others say.
 * Pure. It evaluates all parts even when one has decided, so that timing does not tell refusals apart.
 *
 * @param rule without `ref`: see `planOf`.
 */
export function evaluate(rule: Rule, facts: RuleFacts): Ternary {
  if ('any' in rule || 'all' in rule) {
    const order = 'any' in rule ? anyOrder : allOrder;
    let rank = order.length - 1;
    for (const part of 'any' in rule ? rule.any : rule.all) {
      rank = Math.min(rank, order.indexOf(evaluate(part, facts)));
    }
    return order[rank] ?? 'unknown';
  }
  return 'not' in rule ? opposite[evaluate(rule.not, facts)] : evaluateTerm(rule, facts);
}

/** Precedence: the earliest of these among the values of the parts is the value of the whole. */
const anyOrder: readonly Ternary[] = ['yes', 'unknown', 'no'];
const allOrder: readonly Ternary[] = ['no', 'unknown', 'yes'];
const opposite = { yes: 'no', no: 'yes', unknown: 'unknown' } as const;

/** Evaluates a rule to the same value as {@link evaluate}, and keeps the value of each part. */
export function explain(rule: Rule, facts: RuleFacts): Explanation {
  if ('all' in rule || 'any' in rule) {
    const term = 'all' in rule ? 'all' : 'any';
    const parts = ('all' in rule ? rule.all : rule.any).map((part) => explain(part, facts));
    return { term, answer: evaluate(rule, facts), parts };
  }
  if ('not' in rule) {
    return { term: 'not', answer: evaluate(rule, facts), parts: [explain(rule.not, facts)] };
  }
  return { term: JSON.stringify(rule), answer: evaluateTerm(rule, facts), parts: [] };
}

function evaluateTerm(term: Term, facts: RuleFacts): Ternary {
  if ('ageAtLeast' in term) {
    return ageTerm(facts, (age) => age >= term.ageAtLeast);
  }
  if ('ageBelow' in term || 'minor' in term) {
    const limit = 'minor' in term ? MAJORITY : term.ageBelow;
    return ageTerm(facts, (age) => age < limit);
  }
  if ('cardValid' in term || 'cardCompanion' in term) {
    return cardTerm(term, facts);
  }
  if ('ref' in term) {
    return 'unknown';
  }
  const says = judgementTest(term);
  const asked = areasOf(term);
  // A name that nobody knows says nothing; `checkPolicy` lets none in.
  let answer: Ternary = asked.length === 0 ? 'unknown' : 'no';
  for (const area of asked) {
    const judgement = facts.status[area];
    if (judgement === undefined) {
      answer = answer === 'yes' ? 'yes' : 'unknown';
    } else if (says(judgement)) {
      answer = 'yes';
    }
  }
  return answer;
}

type JudgementTerm = Exclude<
  Term,
  | { ageAtLeast: number }
  | { ageBelow: number }
  | { minor: true }
  | { cardValid: true }
  | { cardCompanion: true }
  | { ref: string }
>;

/** What a judgement must say for a term to hold; one that says it in any of its areas is enough. */
function judgementTest(term: JudgementTerm): (judgement: AreaFacts) => boolean {
  if ('giudizioIn' in term) {
    const { giudizioIn: wanted } = term;
    return ({ giudizio }) => wanted.includes(giudizio);
  }
  if ('percentageAtLeast' in term) {
    // A minor's giudizio has no percentage: the archive does say something, just not a percentage.
    return ({ percentage = 0 }) => percentage >= term.percentageAtLeast;
  }
  if ('fiscalBenefit' in term) {
    return ({ fiscalBenefits }) => fiscalBenefits.some((mark) => mark === term.fiscalBenefit);
  }
  if ('area' in term) {
    return (judgement) => entails(judgement).recognised;
  }
  const right = 'accompagnamento' in term ? 'accompagnamento' : term.entails;
  return (judgement) => entails(judgement)[right as Right] === true;
}

function ageTerm({ age }: RuleFacts, holds: (age: number) => boolean): Ternary {
  return age === undefined ? 'unknown' : holds(age) ? 'yes' : 'no';
}

/**
 * A card that was shown says so itself. Where none was, nobody knows whether there is one at home, unless
 * the archive has judged in every area and nothing that it says entitles to a card.
 */
function cardTerm(term: Term, { status, cardValid, cardCompanion }: RuleFacts): Ternary {
  if (cardValid) {
    return 'cardValid' in term || cardCompanion === true ? 'yes' : 'no';
  }
  const isNeverDue = areas.every((area) => {
    const judgement = status[area];
    return judgement !== undefined && !entails(judgement).disabilityCard;
  });
  return isNeverDue ? 'no' : 'unknown';
}
