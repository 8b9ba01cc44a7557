import { z } from 'zod';
import { counter, partName } from './fields.ts';
import { reportedConfigSchema } from './remote-config.ts';

const bytes = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const count = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const span = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);

/** The state of one part of a kiosk, from its driver. `reason` is a stable code. */
export const peripheralSchema = z.strictObject({
  state: z.enum(['opening', 'ready', 'lost', 'failing']),
  reason: z.string().max(64).optional(),
});

/** Parts of one kiosk at most, in one report and in all its reports put together. */
export const PARTS_MAX = 64;

const hasFewParts = (peripherals: object) => Object.keys(peripherals).length <= PARTS_MAX;
const tooManyParts = { error: `more than ${PARTS_MAX} parts` };

/** What the board reports about its power supply (`vcgencmd get_throttled`, Raspberry Pi documentation). */
export const powerFlags = [
  'underVoltage',
  'frequencyCapped',
  'throttled',
  'softTemperatureLimit',
] as const;
const flags = z.array(z.enum(powerFlags)).max(powerFlags.length);

/** The kiosk's machine; what it can't measure is absent. */
export const machineSchema = z.strictObject({
  cpuTemperatureC: z.number().min(-60).max(200).optional(),
  power: z.strictObject({ now: flags, sinceBoot: flags }).optional(),
  memory: z.strictObject({ totalBytes: bytes, availableBytes: bytes }).optional(),
  disk: z.strictObject({ totalBytes: bytes, availableBytes: bytes }).optional(),
  /** Of the board, in seconds. */
  uptimeS: span.optional(),
});

/** How well the gate knows the time. Skew: its clock less the server's, by the round trip's midpoint. */
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
 * Verifications by outcome since the program started (`startedAt` of its boot), never by person. The
 * counts only grow, so that a lost or repeated report counts nothing twice.
 */
export const outcomeCountsSchema = z.strictObject({
  granted: count,
  denied: count,
  unconfirmed: count,
  otpRequired: count,
  throttled: count,
});
export type OutcomeCounts = z.infer<typeof outcomeCountsSchema>;

/** What the gate could decide with while offline, and what it still has to report. */
export const offlineStatusSchema = z.strictObject({
  list: z.enum(['none', 'usable', 'tooOld']),
  listAgeMs: span.optional(),
  listVersion: z.strictObject({ epoch: counter, version: counter }).optional(),
  factsWaiting: count,
  factsQuarantined: count,
});

/** Everything that a kiosk reports about itself. */
const parts = {
  state: z.enum(['inService', 'outOfService', 'starting', 'updating']),
  /** By part: `scanner`, `keypad`, `display`, `speech`, `turnstile`, … and `selfTest.PART`. */
  peripherals: z.record(partName, peripheralSchema).refine(hasFewParts, tooManyParts),
  machine: machineSchema,
  clock: clockSchema,
  link: linkQualitySchema,
  offline: offlineStatusSchema,
  config: reportedConfigSchema,
  verifications: outcomeCountsSchema,
  software: z.string().max(64),
} as const;

/**
 * A report. A whole one leaves out what is unknown. A `partial` one leaves out what has not changed, and
 * `null` removes a part; noise is bucketed away before it is sent, so a partial report is often empty: a
 * sign of life and nothing more.
 */
export const statusSchema = z
  .strictObject({
    partial: z.literal(true).optional(),
    state: parts.state.optional(),
    peripherals: z
      .record(partName, peripheralSchema.nullable())
      .refine(hasFewParts, tooManyParts)
      .optional(),
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
  const { partial, peripherals = {}, ...changes } = report;
  const before: KioskStatus = (partial && known) || { state: 'starting', peripherals: {} };
  return {
    ...overlay(before, changes),
    peripherals: overlay(before.peripherals, peripherals),
  } as KioskStatus;
}

/**
 * Whether what is known of a kiosk is still within its bounds: partial reports, each of them small, may
 * add up to more than any kiosk has.
 */
export function isStatusBounded({ peripherals }: KioskStatus): boolean {
  return hasFewParts(peripherals);
}

/** `undefined` keeps what was there, `null` removes it. */
function overlay(before: object, changes: object): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...before };
  for (const [part, value] of Object.entries(changes)) {
    if (value === null) {
      delete merged[part];
    } else if (value !== undefined) {
      merged[part] = value;
    }
  }
  return merged;
}
