import { z } from 'zod';
import type { ErrorCode } from '../../shared/error-codes.ts';
import { VarcoError } from '../../shared/errors.ts';
import { keysOf } from '../../shared/keys-of.ts';
import { type Policy, policySchema, type Rule } from '../../shared/policy.ts';
import { areas, fiscalBenefits, giudizioNames } from '../registry/verbale.ts';
import { planOf, withoutRefs } from './policy-plan.ts';
import { rights } from './rule-terms.ts';

/** A rule nested deeper than this is nobody's; it could exhaust the stack. */
const DEPTH_MAX = 12;
const PROBLEMS_MAX = 20;

/** What is wrong with a policy, and where: `rule.any[2].giudizioIn[0]`. */
export interface PolicyProblem {
  code: ErrorCode;
  path: string;
  message: string;
}

/** A policy as people hand it in: it says where it was read, and may leave the version to the server. */
const newPolicySchema = policySchema.extend({
  version: policySchema.shape.version.optional(),
  sources: policySchema.shape.sources.unwrap(),
});

/**
 * Checks a policy at the door: everything that it names must exist, and some person must be able to meet it.
 *
 * @param nextVersion the version of a policy that names none.
 * @throws VarcoError with the code of the first problem, and every problem in its message, one a line.
 */
export function checkPolicy(input: unknown, nextVersion = 1): Policy {
  const problems = [...problemsOf(input)].slice(0, PROBLEMS_MAX);
  const [first] = problems;
  if (first) {
    const lines = problems.map(({ code, path, message }) => `${path}: ${message} (${code})`);
    throw new VarcoError(first.code, lines.join('\n'));
  }
  const parsed = newPolicySchema.safeParse(input);
  if (!parsed.success) {
    throw new VarcoError('policyInvalid', z.prettifyError(parsed.error));
  }
  const policy: Policy = { ...parsed.data, version: parsed.data.version ?? nextVersion };
  if (policy.validTo !== undefined && policy.validTo < policy.validFrom) {
    throw new VarcoError('policyInvalid', 'validTo: is before validFrom');
  }
  for (const name of Object.keys(policy.rules ?? {})) {
    mustBeMet(`rules.${name}`, withoutRefs({ ref: name }, policy.rules));
  }
  const { rule, companion } = planOf(policy);
  mustBeMet('rule', rule);
  if (companion) {
    mustBeMet('companion', companion);
  }
  return policy;
}

/** The rules of a policy, before anybody knows that it is one. */
function* problemsOf(input: unknown): Generator<PolicyProblem> {
  if (!isObject(input)) {
    yield { code: 'policyInvalid', path: 'policy', message: 'is not an object' };
    return;
  }
  yield* problemsIn(input.rule, 'rule', 0);
  if (input.companion !== undefined) {
    yield* problemsIn(input.companion, 'companion', 0);
  }
  if (isObject(input.rules)) {
    for (const [name, rule] of Object.entries(input.rules)) {
      yield* problemsIn(rule, `rules.${name}`, 0);
    }
  }
}

/** What each term may name; the others have no names to check. */
const termNames: Readonly<Record<string, { code: ErrorCode; names: readonly string[] } | null>> = {
  area: { code: 'ruleAreaUnknown', names: areas },
  giudizioIn: { code: 'ruleClassUnknown', names: giudizioNames },
  fiscalBenefit: { code: 'ruleBenefitUnknown', names: keysOf(fiscalBenefits) },
  entails: { code: 'ruleRightUnknown', names: rights },
  ref: null,
  percentageAtLeast: null,
  ageAtLeast: null,
  ageBelow: null,
  cardValid: null,
  cardCompanion: null,
  accompagnamento: null,
  minor: null,
};

function* problemsIn(rule: unknown, path: string, depth: number): Generator<PolicyProblem> {
  if (depth > DEPTH_MAX) {
    yield { code: 'ruleTooLarge', path, message: `is nested deeper than ${DEPTH_MAX}` };
  } else if (!isObject(rule)) {
    yield { code: 'ruleTermUnknown', path, message: 'is not a term' };
  } else if ('all' in rule || 'any' in rule) {
    const name = 'all' in rule ? 'all' : 'any';
    const parts = rule[name];
    for (const [index, part] of (Array.isArray(parts) ? parts : []).entries()) {
      yield* problemsIn(part, `${path}.${name}[${index}]`, depth + 1);
    }
  } else if ('not' in rule) {
    yield* problemsIn(rule.not, `${path}.not`, depth + 1);
  } else {
    yield* problemsOfTerm(rule, path);
  }
}

function* problemsOfTerm(term: Record<string, unknown>, path: string): Generator<PolicyProblem> {
  const unknown = Object.keys(term).filter((name) => !Object.hasOwn(termNames, name));
  if (unknown.length > 0 || Object.keys(term).length === 0) {
    const message = `has no known term: ${unknown.join(', ') || 'it is empty'}`;
    yield { code: 'ruleTermUnknown', path, message };
  }
  for (const [name, value] of Object.entries(term)) {
    const known = termNames[name];
    for (const [index, one] of (known ? [value].flat() : []).entries()) {
      if (known && !known.names.includes(String(one))) {
        const place = Array.isArray(value) ? `${path}.${name}[${index}]` : `${path}.${name}`;
        yield { code: known.code, path: place, message: `there is no ${JSON.stringify(one)}` };
      }
    }
  }
  if (typeof term.ageBelow === 'number' && term.ageBelow < 1) {
    yield { code: 'ruleAgeEmpty', path: `${path}.ageBelow`, message: 'nobody is that young' };
  }
}

/** @throws VarcoError `ruleAgeEmpty`. */
function mustBeMet(path: string, rule: Rule): void {
  for (const all of conjunctionsOf(rule)) {
    const { from, below } = agesOf(all);
    if (from >= below) {
      const message = `${path}: nobody is at least ${from} and below ${below} (ruleAgeEmpty)`;
      throw new VarcoError('ruleAgeEmpty', message);
    }
  }
}

function conjunctionsOf(rule: Rule): Rule[] {
  if ('all' in rule) {
    return [rule, ...rule.all.flatMap(conjunctionsOf)];
  }
  if ('any' in rule) {
    return rule.any.flatMap(conjunctionsOf);
  }
  return 'not' in rule ? conjunctionsOf(rule.not) : [];
}

/** The ages that all parts of a conjunction leave. */
function agesOf(rule: Rule): { from: number; below: number } {
  if ('all' in rule) {
    const parts = rule.all.map(agesOf);
    return {
      from: Math.max(...parts.map(({ from }) => from)),
      below: Math.min(...parts.map(({ below }) => below)),
    };
  }
  return {
    from: 'ageAtLeast' in rule ? rule.ageAtLeast : 0,
    below: 'ageBelow' in rule ? rule.ageBelow : 'minor' in rule ? 18 : Number.POSITIVE_INFINITY,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
