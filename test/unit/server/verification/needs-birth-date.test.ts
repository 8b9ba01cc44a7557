import { describe, expect, test } from 'vitest';
import { shippedPolicies } from '../../../../server/policies/policies.ts';
import { entails } from '../../../../server/registry/entails.ts';
import type { AreaFacts } from '../../../../server/registry/person-status.ts';
import {
  type Giudizio,
  giudizi,
  giudizioNames,
  negativeGiudizi,
} from '../../../../server/registry/verbale.ts';
import { decide, type Facts, needsBirthDate } from '../../../../server/verification/decide.ts';

const NOW = new Date('2026-11-30T12:00:00Z');
const judged = (giudizio: Giudizio): AreaFacts => ({
  giudizio,
  fiscalBenefits: [],
  recognised: !negativeGiudizi.has(giudizio),
  accompagnamento: entails({ giudizio, fiscalBenefits: [] }).accompagnamento,
});
const born = (age: number) => `${2026 - age}-01-15`;

describe.each(shippedPolicies().map((policy) => [policy.id, policy] as const))(
  '%s',
  (_, policy) => {
    test.each(giudizioNames)(
      '%s: the birth date is read where the age decides, and only there',
      (giudizio) => {
        const { area } = giudizi[giudizio];
        const facts = (birthDate?: string): Facts => ({
          kind: 'known',
          status: { [area]: judged(giudizio) },
          birthDate,
          cardValid: false,
        });
        const ages = Array.from({ length: 100 }, (_, age) => age);
        const answers = new Set(
          ages.map((age) => JSON.stringify(decide(facts(born(age)), policy, NOW))),
        );
        const needs = needsBirthDate(policy, facts());
        expect(needs).toBe(answers.size > 1);
        if (!needs) {
          expect(answers).toContain(JSON.stringify(decide(facts(), policy, NOW)));
        }
      },
    );
  },
);

test('somewhere the age decides', () => {
  const asked = shippedPolicies().filter((policy) =>
    needsBirthDate(policy, {
      kind: 'known',
      status: { invaliditaCivile: judged('minoreDifficolta') },
      cardValid: false,
    }),
  );
  expect(asked.length).toBeGreaterThan(0);
});
