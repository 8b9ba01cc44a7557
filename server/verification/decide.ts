import type { Policy, Rule } from '../../shared/policy.ts';
import type { Verdict } from '../../shared/verdict.ts';
import type { StatusFacts } from '../registry/person-status.ts';
import { type Area, giudizi } from '../registry/verbale.ts';

/** All that a decision may look at. */
export type Facts =
  | {
      kind: 'known';
      status: StatusFacts;
      /** ISO date; only asked for by policies that ask about minors. */
      birthDate?: string;
      /** What was shown is a Disability Card that is valid. */
      cardValid: boolean;
      /** That card has the companion's "A". */
      cardCompanion?: boolean;
    }
  | { kind: 'unavailable' };

/** A term's answer. `unknown`: the archive has not spoken on it, which is never a "no" (domain §1). */
export type Ternary = 'yes' | 'no' | 'unknown';

/** Why a decision is what it is, for tests and for an audit of the policies; it never leaves the server. */
export interface Explanation {
  term: string;
  answer: Ternary;
  parts: Explanation[];
}

/**
 * Decides by one policy. Pure.
 *
 * When nothing that the policy asks about is in the archive (no verbale, a court ruling, a paper of
 * before 2010), the answer is `unconfirmed`; when the archive has spoken on some of it and that is not
 * enough, `denied`.
 */
export function decide(facts: Facts, policy: Policy, now: Date): Verdict {
  if (facts.kind === 'unavailable') {
    return { outcome: 'unconfirmed', reason: 'unavailable' };
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
 * A rule's answer: what {@link explain} says, without the explanation, since every gate waits for it. It
 * looks at every part also when one has decided, so that refusals take alike.
 */
function evaluate(facts: Facts & { kind: 'known' }, rule: Rule, now: Date): Ternary {
  if ('any' in rule || 'all' in rule) {
    const order = 'any' in rule ? anyOrder : allOrder;
    let rank = order.length - 1;
    for (const part of 'any' in rule ? rule.any : rule.all) {
      rank = Math.min(rank, order.indexOf(evaluate(facts, part, now)));
    }
    return order[rank] as Ternary;
  }
  return 'not' in rule ? opposite[evaluate(facts, rule.not, now)] : answerTerm(facts, rule, now);
}

/** The first of these that stands among the parts' answers is the whole's. */
const anyOrder: readonly Ternary[] = ['yes', 'no', 'unknown'];
const allOrder: readonly Ternary[] = ['no', 'unknown', 'yes'];
const opposite = { yes: 'no', no: 'yes', unknown: 'unknown' } as const;

/** Evaluates a rule and keeps what each part of it said. */
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
  return { term: textOf(rule), answer: answerTerm(facts, rule, now), parts: [] };
}

const termTexts = new WeakMap<Rule, string>();

/** A term's text; policies stay in memory, so it is made once. */
function textOf(rule: Rule): string {
  let text = termTexts.get(rule);
  if (text === undefined) {
    text = JSON.stringify(rule);
    termTexts.set(rule, text);
  }
  return text;
}

type Term = Exclude<Rule, { all: Rule[] } | { any: Rule[] } | { not: Rule }>;

function answerTerm(facts: Facts & { kind: 'known' }, term: Term, now: Date): Ternary {
  const { status } = facts;
  if ('area' in term) {
    const area = status[term.area as Area];
    return area ? toAnswer(area.recognised) : 'unknown';
  }
  if ('percentageAtLeast' in term) {
    const area = status.invaliditaCivile;
    // A minor's judgement has no percentage: the archive has spoken, and not of one.
    return area ? toAnswer((area.percentage ?? 0) >= term.percentageAtLeast) : 'unknown';
  }
  if ('giudizioIn' in term) {
    const wanted = term.giudizioIn;
    const asked = new Set(wanted.map((name) => giudizi[name as keyof typeof giudizi]?.area));
    const known = Object.entries(status).filter(([area]) => asked.has(area as Area));
    return known.length === 0
      ? 'unknown'
      : toAnswer(known.some(([, { giudizio }]) => wanted.includes(giudizio)));
  }
  if ('accompagnamento' in term) {
    const known = [status.invaliditaCivile, status.cecitaCivile].filter((area) => area);
    return known.length === 0
      ? 'unknown'
      : toAnswer(known.some((area) => area?.accompagnamento === true));
  }
  if ('fiscalBenefit' in term) {
    const known = Object.values(status);
    return known.length === 0
      ? 'unknown'
      : toAnswer(
          known.some(({ fiscalBenefits }) =>
            (fiscalBenefits as readonly string[]).includes(term.fiscalBenefit),
          ),
        );
  }
  if ('minor' in term) {
    return facts.birthDate === undefined ? 'unknown' : toAnswer(isMinor(facts.birthDate, now));
  }
  const shown = 'cardValid' in term ? facts.cardValid : facts.cardCompanion === true;
  return shown ? 'yes' : 'unknown';
}

function toAnswer(yes: boolean): Ternary {
  return yes ? 'yes' : 'no';
}

/** The first of `order` that stands among the answers; there is always one. */
function first(answers: readonly Ternary[], order: readonly Ternary[]): Ternary {
  return order.find((answer) => answers.includes(answer)) ?? 'unknown';
}

/** Under 18 on the day of `now` in UTC; who is born on 29 February comes of age on 1 March. */
function isMinor(birthDate: string, now: Date): boolean {
  const [year = 0, month = 1, day = 1] = birthDate.split('-').map(Number);
  return now.getTime() < Date.UTC(year + 18, month - 1, day);
}
