import { z } from 'zod';
import { verdictSchema } from './verdict.ts';

/**
 * What a gate did on its own, reported to the server later. A fact names no person, and its schema
 * admits nothing that could. On the kiosk's disk and on the wire it is sealed to the server (JWE,
 * RFC 7516: ECDH-ES with X25519 and AES-256-GCM), so that only the server can read what was answered;
 * every fact is padded to {@link FACT_BYTES}, so that its length reveals nothing.
 */
const common = {
  requestId: z.uuid(),
  /** How far the kiosk's clock could be trusted. */
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
  /** The list that decided; absent when none could ("can't tell"). */
  list: z.strictObject({ epoch: counter, version: counter }).optional(),
});
export type DecidedFact = z.infer<typeof decidedFactSchema>;

/**
 * From a gate with a passage sensor: whether somebody went through after a "granted" from the server or
 * the list. `notPassed`: nobody did in time, so the opening is void.
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

/** The length of a fact's text before it is sealed, padded with spaces. */
export const FACT_BYTES = 512;
/** A sealed fact, as it is kept and sent. */
export const SEALED_FACT_LENGTH_MAX = 920;
