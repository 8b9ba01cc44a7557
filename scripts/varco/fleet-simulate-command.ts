import { readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import { newKey } from '../../device/link/identity.ts';
import type { App } from '../../server/app.ts';
import { systemClock } from '../../shared/clock.ts';
import { VarcoError } from '../../shared/errors.ts';
import { safeServer } from '../../shared/protocol/enrolment-messages.ts';
import { untilStopped } from '../launch/until-stopped.ts';
import { DEMO_POLICY } from '../sample/demo-people.ts';
import { seedPeople } from '../sample/seed-people.ts';
import {
  enrolAll,
  keepIdentities,
  readIdentities,
  readInvitations,
} from '../simulated-fleet/identities.ts';
import { simulateFleet } from '../simulated-fleet/simulate-fleet.ts';
import type { SimulatedIdentity, SimulatedPerson } from '../simulated-fleet/simulated-kiosk.ts';
import { withApp } from './open-app.ts';
import { printLine } from './print-line.ts';

const KIOSKS_MAX = 20_000;
const PER_SITE = 20;
const REPORT_EVERY_MS = 5_000;

interface Options {
  kiosks: number;
  rate: number;
  seed: number;
  server?: string;
  config?: string;
  codes?: string;
  identities?: string;
  ca?: string;
  faults: boolean;
  json?: boolean;
}

/** `varco fleet simulate`: runs real link clients by the hundred, with lifelike telemetry and faults. */
export function simulateCommand(): Command {
  return new Command('simulate')
    .description('run simulated kiosks, each a real link client, until interrupted')
    .requiredOption('--kiosks <number>', 'how many', whole(1, KIOSKS_MAX))
    .option('--rate <number>', 'people per hour at each gate', whole(0, 3_600), 12)
    .option('--seed <number>', 'the same seed gives the same kiosks', whole(0, 1_000_000_000), 1)
    .option('--server <url>', 'the server, such as https://varco.example.it')
    .option('--codes <file>', 'enrol them with these codes, one invitation per line')
    .option(
      '--config <file>',
      "register them, and sample people, directly in this server's database",
    )
    .option('--identities <file>', 'store their identities, and use the same ones in the next run')
    .option('--ca <file>', "PEM file of the CA of the server's certificate")
    .option('--no-faults', 'simulate no faults')
    .option('--json', 'print the line of every few seconds as JSON')
    .action(simulate);
}

async function simulate(options: Options): Promise<void> {
  const ca = options.ca === undefined ? undefined : await readFile(options.ca, 'utf8');
  const { identities, people } = await prepare(options, ca);
  const counts = new Map<string, number>();
  const up = new Set<string>();
  const fleet = simulateFleet({
    identities: identities.slice(0, options.kiosks),
    rate: options.rate,
    seed: options.seed,
    clock: systemClock,
    people,
    faults: options.faults,
    startWithinMs: Math.min(30_000, options.kiosks * 10),
    ca,
    verdict: ({ outcome }) => counts.set(outcome, (counts.get(outcome) ?? 0) + 1),
    link: (kioskId, state) => (state === 'up' ? up.add(kioskId) : up.delete(kioskId)),
  });
  const report = () => {
    const totals = { kiosks: fleet.kiosks.length, up: up.size, ...Object.fromEntries(counts) };
    printLine(options.json ? JSON.stringify(totals) : lineOf(totals));
  };
  const timer = setInterval(report, REPORT_EVERY_MS);
  await untilStopped(async () => {
    clearInterval(timer);
    fleet.stop();
    report();
  });
}

function lineOf(totals: Record<string, number>): string {
  return Object.entries(totals)
    .map(([what, count]) => `${what} ${count}`)
    .join(' · ');
}

/** The kiosks' identities: those of the last run, enrolled with codes, or registered in the database. */
async function prepare(
  options: Options,
  ca: string | undefined,
): Promise<{ identities: readonly SimulatedIdentity[]; people: readonly SimulatedPerson[] }> {
  const { identities: file, config, codes } = options;
  const kept = file === undefined ? undefined : await readIdentities(file);
  if (config !== undefined) {
    const url = linkUrl(options.server);
    return withApp(config, async ({ app }) => {
      const identities = kept ?? makeIdentities(options.kiosks, url);
      await register(app, identities);
      if (file !== undefined && !kept) {
        await keepIdentities(file, identities);
      }
      return { identities, people: await somePeople(app) };
    });
  }
  if (kept) {
    return { identities: kept, people: [] };
  }
  if (codes === undefined) {
    const message =
      'the kiosks need identities: --codes, --config, or --identities of an earlier run';
    throw new VarcoError('identitiesMissing', message);
  }
  const identities = await enrolAll((await readInvitations(codes)).slice(0, options.kiosks), ca);
  if (file !== undefined) {
    await keepIdentities(file, identities);
  }
  return { identities, people: [] };
}

function makeIdentities(kiosks: number, url: string): SimulatedIdentity[] {
  return Array.from({ length: kiosks }, (_none, index) => {
    const { privateKey } = newKey();
    return { kioskId: `sim-${String(index + 1).padStart(5, '0')}`, privateKey, url };
  });
}

async function register(app: App, identities: readonly SimulatedIdentity[]): Promise<void> {
  for (const [index, { kioskId, privateKey }] of identities.entries()) {
    const site = `sim-site-${Math.floor(index / PER_SITE) + 1}`;
    const publicKey = String(privateKey.export({ format: 'jwk' }).x);
    const gate = `Varco ${(index % PER_SITE) + 1}`;
    await app.fleet.registerKiosk({ id: kioskId, publicKey, gate, site, policy: DEMO_POLICY });
  }
}

/** The sample people, without the one whose code is revoked: that one would look like guessing. */
async function somePeople(app: App): Promise<SimulatedPerson[]> {
  const seeded = await seedPeople(app);
  return seeded
    .filter(({ revoked }) => !revoked)
    .map(({ credentialId, person }) => ({ credentialId, codiceFiscale: person.codiceFiscale }));
}

function linkUrl(server: string | undefined): string {
  const origin = server === undefined ? undefined : safeServer(server);
  if (origin === undefined) {
    throw new VarcoError('serverInvalid', '--server must be https://…, or http:// to this machine');
  }
  return `${origin.replace(/^http/, 'ws')}/link`;
}

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(`a whole number from ${least} to ${most}`);
    }
    return value;
  };
}
