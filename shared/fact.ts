import { z } from 'zod';
import { verdictSchema } from './verdict.ts';

/**
 * What a gate tells later, of what it did by itself. A fact has no identity: nothing here names a person,
 * and the schema lets nothing else in. On the kiosk's disk and on the wire it is sealed to the server
 * (JWE, RFC 7516: ECDH-ES with X25519 and AES-256-GCM), so that what was answered can be read there
 * alone; each is filled up to {@link FACT_BYTES}, so that its length tells nothing either.
 */
const common = {
  requestId: z.uuid(),
  /** How far the kiosk's clock could be believed. */
  clockTrust: z.enum(['unset', 'estimated', 'synced']),
};
/** By the kiosk's clock, Unix milliseconds. */
const time = z.number().int().nonnegative().max(8_640_000_000_000_000);
const counter = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);

/** An answer given without the server. */
export const decidedFactSchema = z.strictObject({
  ...common,
  kind: z.literal('decided'),
  policy: z.string().min(1).max(64),
  verdict: verdictSchema,
  decidedAt: time,
  /** The list it was decided from; none for "can't tell". */
  list: z.strictObject({ epoch: counter, version: counter }).optional(),
});
export type DecidedFact = z.infer<typeof decidedFactSchema>;

/**
 * Where a passage sensor is wired: whether somebody went through after a "granted" of the server or of
 * the list. `notPassed`: nobody did in time, and the opening is annulled.
 */
export const passageFactSchema = z.strictObject({
  ...common,
  kind: z.literal('passage'),
  passage: z.enum(['passed', 'notPassed']),
  at: time,
});
export type PassageFact = z.infer<typeof passageFactSchema>;
export type Passage = PassageFact['passage'];

export const factSchema = z.discriminatedUnion('kind', [decidedFactSchema, passageFactSchema]);
export type Fact = z.infer<typeof factSchema>;

/** A fact's text before it is sealed, filled up with spaces. */
export const FACT_BYTES = 512;
/** A sealed fact, as it is kept and sent. */
export const SEALED_FACT_LENGTH_MAX = 920;
