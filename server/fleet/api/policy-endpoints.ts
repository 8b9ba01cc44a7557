import { z } from 'zod';
import type { PolicyVersion } from '../../policies/policy-versions.ts';
import type { TrialLine } from '../../verification/policy-trial.ts';
import type { Fleet } from '../fleet.ts';
import type { PolicyHistory } from '../releases/policy-releases.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { idSchema, reasonSchema } from './schemas/inputs.ts';
import { pageOf } from './schemas/page.ts';
import {
  policyHistorySchema,
  policyInput,
  policyTrialSchema,
  policyVersionSchema,
} from './schemas/policy-schemas.ts';

const read = { method: 'GET', tag: 'policies', action: 'fleet.view' } as const;
const write = { method: 'POST', tag: 'policies' } as const;
const byPolicy = z.strictObject({ policy: idSchema });
const byVersion = byPolicy.extend({ version: z.coerce.number().int().positive() });

/** Codes of a policy that is refused at the door. */
const invalid = [
  'policyInvalid',
  'ruleTermUnknown',
  'ruleAreaUnknown',
  'ruleClassUnknown',
  'ruleBenefitUnknown',
  'ruleRightUnknown',
  'ruleRefUnknown',
  'ruleRefCircle',
  'ruleAgeEmpty',
  'ruleTooLarge',
] as const;

/** The questions that gates ask: their versions, and how they change. */
export function policyEndpoints(fleet: Fleet): Endpoint[] {
  return [...readEndpoints(fleet), ...proposalEndpoints(fleet), ...decisionEndpoints(fleet)];
}

function readEndpoints({ releases }: Fleet): Endpoint[] {
  return [
    endpoint({
      ...read,
      operationId: 'listPolicies',
      url: '/policies',
      summary: 'Every policy with its versions',
      input: {},
      answer: pageOf(policyHistorySchema),
      handle: async (who) => ({ items: releases.list(who).map(historyOf) }),
    }),
    endpoint({
      ...read,
      operationId: 'getPolicy',
      url: '/policies/:policy',
      summary: 'A policy with its versions, the oldest first',
      input: { params: byPolicy },
      answer: policyHistorySchema,
      refusals: ['policyUnknown'],
      handle: async (who, { params }) => historyOf(releases.get(who, params.policy)),
    }),
  ];
}

function proposalEndpoints({ releases }: Fleet): Endpoint[] {
  return [
    endpoint({
      ...read,
      method: 'POST',
      operationId: 'tryPolicy',
      url: '/policies/try',
      summary: 'Who would pass by a policy, and what that changes against the version in force',
      input: { body: z.strictObject({ policy: policyInput }) },
      answer: policyTrialSchema,
      refusals: invalid,
      handle: async (who, { body }) => {
        const { inForce, lines } = releases.trial(who, { policy: body.policy });
        return { inForce, lines: lines.map(lineOf) };
      },
    }),
    endpoint({
      ...write,
      operationId: 'proposePolicy',
      action: 'policy.propose',
      url: '/policies',
      summary: 'Propose a version: no gate asks by it until another administrator releases it',
      input: {
        body: z.strictObject({ policy: policyInput, note: z.string().max(500).optional() }),
      },
      answer: policyVersionSchema,
      status: 201,
      refusals: [...invalid, 'policyExists', 'policyTooMany'],
      handle: async (who, { body }) => versionOf(await releases.propose(who, body)),
    }),
  ];
}

function decisionEndpoints({ releases }: Fleet): Endpoint[] {
  return [
    endpoint({
      ...write,
      operationId: 'releasePolicy',
      action: 'policy.release',
      url: '/policies/:policy/:version/release',
      summary: 'Put a version in force that somebody else proposed; no token may',
      input: {
        params: byVersion,
        body: z.strictObject({
          seen: z
            .number()
            .int()
            .positive()
            .optional()
            .describe('The version in force that it was compared with'),
        }),
      },
      answer: policyVersionSchema,
      refusals: ['policyUnknown', 'policyNotProposed', 'policyOwnProposal', 'policyStale'],
      handle: async (who, { params, body }) =>
        versionOf(await releases.release(who, { ...toKey(params), seen: body.seen })),
    }),
    endpoint({
      ...write,
      operationId: 'withdrawPolicy',
      action: 'policy.propose',
      url: '/policies/:policy/:version/withdraw',
      summary: 'Take a proposed version back',
      input: { params: byVersion, body: z.strictObject({ reason: reasonSchema }) },
      answer: policyVersionSchema,
      refusals: ['policyUnknown', 'policyNotProposed'],
      handle: async (who, { params, body }) =>
        versionOf(await releases.withdraw(who, { ...toKey(params), reason: body.reason })),
    }),
    endpoint({
      ...write,
      operationId: 'retirePolicy',
      action: 'policy.retire',
      url: '/policies/:policy/retire',
      summary: 'End a policy at once: its gates say that they cannot check',
      input: { params: byPolicy, body: z.strictObject({ reason: reasonSchema }) },
      answer: policyHistorySchema,
      refusals: ['policyUnknown'],
      handle: async (who, { params, body }) =>
        historyOf(await releases.retire(who, params.policy, body.reason)),
    }),
  ];
}

function toKey({ policy: id, version }: z.output<typeof byVersion>) {
  return { id, version };
}

function historyOf({ versions, ...about }: PolicyHistory) {
  return { ...about, versions: versions.map(versionOf) };
}

function versionOf({ policy, ...about }: PolicyVersion) {
  return { ...about, version: policy.version, policy: { ...policy } };
}

function lineOf({ row, kind, verdict, before, isChanged }: TrialLine) {
  const giudizi = row.verbali.map(({ giudizio }) => giudizio);
  return { giudizi, kind, verdict, before, changed: isChanged };
}
