import { z } from 'zod';
import { counter, name } from './fields.ts';
import { reportedConfigSchema } from './remote-config.ts';

const bytes = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const count = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const span = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);

/** How one part of a kiosk is, as its driver says. `reason` is a stable code. */
export const peripheralSchema = z.strictObject({
  state: z.enum(['opening', 'ready', 'lost', 'failing']),
  reason: z.string().max(64).optional(),
});

/** What the board says of its supply (`vcgencmd get_throttled`, Raspberry Pi documentation). */
export const powerFlags = [
  'underVoltage',
  'frequencyCapped',
  'throttled',
  'softTemperatureLimit',
] as const;
const flags = z.array(z.enum(powerFlags)).max(powerFlags.length);

/** The machine under the kiosk; what it can't tell is not there. */
export const machineSchema = z.strictObject({
  cpuTemperatureC: z.number().min(-60).max(200).optional(),
  power: z.strictObject({ now: flags, sinceBoot: flags }).optional(),
  memory: z.strictObject({ totalBytes: bytes, availableBytes: bytes }).optional(),
  disk: z.strictObject({ totalBytes: bytes, availableBytes: bytes }).optional(),
  /** Of the board, in seconds. */
  uptimeS: span.optional(),
});

/** What the gate knows of the time; skew is its clock less the server's, by the round trip's midpoint. */
export const clockSchema = z.strictObject({
  trust: z.enum(['unset', 'estimated', 'synced']),
  skewMs: z.number().int().min(-1e15).max(1e15).optional(),
});

/** How good the link is, as the kiosk sees it. */
export const linkQualitySchema = z.strictObject({
  /** The median of the last round trips. */
  roundTripMs: span.optional(),
  /** Since the program started. */
  reconnects: count,
});

/**
 * Verifications by outcome since the program started (`startedAt` of its boot). They only grow, so a
 * report that is lost or comes twice counts nobody twice; never by person.
 */
export const outcomeCountsSchema = z.strictObject({
  granted: count,
  denied: count,
  unconfirmed: count,
  otpRequired: count,
  throttled: count,
});
export type OutcomeCounts = z.infer<typeof outcomeCountsSchema>;

/** What a gate without network would decide from, and what it has to tell. */
export const offlineStatusSchema = z.strictObject({
  list: z.enum(['none', 'usable', 'tooOld']),
  listAgeMs: span.optional(),
  listVersion: z.strictObject({ epoch: counter, version: counter }).optional(),
  factsWaiting: count,
  factsQuarantined: count,
});

/** Everything that a kiosk tells of itself, part by part: the most is in a whole report. */
const parts = {
  state: z.enum(['inService', 'outOfService', 'starting', 'updating']),
  /** By part: `scanner`, `keypad`, `display`, `speech`, `turnstile`, … and `selfTest.PART`. */
  peripherals: z.record(name, peripheralSchema),
  machine: machineSchema,
  clock: clockSchema,
  link: linkQualitySchema,
  offline: offlineStatusSchema,
  config: reportedConfigSchema,
  verifications: outcomeCountsSchema,
  software: z.string().max(64),
} as const;

/**
 * A report. Without `partial` it is whole, and what it lacks is not known; with it, what it lacks is as
 * told before, and a part that is `null` is gone. Noise is bucketed away before it is sent, so a partial
 * report is often empty: then it is the proof that the kiosk lives, and no more.
 */
export const statusSchema = z
  .strictObject({
    partial: z.literal(true).optional(),
    state: parts.state.optional(),
    peripherals: z.record(name, peripheralSchema.nullable()).optional(),
    machine: machineSchema.nullish(),
    clock: clockSchema.nullish(),
    link: linkQualitySchema.nullish(),
    offline: offlineStatusSchema.nullish(),
    config: reportedConfigSchema.nullish(),
    verifications: outcomeCountsSchema.nullish(),
    software: parts.software.nullish(),
  })
  .refine(({ partial, state, peripherals }) => partial || (state && peripherals), {
    error: 'a whole report has its state and its peripherals',
    path: ['state'],
  });
export type StatusReport = z.infer<typeof statusSchema>;

export const wholeStatusSchema = z.strictObject(parts).partial().required({
  state: true,
  peripherals: true,
});
/** All that is known of a kiosk from its reports. */
export type KioskStatus = z.infer<typeof wholeStatusSchema>;
export type Peripherals = KioskStatus['peripherals'];

/** What is known of a kiosk after one more report. Pure; both ends use it. */
export function mergeStatus(known: KioskStatus | undefined, report: StatusReport): KioskStatus {
  const { partial, peripherals = {}, ...told } = report;
  const before: KioskStatus = (partial && known) || { state: 'starting', peripherals: {} };
  return {
    ...laidOver(before, told),
    peripherals: laidOver(before.peripherals, peripherals),
  } as KioskStatus;
}

/** `undefined` leaves what was there, `null` takes it away. */
function laidOver(before: object, told: object): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...before };
  for (const [part, value] of Object.entries(told)) {
    if (value === null) {
      delete merged[part];
    } else if (value !== undefined) {
      merged[part] = value;
    }
  }
  return merged;
}
