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
import { printLine, withApp } from './open-app.ts';

const KIOSKS_MAX = 20_000;
const PER_SITE = 20;
const TELL_EVERY_MS = 5_000;

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

/** `varco fleet simulate`: real link clients by the hundred, with lifelike telemetry and faults. */
export function simulateCommand(): Command {
  return new Command('simulate')
    .description('run simulated kiosks, each a real link client, until stopped')
    .requiredOption('--kiosks <number>', 'how many', whole(1, KIOSKS_MAX))
    .option('--rate <number>', 'people an hour at each gate', whole(0, 3_600), 12)
    .option('--seed <number>', 'the same seed gives the same kiosks', whole(0, 1_000_000_000), 1)
    .option('--server <url>', 'the server, such as https://varco.example.it')
    .option('--codes <file>', 'enrol them with these codes, one invitation a line')
    .option('--config <file>', "register them, and people, straight in this server's database")
    .option('--identities <file>', 'keep who they are, and be the same ones in the next run')
    .option('--ca <file>', "PEM of the authority of the server's certificate")
    .option('--no-faults', 'nothing ever fails')
    .option('--json', 'a line every few seconds, as JSON')
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
    ...(ca === undefined ? {} : { ca }),
    verdict: ({ outcome }) => counts.set(outcome, (counts.get(outcome) ?? 0) + 1),
    link: (kioskId, state) => (state === 'up' ? up.add(kioskId) : up.delete(kioskId)),
  });
  const tell = () => {
    const told = { kiosks: fleet.kiosks.length, up: up.size, ...Object.fromEntries(counts) };
    printLine(options.json ? JSON.stringify(told) : words(told));
  };
  const timer = setInterval(tell, TELL_EVERY_MS);
  await untilStopped(async () => {
    clearInterval(timer);
    fleet.stop();
    tell();
  });
}

function words(told: Record<string, number>): string {
  return Object.entries(told)
    .map(([what, count]) => `${what} ${count}`)
    .join(' · ');
}

/** Who they are: as in the last run, enrolled with codes, or registered in a database at hand. */
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
    const message = 'say who the kiosks are: --codes, --config, or --identities of an earlier run';
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

/** The demonstration's people, but for the one whose code was revoked: that one looks like a guess. */
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
