import { z } from 'zod';

/**
 * The answer that a gate gets. A verdict is an expected outcome, never a fault, and it is all that leaves the
 * server at a gate: one bit, whether a companion passes too, and a closed reason (domain §2).
 *
 * - `granted`: the policy applies; `companion` says whether one companion passes too.
 * - `denied`: `notCovered`, the archive knows the person and the gate's policy does not apply;
 *   `notRecognised`, the code and the codice fiscale do not belong together, or the code is unknown or
 *   revoked: one reason for all of them, so that nobody can learn which; `notOnList`, the gate is offline
 *   and its list says no, which is any of the others: words that would tell one of them could be wrong.
 * - `unconfirmed`: not a "no". `notInArchive`, nothing electronic is known (a court ruling, a verbale
 *   before 2010): show paper to staff; `notCoveredByArchive`, what is known is not enough for this gate and
 *   something else may be: show another document to staff; `unavailable`, the check can't be done now; `listTooOld`, the
 *   gate is offline and its list is past its age.
 * - `otpRequired`: the policy asks for the second level; a one-time code went to the citizen.
 * - `throttled`: too many wrong tries; may be asked again after `retryAfterMs`.
 */
export const verdictSchema = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('granted'), companion: z.boolean() }),
  z.strictObject({
    outcome: z.literal('denied'),
    reason: z.enum(['notCovered', 'notRecognised', 'notOnList']),
  }),
  z.strictObject({
    outcome: z.literal('unconfirmed'),
    reason: z.enum(['notInArchive', 'notCoveredByArchive', 'unavailable', 'listTooOld']),
  }),
  z.strictObject({ outcome: z.literal('otpRequired'), expiresInMs: z.number().int().positive() }),
  z.strictObject({ outcome: z.literal('throttled'), retryAfterMs: z.number().int().positive() }),
]);

export type Verdict = z.infer<typeof verdictSchema>;

/**
 * The capability of a kiosk that has words for `notCoveredByArchive`. One that does not list it refuses an
 * answer with that reason, and is answered `notInArchive`: staff are to look at a document all the same.
 */
export const NOT_COVERED_BY_ARCHIVE = 'notCoveredByArchive';
