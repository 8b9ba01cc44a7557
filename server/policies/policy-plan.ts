import { VarcoError } from '../../shared/errors.ts';
import type { Policy, Rule } from '../../shared/policy.ts';
import type { Area } from '../registry/verbale.ts';
import { namedRules } from './named-rules.ts';
import { areasOf, MAJORITY, type Term } from './rule-terms.ts';

/** A policy as it is evaluated: its rules without names, and what they need to know. */
export interface PolicyPlan {
  rule: Rule;
  companion: Rule | undefined;
  /** The areas that the rule asks about. */
  areas: ReadonlySet<Area>;
  /**
   * One age, in completed years, of each span in which no age term changes its value; empty where the policy
   * asks about none.
   */
  ages: readonly number[];
}

const plans = new WeakMap<Policy, PolicyPlan>();

/** The plan of a policy, made once. @throws VarcoError `ruleRefUnknown`, `ruleRefCircle`, `ruleTooLarge`. */
export function planOf(policy: Policy): PolicyPlan {
  let plan = plans.get(policy);
  if (plan === undefined) {
    plan = toPlan(policy);
    plans.set(policy, plan);
  }
  return plan;
}

function toPlan({ rule, companion, rules }: Policy): PolicyPlan {
  const resolved = withoutRefs(rule, rules);
  const resolvedCompanion = companion && withoutRefs(companion, rules);
  const areas = new Set<Area>();
  for (const term of leavesOf(resolved)) {
    for (const area of areasOf(term)) {
      areas.add(area);
    }
  }
  const all = [...leavesOf(resolved), ...(resolvedCompanion ? leavesOf(resolvedCompanion) : [])];
  return { rule: resolved, companion: resolvedCompanion, areas, ages: agesOf(all) };
}

/** An age of each span between the limits that terms name: each limit, and what is below all. */
function agesOf(terms: readonly Term[]): number[] {
  const limits = terms.flatMap((term) => {
    if ('ageAtLeast' in term) {
      return [term.ageAtLeast];
    }
    return 'ageBelow' in term ? [term.ageBelow] : 'minor' in term ? [MAJORITY] : [];
  });
  return limits.length === 0 ? [] : [...new Set([0, ...limits])];
}

/** Terms of a rule once its names are replaced: names of names could otherwise grow without end. */
const TERMS_MAX = 1_000;

/** How names are replaced: by which rules, within which names, and how many terms more there may be. */
interface Replacing {
  own: Readonly<Record<string, Rule>>;
  open: readonly string[];
  left: { terms: number };
}

/**
 * The same rule with every name replaced by what it stands for. Pure.
 *
 * @param own rules of the policy, which win over those that varco ships.
 * @throws VarcoError `ruleRefUnknown`, `ruleRefCircle`, `ruleTooLarge`.
 */
export function withoutRefs(rule: Rule, own: Policy['rules'] = {}): Rule {
  return replaceRefs(rule, { own, open: [], left: { terms: TERMS_MAX } });
}

function replaceRefs(rule: Rule, replacing: Replacing): Rule {
  const { own, open, left } = replacing;
  const replace = (part: Rule) => replaceRefs(part, replacing);
  if ('all' in rule) {
    return { all: rule.all.map(replace) };
  }
  if ('any' in rule) {
    return { any: rule.any.map(replace) };
  }
  if ('not' in rule) {
    return { not: replace(rule.not) };
  }
  left.terms -= 1;
  if (left.terms < 0) {
    throw new VarcoError('ruleTooLarge', `A rule has more than ${TERMS_MAX} terms`);
  }
  if (!('ref' in rule)) {
    return rule;
  }
  const { ref } = rule;
  if (open.includes(ref)) {
    const circle = [...open.slice(open.indexOf(ref)), ref].join(' → ');
    throw new VarcoError('ruleRefCircle', `Rules refer to each other: ${circle}`);
  }
  const named = Object.hasOwn(own, ref) ? own[ref] : shippedRule(ref);
  if (named === undefined) {
    throw new VarcoError('ruleRefUnknown', `There is no rule of the name ${ref}`);
  }
  return replaceRefs(named, { own, open: [...open, ref], left });
}

function shippedRule(name: string): Rule | undefined {
  return Object.hasOwn(namedRules, name) ? namedRules[name] : undefined;
}

/** The terms of a rule without names. */
function leavesOf(rule: Rule): Term[] {
  if ('all' in rule || 'any' in rule) {
    return ('all' in rule ? rule.all : rule.any).flatMap(leavesOf);
  }
  return 'not' in rule ? leavesOf(rule.not) : [rule];
}
