import { z } from 'zod';
import { languages } from '../../shared/language.ts';
import { ruleSchema } from '../../shared/policy.ts';
import { ageOn, romeDay } from '../../shared/rome-day.ts';
import { evaluate } from '../policies/evaluate.ts';
import { withoutRefs } from '../policies/policy-plan.ts';
import type { Status } from '../registry/person-status.ts';
import { areas } from '../registry/verbale.ts';
import shipped from './entitlements.json' with { type: 'json' };

const wordsSchema = z.strictObject({ name: z.string().min(1), text: z.string().min(1) });

const entitlementSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,64}$/),
  /** The area under which it is shown; `any`: it follows from the whole status. */
  area: z.enum([...areas, 'any']),
  law: z.string().min(1),
  when: ruleSchema,
  /** Euro a month, as of `year`; paid `months` times a year. */
  amount: z
    .strictObject({
      euro: z.number().positive(),
      months: z.number().int().min(1).max(14).optional(),
      year: z.number().int(),
    })
    .optional(),
  /** The person's own yearly income, at most; 0: whatever the income. */
  income: z
    .union([z.literal(0), z.strictObject({ euro: z.number().positive(), year: z.number().int() })])
    .optional(),
  words: z.record(z.enum(languages), wordsSchema),
});
export type Entitlement = z.infer<typeof entitlementSchema>;

const editionSchema = z.strictObject({
  version: z.number().int().positive(),
  /** ISO date: whose law and whose amounts these are. */
  validFrom: z.iso.date(),
  sources: z.array(z.string()).min(1),
  entitlements: z.array(entitlementSchema),
});
export type Edition = z.infer<typeof editionSchema>;

let read: Edition | undefined;

/** What a status entitles to, as the shipped edition of the data file says. */
export function shippedEdition(): Edition {
  read ??= editionSchema.parse(shipped);
  return read;
}

/**
 * Those that a person's status opens. Only a plain "yes" counts: what the archive is silent about is not
 * promised. Pure.
 */
export function entitlementsOf(
  edition: Edition,
  person: { status: Status; birthDate: string },
  now: Date,
): Entitlement[] {
  const { status, birthDate } = person;
  const age = ageOn(birthDate, romeDay(now.getTime()));
  const facts = { status, age, cardValid: false };
  return edition.entitlements.filter(({ when }) => evaluate(withoutRefs(when), facts) === 'yes');
}
