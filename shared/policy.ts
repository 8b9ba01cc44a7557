import { z } from 'zod';

/** A rule's terms: what a gate may ask of a person's status. The names are the registry's own. */
export type Rule =
  | { all: Rule[] }
  | { any: Rule[] }
  | { not: Rule }
  | { area: string }
  | { percentageAtLeast: number }
  | { giudizioIn: string[] }
  | { accompagnamento: true }
  | { fiscalBenefit: string }
  | { minor: true }
  | { cardValid: true }
  /** The valid card shown has the companion's "A". */
  | { cardCompanion: true };

const RULES_MAX = 32;

export const ruleSchema: z.ZodType<Rule> = z.lazy(() =>
  z.union([
    z.strictObject({ all: z.array(ruleSchema).min(1).max(RULES_MAX) }),
    z.strictObject({ any: z.array(ruleSchema).min(1).max(RULES_MAX) }),
    z.strictObject({ not: ruleSchema }),
    z.strictObject({ area: z.string().min(1).max(64) }),
    z.strictObject({ percentageAtLeast: z.number().int().min(1).max(100) }),
    z.strictObject({ giudizioIn: z.array(z.string().min(1).max(64)).min(1).max(64) }),
    z.strictObject({ accompagnamento: z.literal(true) }),
    z.strictObject({ fiscalBenefit: z.string().min(1).max(64) }),
    z.strictObject({ minor: z.literal(true) }),
    z.strictObject({ cardValid: z.literal(true) }),
    z.strictObject({ cardCompanion: z.literal(true) }),
  ]),
);

/** The question that a gate asks. A change makes a new version, so that past answers stay explainable. */
export const policySchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  version: z.number().int().positive(),
  title: z.string().min(1).max(200),
  authority: z.string().min(1).max(200),
  legalReference: z.string().min(1).max(500),
  /** ISO dates; the last day counts. */
  validFrom: z.iso.date(),
  validTo: z.iso.date().optional(),
  /** 2: the citizen also gives a one-time code. */
  level: z.union([z.literal(1), z.literal(2)]),
  rule: ruleSchema,
  /** Only a phone's live code is taken, never a printed one (`credential/live-code.ts`). */
  liveCode: z.literal('required').optional(),
  /** Whether one companion passes too; absent: never. */
  companion: ruleSchema.optional(),
  /** How old a gate's offline list may be for this policy, in milliseconds; absent: one day. */
  offlineMaxAgeMs: z
    .number()
    .int()
    .min(60_000)
    .max(31 * 86_400_000)
    .optional(),
});

export type Policy = z.infer<typeof policySchema>;
