import { z } from 'zod';
import { trialRowSchema } from '../../../server/verification/policy-trial.ts';
import type { Verdict } from '../../../shared/verdict.ts';
import rows from './policy-rows.json' with { type: 'json' };

const policyRowSchema = trialRowSchema.extend({
  policy: z.string(),
  outcome: z.enum(['granted', 'denied', 'unconfirmed']),
  reason: z.string().optional(),
  /** Absent where the published categories do not decide it. */
  companion: z.boolean().optional(),
  source: z.string().min(1),
});
export type PolicyRow = z.infer<typeof policyRowSchema>;

/** The truth of gate policies: who passes where, and the published source that says so. */
export const policyRows: readonly PolicyRow[] = z.array(policyRowSchema).parse(rows);

export function wordsOf({ policy, birthDate, verbali }: PolicyRow): string {
  const judged = verbali.map(({ giudizio, percentage, fiscalBenefits: marks }) =>
    [giudizio, percentage, ...marks].filter((part) => part !== undefined).join(' '),
  );
  return `${policy}, born ${birthDate}: ${judged.join(', ')}`;
}

/** What a row demands of a verdict, in comparable form. */
export function demanded({ outcome, reason, companion }: PolicyRow): Record<string, unknown> {
  return { outcome, reason, companion };
}

/** The same parts of a verdict; a companion that the row does not decide counts as the row has it. */
export function given(verdict: Verdict, { companion }: PolicyRow): Record<string, unknown> {
  return {
    outcome: verdict.outcome,
    reason: 'reason' in verdict ? verdict.reason : undefined,
    companion: 'companion' in verdict && companion !== undefined ? verdict.companion : undefined,
  };
}
