import type { KioskStatus } from '../../shared/protocol/kiosk-status.ts';

const HOUR_S = 3_600;
const GIB = 1_073_741_824;

/** The characteristics of one simulated kiosk. */
export interface Temper {
  /** The temperature of its cabinet when idle, in degrees Celsius. */
  warmC: number;
  /** Its clock minus the true time, in milliseconds. */
  skewMs: number;
  /** Its supply voltage drops now and then. */
  weakSupply: boolean;
  diskBytes: number;
  diskFree: number;
  hasPrinter: boolean;
  software: string;
  /** How long its board had been up when the simulation began, in seconds. */
  upS: number;
}

/** Random characteristics; most kiosks are healthy, and a few have a problem. */
export function temperOf(random: () => number): Temper {
  const isOddClock = random() < 0.03;
  return {
    warmC: 42 + random() * 16,
    skewMs: Math.round((isOddClock ? 90_000 : 40) * (random() * 2 - 1)),
    weakSupply: random() < 0.05,
    diskBytes: (random() < 0.3 ? 16 : 32) * GIB,
    diskFree: random() < 0.04 ? 0.04 + random() * 0.03 : 0.5 + random() * 0.3,
    hasPrinter: random() < 0.4,
    software: random() < 0.15 ? 'varco 0.1.0-rc.2' : 'varco 0.1.0',
    upS: Math.floor(random() * 60 * 24 * HOUR_S),
  };
}

/**
 * The machine of a simulated kiosk at some time: a slow wave over the day, with a sensor's noise, which
 * the bucketing of reports is there to filter.
 *
 * @param elapsedS since the simulation began, in seconds.
 */
export function machineAt(
  temper: Temper,
  elapsedS: number,
  random: () => number,
): NonNullable<KioskStatus['machine']> {
  const wave = Math.sin((elapsedS / (24 * HOUR_S)) * 2 * Math.PI) * 4;
  const celsius = temper.warmC + wave + (random() - 0.5) * 1.2;
  const sags = temper.weakSupply && random() < 0.2;
  return {
    cpuTemperatureC: Math.round(celsius * 10) / 10,
    power: {
      now: sags ? ['underVoltage'] : [],
      sinceBoot: temper.weakSupply ? ['underVoltage', 'throttled'] : [],
    },
    memory: { totalBytes: 2 * GIB, availableBytes: Math.round(GIB * (1.1 + random() * 0.05)) },
    disk: {
      totalBytes: temper.diskBytes,
      availableBytes: Math.round(temper.diskBytes * temper.diskFree),
    },
    uptimeS: Math.floor(temper.upS + elapsedS),
  };
}
