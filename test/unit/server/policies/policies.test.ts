import { expect, test } from 'vitest';
import { inForceOn } from '../../../../server/policies/in-force.ts';
import { shippedPolicies } from '../../../../server/policies/policies.ts';
import { tryPolicy } from '../../../../server/verification/policy-trial.ts';
import { demanded, given, policyRows, wordsOf } from '../../../support/policies/policy-rows.ts';

test.each(policyRows.map((row) => [wordsOf(row), row] as const))('%s', (_words, row) => {
  const versions = shippedPolicies().filter(({ id }) => id === row.policy);
  const policy = inForceOn(versions, row.on);
  expect(policy).toBeDefined();
  const verdict = policy && tryPolicy(policy, row);
  expect(verdict && given(verdict, row)).toEqual(demanded(row));
});
