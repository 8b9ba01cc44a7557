import { z } from 'zod';

/**
 * A rule's terms: what a gate may ask of a person. Names of areas, classes, benefits and rights are the
 * registry's own; `checkPolicy` (server/policies) knows which there are.
 *
 * Every term is `yes`, `no` or `unknown`; see `evaluate`.
 */
export type Rule =
  | { all: Rule[] }
  | { any: Rule[] }
  | { not: Rule }
  /** A rule by its name: one of the policy's own `rules`, or one that varco ships. */
  | { ref: string }
  | { area: string }
  | { giudizioIn: string[] }
  | { percentageAtLeast: number }
  /** A right that follows from the judgement, such as `accompagnamento`. */
  | { entails: string }
  /** The verbale's own mark (art. 4 DL 5/2012), of one area or of any. */
  | { fiscalBenefit: string; area?: string | undefined }
  /** Completed years on the day of the question. */
  | { ageAtLeast: number }
  | { ageBelow: number }
  | { cardValid: true }
  /** The valid card shown has the companion's "A". */
  | { cardCompanion: true }
  /** As policies said it before `entails` and `ageBelow`. */
  | { accompagnamento: true }
  | { minor: true };

/** Parts of one `all` or `any`. */
const RULES_MAX = 32;
/** Rules that one policy names. */
const NAMED_MAX = 32;
const AGE_MAX = 130;

const word = z.string().min(1).max(64);

export const ruleSchema: z.ZodType<Rule> = z.lazy(() =>
  z.union([
    z.strictObject({ all: z.array(ruleSchema).min(1).max(RULES_MAX) }),
    z.strictObject({ any: z.array(ruleSchema).min(1).max(RULES_MAX) }),
    z.strictObject({ not: ruleSchema }),
    z.strictObject({ ref: word }),
    z.strictObject({ area: word }),
    z.strictObject({ giudizioIn: z.array(word).min(1).max(64) }),
    z.strictObject({ percentageAtLeast: z.number().int().min(1).max(100) }),
    z.strictObject({ entails: word }),
    z.strictObject({ fiscalBenefit: word, area: word.optional() }),
    z.strictObject({ ageAtLeast: z.number().int().min(1).max(AGE_MAX) }),
    z.strictObject({ ageBelow: z.number().int().min(1).max(AGE_MAX) }),
    z.strictObject({ cardValid: z.literal(true) }),
    z.strictObject({ cardCompanion: z.literal(true) }),
    z.strictObject({ accompagnamento: z.literal(true) }),
    z.strictObject({ minor: z.literal(true) }),
  ]),
);

/** Where a policy's text was read, and when somebody last compared it. */
const sourceSchema = z.strictObject({
  title: z.string().min(1).max(300),
  url: z.url().max(500).optional(),
  /** The date that the source itself bears. */
  publishedOn: z.iso.date().optional(),
  checkedOn: z.iso.date(),
});

/** The question that a gate asks. A change makes a new version, so that past answers stay explainable. */
export const policySchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  version: z.number().int().positive(),
  title: z.string().min(1).max(200),
  authority: z.string().min(1).max(200),
  legalReference: z.string().min(1).max(500),
  sources: z.array(sourceSchema).min(1).max(10).optional(),
  /** ISO dates; the last day counts. */
  validFrom: z.iso.date(),
  validTo: z.iso.date().optional(),
  /** 2: the citizen also gives a one-time code. */
  level: z.union([z.literal(1), z.literal(2)]),
  /** Rules of its own, for `ref`; they win over those that varco ships. */
  rules: z
    .record(z.string().regex(/^[a-z][A-Za-z0-9]{0,63}$/), ruleSchema)
    .refine((rules) => Object.keys(rules).length <= NAMED_MAX, `at most ${NAMED_MAX}`)
    .optional(),
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
