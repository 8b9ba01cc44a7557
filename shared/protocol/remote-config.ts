import { z } from 'zod';
import { languages } from '../language.ts';
import { counter, name } from './fields.ts';

const ms = (least: number, most: number) => z.number().int().min(least).max(most);

/**
 * The settings of a kiosk that the server may change: a closed set. A field left out keeps the value of
 * the kiosk's own file. Nothing here can open a turnstile, name a person or move a key, and hardware is
 * set in the file alone. The gate's policy is not in it: the server keeps that itself.
 *
 * Times are in milliseconds. The kiosk validates the result once more together with its file.
 */
export const remoteConfigSchema = z.strictObject({
  mode: z.enum(['museum', 'transport', 'desk']).optional(),
  language: z.enum(languages).optional(),
  entryMethod: z.enum(['direct', 'keyIndex', 'multiTap']).optional(),
  entryMs: ms(5_000, 600_000).optional(),
  warningMs: ms(1_000, 120_000).optional(),
  verdictMs: ms(1_000, 60_000).optional(),
  refusalMs: ms(1_000, 60_000).optional(),
  answerMs: ms(100, 30_000).optional(),
  pulseMs: ms(50, 10_000).optional(),
  receipt: z.enum(['none', 'shown', 'printed']).optional(),
  voice: z.enum(['always', 'headset']).optional(),
  /** The volume at which each session begins, in percent. */
  volume: z.number().int().min(20).max(100).optional(),
  /** Who is responsible for the data, named in the privacy notice. */
  controller: z.string().trim().min(1).max(120).optional(),
  /** What an out-of-service gate shows beside its own words, in the site's language. */
  outOfServiceMessage: z.string().trim().min(1).max(200).optional(),
  /** How often the kiosk reports, in place of the server's usual interval. */
  statusEveryMs: ms(1_000, 600_000).optional(),
});
export type RemoteConfig = z.infer<typeof remoteConfigSchema>;

/** Settings in one config at most: some more than this version knows. */
const SETTINGS_MAX = 64;

/**
 * A config on the wire. The body is bounded here and checked by the kiosk: one of another version refuses
 * fields that it doesn't know and says which, and the link stays up.
 */
export const desiredConfigSchema = z.strictObject({
  version: counter.min(1),
  body: z
    .record(name, z.union([z.string().max(200), z.number(), z.boolean()]))
    .refine((body) => Object.keys(body).length <= SETTINGS_MAX, {
      error: `more than ${SETTINGS_MAX} settings`,
    }),
});
export type DesiredConfig = z.infer<typeof desiredConfigSchema>;

/** What is wrong with a config: where, and an explanation for the operator. */
export const configProblemSchema = z.strictObject({
  path: z.string().max(128),
  message: z.string().max(256),
});
export type ConfigProblem = z.infer<typeof configProblemSchema>;

/**
 * The config that a kiosk runs. Version 0 is its file alone.
 *
 * - `running` in force and proven good; `trial` in force, but not long enough yet to count as good;
 * - `fellBack` the kiosk failed under version `failed` and went back to `version` by itself;
 * - `refused` version `failed` was not accepted: see the problems.
 *
 * `pending`: a version that was accepted and takes force when the person at the gate is done.
 */
export const reportedConfigSchema = z.strictObject({
  version: counter,
  status: z.enum(['running', 'trial', 'fellBack', 'refused']),
  failed: counter.optional(),
  pending: counter.optional(),
  problems: z.array(configProblemSchema).max(16).optional(),
});
export type ReportedConfig = z.infer<typeof reportedConfigSchema>;
