import type { Policy, Rule } from '../../shared/policy.ts';
import type { Verdict } from '../../shared/verdict.ts';
import type { AreaFacts, StatusFacts } from '../registry/person-status.ts';
import { giudizi } from '../registry/verbale.ts';

/** Everything that a decision may use. */
export type Facts =
  | {
      kind: 'known';
      status: StatusFacts;
      /** ISO date; decrypted only for policies that ask about minors. */
      birthDate?: string | undefined;
      /** The code shown is that of a valid Disability Card. */
      cardValid: boolean;
      /** The card carries the companion's "A". */
      cardCompanion?: boolean;
    }
  /** A Disability Card that is worth nothing (any more): it opens nothing, whatever is asked. */
  | { kind: 'cardEnded' }
  | { kind: 'unavailable' };

/** The value of a term. `unknown` means that the archive says nothing, which is never a "no" (domain §1). */
export type Ternary = 'yes' | 'no' | 'unknown';

/** How a rule came to its value, for tests and policy audits; it never leaves the server. */
export interface Explanation {
  term: string;
  answer: Ternary;
  parts: Explanation[];
}

/**
 * Decides by one policy. Pure.
 *
 * `unconfirmed` means that the archive has nothing the policy asks about (no verbale, a court ruling, a
 * paper from before 2010); `denied`, that the archive does have some of it and it does not suffice.
 */
export function decide(facts: Facts, policy: Policy, now: Date): Verdict {
  if (facts.kind === 'unavailable') {
    return { outcome: 'unconfirmed', reason: 'unavailable' };
  }
  if (facts.kind === 'cardEnded') {
    return { outcome: 'denied', reason: 'notCovered' };
  }
  switch (evaluate(facts, policy.rule, now)) {
    case 'yes': {
      const { companion } = policy;
      const passes = companion !== undefined && evaluate(facts, companion, now) === 'yes';
      return { outcome: 'granted', companion: passes };
    }
    case 'no':
      return { outcome: 'denied', reason: 'notCovered' };
    case 'unknown':
      return { outcome: 'unconfirmed', reason: 'notInArchive' };
  }
}

/**
 * Evaluates a rule to the same value as {@link explain}, without the explanation, since every gate waits
 * for it. It evaluates all parts even when one has decided, so that timing does not tell refusals apart.
 */
function evaluate(facts: Facts & { kind: 'known' }, rule: Rule, now: Date): Ternary {
  if ('any' in rule || 'all' in rule) {
    const order = 'any' in rule ? anyOrder : allOrder;
    let rank = order.length - 1;
    for (const part of 'any' in rule ? rule.any : rule.all) {
      rank = Math.min(rank, order.indexOf(evaluate(facts, part, now)));
    }
    return order[rank] ?? 'unknown';
  }
  return 'not' in rule ? opposite[evaluate(facts, rule.not, now)] : evaluateTerm(facts, rule, now);
}

/** Precedence: the earliest of these among the values of the parts is the value of the whole. */
const anyOrder: readonly Ternary[] = ['yes', 'no', 'unknown'];
const allOrder: readonly Ternary[] = ['no', 'unknown', 'yes'];
const opposite = { yes: 'no', no: 'yes', unknown: 'unknown' } as const;

/** Evaluates a rule and keeps the value of each part. */
export function explain(facts: Facts & { kind: 'known' }, rule: Rule, now: Date): Explanation {
  if ('all' in rule || 'any' in rule) {
    const parts = ('all' in rule ? rule.all : rule.any).map((part) => explain(facts, part, now));
    const answers = parts.map(({ answer }) => answer);
    return 'all' in rule
      ? { term: 'all', answer: first(answers, allOrder), parts }
      : { term: 'any', answer: first(answers, anyOrder), parts };
  }
  if ('not' in rule) {
    const part = explain(facts, rule.not, now);
    return { term: 'not', answer: opposite[part.answer], parts: [part] };
  }
  return { term: textOf(rule), answer: evaluateTerm(facts, rule, now), parts: [] };
}

const minorPolicies = new WeakMap<Policy, boolean>();

/** Whether a policy asks about minors and so needs the birth date; computed once per policy. */
export function needsBirthDate(policy: Policy): boolean {
  let needs = minorPolicies.get(policy);
  if (needs === undefined) {
    needs = JSON.stringify(policy).includes('"minor":true');
    minorPolicies.set(policy, needs);
  }
  return needs;
}

const termTexts = new WeakMap<Rule, string>();

/** A term's text, cached because policies stay in memory. */
function textOf(rule: Rule): string {
  let text = termTexts.get(rule);
  if (text === undefined) {
    text = JSON.stringify(rule);
    termTexts.set(rule, text);
  }
  return text;
}

const areaOfGiudizio: ReadonlyMap<string, string> = new Map(
  Object.entries(giudizi).map(([name, { area }]) => [name, area]),
);

type Term = Exclude<Rule, { all: Rule[] } | { any: Rule[] } | { not: Rule }>;

function evaluateTerm(facts: Facts & { kind: 'known' }, term: Term, now: Date): Ternary {
  const status: Readonly<Record<string, AreaFacts | undefined>> = facts.status;
  if ('area' in term) {
    const area = status[term.area];
    return area ? toTernary(area.recognised) : 'unknown';
  }
  if ('percentageAtLeast' in term) {
    const area = status.invaliditaCivile;
    // A minor's giudizio has no percentage: the archive does say something, just not a percentage.
    return area ? toTernary((area.percentage ?? 0) >= term.percentageAtLeast) : 'unknown';
  }
  if ('giudizioIn' in term) {
    const wanted = term.giudizioIn;
    const asked = new Set(wanted.map((name) => areaOfGiudizio.get(name)));
    const known = Object.entries(facts.status).filter(([area]) => asked.has(area));
    return known.length === 0
      ? 'unknown'
      : toTernary(known.some(([, { giudizio }]) => wanted.includes(giudizio)));
  }
  if ('accompagnamento' in term) {
    const known = [status.invaliditaCivile, status.cecitaCivile].filter((area) => area);
    return known.length === 0
      ? 'unknown'
      : toTernary(known.some((area) => area?.accompagnamento === true));
  }
  if ('fiscalBenefit' in term) {
    const known = Object.values(facts.status);
    return known.length === 0
      ? 'unknown'
      : toTernary(
          known.some(({ fiscalBenefits }) =>
            fiscalBenefits.some((benefit) => benefit === term.fiscalBenefit),
          ),
        );
  }
  if ('minor' in term) {
    return facts.birthDate === undefined ? 'unknown' : toTernary(isMinor(facts.birthDate, now));
  }
  const shown = 'cardValid' in term ? facts.cardValid : facts.cardCompanion === true;
  return shown ? 'yes' : 'unknown';
}

function toTernary(yes: boolean): Ternary {
  return yes ? 'yes' : 'no';
}

/** The earliest of `order` among the answers. */
function first(answers: readonly Ternary[], order: readonly Ternary[]): Ternary {
  return order.find((answer) => answers.includes(answer)) ?? 'unknown';
}

/** Under 18 on the day of `now` in UTC; somebody born on 29 February comes of age on 1 March. */
function isMinor(birthDate: string, now: Date): boolean {
  const [year = 0, month = 1, day = 1] = birthDate.split('-').map(Number);
  return now.getTime() < Date.UTC(year + 18, month - 1, day);
}
