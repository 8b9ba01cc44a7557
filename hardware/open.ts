import { z } from 'zod';
import { VarcoError } from '../shared/errors.ts';
import {
  type DriverDeps,
  type Drivers,
  displays,
  type HardwareDeps,
  headsets,
  indicators,
  keypads,
  printers,
  scanners,
  sounds,
  speakers,
  turnstiles,
} from './drivers.ts';
import { BoardPool } from './firmata/board-pool.ts';
import type {
  Display,
  Headset,
  Indicator,
  Keypad,
  Printer,
  Scanner,
  Speaker,
  Turnstile,
} from './ports.ts';
import { ScannerSet } from './scanner/scanner-set.ts';

/** The kiosk's peripherals, opened but not started. */
export interface Hardware {
  scanner: Scanner;
  display: Display;
  indicator: Indicator;
  turnstile: Turnstile;
  keypad?: Keypad | undefined;
  speaker?: Speaker | undefined;
  /** Signals as sounds, beside the lamps. */
  sounds?: Indicator | undefined;
  headset?: Headset | undefined;
  printer?: Printer | undefined;
}

/**
 * Opens the drivers that a config names. Each is imported only when it is named, so that a missing native
 * module matters only to those who use it.
 *
 * @param config one entry per port: `scanners` (a list), `display`, `indicator`, `turnstile`, and
 * optionally `keypad`, `speaker`, `sounds`, `headset` and `printer`; each `{driver: NAME, …}`, the rest
 * checked by that driver's own schema.
 * @throws VarcoError `configInvalid` with all problems in its message, one per line.
 */
export async function openHardware(
  config: Readonly<Record<string, unknown>>,
  deps: HardwareDeps,
): Promise<Hardware> {
  const problems = unknownPorts(config);
  const required = <Port>(port: string, drivers: Drivers<Port>) =>
    choose(port, drivers, config[port], problems);
  const optional = async <Port>(port: string, drivers: Drivers<Port>) =>
    config[port] === undefined ? undefined : required(port, drivers);
  const openers = {
    scanners: await chooseScanners(config.scanners, problems),
    display: await required('display', displays),
    indicator: await required('indicator', indicators),
    turnstile: await required('turnstile', turnstiles),
    keypad: await optional('keypad', keypads),
    speaker: await optional('speaker', speakers),
    sounds: await optional('sounds', sounds),
    headset: await optional('headset', headsets),
    printer: await optional('printer', printers),
  };
  if (problems.length > 0) {
    throw new VarcoError('configInvalid', problems.join('\n'));
  }
  const driverDeps: DriverDeps = { ...deps, boards: new BoardPool(deps) };
  return {
    scanner: await openScanners(openers.scanners, driverDeps),
    display: await openers.display(driverDeps),
    indicator: await openers.indicator(driverDeps),
    turnstile: await openers.turnstile(driverDeps),
    keypad: await openers.keypad?.(driverDeps),
    speaker: await openers.speaker?.(driverDeps),
    sounds: await openers.sounds?.(driverDeps),
    headset: await openers.headset?.(driverDeps),
    printer: await openers.printer?.(driverDeps),
  };
}

/** For the self-test: whether the real decoder reads a code that was just drawn. */
export async function tryDecoder(): Promise<boolean> {
  const { decodesDrawnCode } = await import('./self-check/drawn-code.ts');
  return await decodesDrawnCode();
}

const portNames = [
  'scanners',
  'display',
  'indicator',
  'turnstile',
  'keypad',
  'speaker',
  'sounds',
  'headset',
  'printer',
];

function unknownPorts(config: Readonly<Record<string, unknown>>): string[] {
  const unknown = Object.keys(config).filter((name) => !portNames.includes(name));
  return unknown.map((name) => `hardware.${name}: no such port; ports are ${portNames.join(', ')}`);
}

/** Opens a driver whose config was checked. */
type Opener<Port> = (deps: DriverDeps) => Port | Promise<Port>;

/** Scanners of one kiosk, at most. */
const SCANNERS_MAX = 8;

async function chooseScanners(list: unknown, problems: string[]): Promise<Opener<Scanner>[]> {
  if (!Array.isArray(list) || list.length === 0 || list.length > SCANNERS_MAX) {
    problems.push(`hardware.scanners: must be a list of 1 to ${SCANNERS_MAX}`);
    return [];
  }
  const openers: Opener<Scanner>[] = [];
  for (const [index, config] of list.entries()) {
    openers.push(await choose(`scanners.${index}`, scanners, config, problems));
  }
  return openers;
}

/** All scanners as one stream of readings. */
async function openScanners(openers: Opener<Scanner>[], deps: DriverDeps): Promise<Scanner> {
  const opened: Scanner[] = [];
  for (const open of openers) {
    opened.push(await open(deps));
  }
  return new ScannerSet(opened, deps);
}

const namedDriverSchema = z.looseObject({ driver: z.string() });

/** Finds a driver by name and checks its config; what is wrong goes to `problems`. */
async function choose<Port>(
  port: string,
  drivers: Drivers<Port>,
  config: unknown,
  problems: string[],
): Promise<Opener<Port>> {
  const name = namedDriverSchema.safeParse(config).data?.driver ?? 'none';
  const load = Object.hasOwn(drivers, name) ? drivers[name] : undefined;
  const invalid = () => Promise.reject(new VarcoError('configInvalid', `No ${port}`));
  if (!load) {
    const known = Object.keys(drivers).join(', ');
    problems.push(`hardware.${port}.driver: ${name} is not one of ${known}`);
    return invalid;
  }
  const configured = (await load()).configure(config);
  if (configured.ok) {
    return configured.open;
  }
  for (const { path, message } of configured.issues) {
    problems.push(`hardware.${[port, ...path].join('.')}: ${message}`);
  }
  return invalid;
}
