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

/** The kiosk's hands and eyes, opened but not started. */
export interface Hardware {
  scanner: Scanner;
  display: Display;
  indicator: Indicator;
  turnstile: Turnstile;
  keypad?: Keypad;
  speaker?: Speaker;
  /** Signals as sounds, beside the lamps. */
  sounds?: Indicator;
  headset?: Headset;
  printer?: Printer;
}

/**
 * Opens the drivers that a config names, each imported only when named, so that a missing native part
 * matters only to who asks for it.
 *
 * @param config one entry a port: `scanners` (a list), `display`, `indicator`, `turnstile`, and
 * optionally `keypad`, `speaker`, `sounds`, `headset` and `printer`; each `{driver: NAME, …}` with the
 * rest checked by that driver's own schema.
 * @throws VarcoError `configInvalid`, its message a line a problem, all of them at once.
 */
export async function openHardware(
  config: Readonly<Record<string, unknown>>,
  deps: HardwareDeps,
): Promise<Hardware> {
  const problems = unknownPorts(config);
  const choosing = <Port>(port: string, drivers: Drivers<Port>) =>
    choose(port, drivers, config[port], problems);
  const chosenScanners = await chooseScanners(config.scanners, problems);
  const display = await choosing('display', displays);
  const indicator = await choosing('indicator', indicators);
  const turnstile = await choosing('turnstile', turnstiles);
  const optional = <Port>(port: string, drivers: Drivers<Port>) =>
    config[port] === undefined ? undefined : choosing(port, drivers);
  const keypad = await optional('keypad', keypads);
  const speaker = await optional('speaker', speakers);
  const sound = await optional('sounds', sounds);
  const headset = await optional('headset', headsets);
  const printer = await optional('printer', printers);
  if (problems.length > 0) {
    throw new VarcoError('configInvalid', problems.join('\n'));
  }
  const handed: DriverDeps = { ...deps, boards: new BoardPool(deps) };
  return {
    scanner: await openScanners(chosenScanners, handed),
    display: await display.open(handed),
    indicator: await indicator.open(handed),
    turnstile: await turnstile.open(handed),
    ...(keypad ? { keypad: await keypad.open(handed) } : {}),
    ...(speaker ? { speaker: await speaker.open(handed) } : {}),
    ...(sound ? { sounds: await sound.open(handed) } : {}),
    ...(headset ? { headset: await headset.open(handed) } : {}),
    ...(printer ? { printer: await printer.open(handed) } : {}),
  };
}

/** For the self-test: draws a code, has it decoded by the real decoder, and compares. */
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

/** A driver chosen, with its config checked; `open` is called only if nothing was wrong anywhere. */
interface Chosen<Port> {
  open(deps: DriverDeps): Port | Promise<Port>;
}

/** Scanners of one kiosk, at most. */
const SCANNERS_MAX = 8;

async function chooseScanners(list: unknown, problems: string[]): Promise<Chosen<Scanner>[]> {
  if (!Array.isArray(list) || list.length === 0 || list.length > SCANNERS_MAX) {
    problems.push(`hardware.scanners: must be a list of 1 to ${SCANNERS_MAX}`);
    return [];
  }
  const chosen: Chosen<Scanner>[] = [];
  for (const [index, given] of list.entries()) {
    chosen.push(await choose(`scanners.${index}`, scanners, given, problems));
  }
  return chosen;
}

/** All scanners as one stream of readings. */
async function openScanners(chosen: Chosen<Scanner>[], deps: DriverDeps): Promise<Scanner> {
  const opened: Scanner[] = [];
  for (const { open } of chosen) {
    opened.push(await open(deps));
  }
  return new ScannerSet(opened, deps);
}

async function choose<Port>(
  port: string,
  drivers: Drivers<Port>,
  value: unknown,
  problems: string[],
): Promise<Chosen<Port>> {
  const given = value as { driver?: unknown; name?: unknown } | undefined;
  const name = typeof given === 'object' && given !== null ? String(given.driver) : 'none';
  const load = Object.hasOwn(drivers, name) ? drivers[name] : undefined;
  if (!load) {
    const known = Object.keys(drivers).join(', ');
    problems.push(`hardware.${port}.driver: ${name} is not one of ${known}`);
    return { open: () => Promise.reject(new VarcoError('configInvalid', `No ${port}`)) };
  }
  const chosen = await load();
  const parsed = chosen.schema.safeParse(given);
  for (const issue of parsed.error?.issues ?? []) {
    problems.push(`hardware.${[port, ...issue.path].join('.')}: ${issue.message}`);
  }
  return {
    open: (deps) => chosen.open(parsed.data as never, deps),
  };
}
