import { z } from 'zod';
import { unixMs } from './fields.ts';
import type { KioskStatus } from './kiosk-status.ts';

const MINUTE_MS = 60_000;

/** The figures of a kiosk's status that are kept over time; a closed set. */
export const measured = [
  /** CPU temperature, °C. */
  'temperature',
  /** Memory in use, percent. */
  'memory',
  /** Disk in use, percent. */
  'disk',
  /** Facts that wait on the kiosk. */
  'waiting',
  /** Round trip of the link, ms. */
  'roundTrip',
  /** The kiosk's clock less the server's, ms. */
  'skew',
  /** Age of the offline list, minutes. */
  'listAge',
  /** 1 while the supply voltage is too low. */
  'underVoltage',
  /** Parts that do not work. */
  'faults',
] as const;
export type Measured = (typeof measured)[number];

/** The figures of one moment; unknown ones are absent. */
export const sampleSchema = z.partialRecord(z.enum(measured), z.number().min(-1e15).max(1e15));
export type Sample = z.infer<typeof sampleSchema>;

/** A sample taken while the link was down; `at` in Unix milliseconds, by the server's clock. */
export const measurementSchema = z.strictObject({ at: unixMs, sample: sampleSchema });
export type Measurement = z.infer<typeof measurementSchema>;

/** The most measurements in one `Measurements`: with its frame, below `FRAME_LENGTH_MAX`. */
export const MEASUREMENTS_MAX = 32;

/** The figures of a status. Pure; both ends use it. */
export function sampleOf(status: KioskStatus): Sample {
  const { machine, offline, link, clock, peripherals } = status;
  const used = (part: { totalBytes: number; availableBytes: number } | undefined) =>
    part && part.totalBytes > 0
      ? Math.round(100 - (100 * part.availableBytes) / part.totalBytes)
      : undefined;
  const all: Record<Measured, number | undefined> = {
    temperature: machine?.cpuTemperatureC,
    memory: used(machine?.memory),
    disk: used(machine?.disk),
    waiting: offline?.factsWaiting,
    roundTrip: link?.roundTripMs,
    skew: clock?.skewMs,
    listAge:
      offline?.listAgeMs === undefined ? undefined : Math.round(offline.listAgeMs / MINUTE_MS),
    underVoltage: machine?.power && (machine.power.now.includes('underVoltage') ? 1 : 0),
    faults: Object.values(peripherals).filter(
      ({ state }) => state === 'lost' || state === 'failing',
    ).length,
  };
  return Object.fromEntries(
    measured.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])),
  );
}
