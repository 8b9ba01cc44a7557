import { z } from 'zod';
import { verdictSchema } from '../../../../shared/verdict.ts';
import { at, count } from './fields.ts';

/** A policy as it is written down; `checkPolicy` says what is wrong with one, and where. */
export const policyInput = z.record(z.string(), z.unknown()).meta({
  id: 'Policy',
  description: 'A policy: its rule, its sources and the days on which it is valid',
});

export const policyVersionSchema = z
  .strictObject({
    version: count,
    policy: policyInput,
    state: z.enum(['proposed', 'released', 'withdrawn', 'retired']),
    note: z.string(),
    proposedBy: z.string(),
    proposedAt: at.optional(),
    decidedBy: z.string().optional(),
    decidedAt: at.optional(),
    reason: z.string(),
  })
  .meta({ id: 'PolicyVersion' });

const standing = z
  .discriminatedUnion('state', [
    z.strictObject({ state: z.literal('inForce'), version: count }),
    z.strictObject({
      state: z.literal('retired'),
      by: z.string().optional(),
      at: at.optional(),
      reason: z.string(),
    }),
    z.strictObject({ state: z.literal('later'), from: z.string() }),
    z.strictObject({ state: z.literal('ended'), on: z.string() }),
    z.strictObject({ state: z.literal('proposed') }),
    z.strictObject({ state: z.literal('unknown') }),
  ])
  .meta({ id: 'PolicyStanding', description: 'Whether gates are answered, and if not why' });

export const policyHistorySchema = z
  .strictObject({
    id: z.string(),
    title: z.string(),
    authority: z.string(),
    standing,
    versions: z.array(policyVersionSchema),
  })
  .meta({ id: 'PolicyHistory' });

const verdict = verdictSchema.meta({ id: 'Verdict' });

export const policyTrialSchema = z
  .strictObject({
    inForce: count.optional(),
    lines: z.array(
      z.strictObject({
        giudizi: z.array(z.string()),
        kind: z.enum(['adult', 'minor', 'elder', 'withMark', 'allNegative', 'card', 'nothing']),
        verdict,
        before: verdict.optional(),
        changed: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'PolicyTrial' });
