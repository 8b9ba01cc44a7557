import type { Policy } from '../../shared/policy.ts';
import { ageOn, romeDay } from '../../shared/rome-day.ts';
import type { Verdict } from '../../shared/verdict.ts';
import { evaluate, type RuleFacts } from '../policies/evaluate.ts';
import { type PolicyPlan, planOf } from '../policies/policy-plan.ts';
import type { StatusFacts } from '../registry/person-status.ts';

/** Everything that a decision may use. */
export type Facts =
  | {
      kind: 'known';
      status: StatusFacts;
      /** ISO date; decrypted only for policies that ask about ages. */
      birthDate?: string | undefined;
      /** The code shown is that of a valid Disability Card. */
      cardValid: boolean;
      /** The card carries the companion's "A". */
      cardCompanion?: boolean;
    }
  /** A Disability Card that is worth nothing (any more): it opens nothing, whatever is asked. */
  | { kind: 'cardEnded' }
  | { kind: 'unavailable' };

/**
 * Decides by one policy. Pure.
 *
 * `denied` only where the answer would be "no" whatever the silent areas held. Else `unconfirmed`:
 * `notInArchive` when all areas that the policy asks about are silent (no verbale, a court ruling, a paper
 * from before 2010), `notCoveredByArchive` when some have spoken and it is not enough for this gate.
 */
export function decide(facts: Facts, policy: Policy, now: Date): Verdict {
  if (facts.kind === 'unavailable') {
    return { outcome: 'unconfirmed', reason: 'unavailable' };
  }
  if (facts.kind === 'cardEnded') {
    return { outcome: 'denied', reason: 'notCovered' };
  }
  const plan = planOf(policy);
  const known = toRuleFacts(facts, now);
  switch (evaluate(plan.rule, known)) {
    case 'yes': {
      const { companion } = plan;
      // A companion of whom the archive does not know does not pass: the person does.
      const passes = companion !== undefined && evaluate(companion, known) === 'yes';
      return { outcome: 'granted', companion: passes };
    }
    case 'no':
      return { outcome: 'denied', reason: 'notCovered' };
    case 'unknown':
      return { outcome: 'unconfirmed', reason: silenceOf(plan, facts.status) };
  }
}

/** A person as the rules see them on the day, in Rome, of a time. Pure. */
export function toRuleFacts(
  { status, birthDate, cardValid, cardCompanion }: Facts & { kind: 'known' },
  now: Date,
): RuleFacts {
  const age = birthDate === undefined ? undefined : ageOn(birthDate, romeDay(now.getTime()));
  return { status, age, cardValid, cardCompanion };
}

function silenceOf({ areas }: PolicyPlan, status: StatusFacts) {
  for (const area of areas) {
    if (status[area] !== undefined) {
      return 'notCoveredByArchive';
    }
  }
  return 'notInArchive';
}

/**
 * Whether the answer to these facts could depend on the age, so that the birth date must be decrypted: a rule that
 * asks for minors is decided without it for whoever was never judged as one. Pure.
 */
export function needsBirthDate(policy: Policy, facts: Facts): boolean {
  const { ages, rule, companion } = planOf(policy);
  if (facts.kind !== 'known' || ages.length === 0) {
    return false;
  }
  const { status, cardValid, cardCompanion } = facts;
  const answers = new Set<string>();
  for (const age of ages) {
    const known = { status, age, cardValid, cardCompanion };
    const answer = evaluate(rule, known);
    // Nobody accompanies whoever does not pass.
    const passes =
      answer === 'yes' && companion !== undefined && evaluate(companion, known) === 'yes';
    answers.add(`${answer} ${passes}`);
  }
  return answers.size > 1;
}
