import { newKey } from '../../device/link/identity.ts';
import type { App } from '../../server/app.ts';
import { commandLine } from '../../server/fleet/access/actor.ts';
import type { Site } from '../../server/fleet/places/sites.ts';
import { systemClock } from '../../shared/clock.ts';
import { DEMO_POLICY } from '../sample/demo-people.ts';
import { issueToSample } from '../sample/sample-people.ts';
import { type SimulatedFleet, simulateFleet } from '../simulated-fleet/simulate-fleet.ts';
import type { SimulatedIdentity } from '../simulated-fleet/simulated-kiosk.ts';
import type { DemoAddition } from './addition.ts';

/** People per hour at each simulated gate. */
const RATE = 30;
/** All of them have started within this time, in milliseconds. */
const START_WITHIN_MS = 4_000;
/** The gate for which the demo's own kiosk is enrolled by hand. */
export const FREE_GATE = 'demo-ingresso';

type Plan = NonNullable<Site['plan']>;
type Room = Plan['rooms'][number];

const hall: Room = {
  title: 'Atrio',
  corners: [
    [0, 0],
    [24, 0],
    [24, 30],
    [0, 30],
  ],
};
const wing: Room = {
  title: 'Sale',
  corners: [
    [24, 0],
    [60, 0],
    [60, 18],
    [24, 18],
  ],
};
const court: Room = {
  title: 'Cortile',
  corners: [
    [24, 18],
    [60, 18],
    [60, 30],
    [24, 30],
  ],
};
const plan: Plan = { widthM: 60, heightM: 30, rooms: [hall, wing, court] };

const places = [
  ['uffizi', 'Galleria degli Uffizi', 'Firenze', 43.7687, 11.2559],
  ['musei-reali', 'Musei Reali', 'Torino', 45.0727, 7.6864],
  ['brera', 'Pinacoteca di Brera', 'Milano', 45.4719, 9.1881],
  ['santa-lucia', 'Stazione di Santa Lucia', 'Venezia', 45.4411, 12.3209],
  ['capodimonte', 'Museo di Capodimonte', 'Napoli', 40.8676, 14.2505],
] as const;
const gateNames = ['Ingresso', 'Scala', 'Ascensore', 'Biglietteria', 'Uscita', 'Gruppi', 'Cortile'];

/** Simulated kiosks at five sites, and a gate for which the demo's own kiosk is to be enrolled. */
export function demoFleet(options: { kiosks: number; seed: number }): DemoAddition {
  return async ({ origin }) => {
    let fleet: SimulatedFleet | undefined;
    return {
      async ready({ app, url }) {
        const identities = await makeFleet(
          app,
          options.kiosks,
          `${url.replace('http', 'ws')}/link`,
        );
        fleet = simulateFleet({
          identities,
          rate: RATE,
          seed: options.seed,
          clock: systemClock,
          people: await issueToSample(app, {
            persons: options.kiosks,
            seed: options.seed + 1,
          }),
          startWithinMs: START_WITHIN_MS,
        });
        const { token } = await app.fleet.tokens.create(commandLine, {
          title: 'demo',
          scopes: ['metrics:read', 'fleet:read'],
          sites: 'all',
          days: 1,
        });
        return [
          { label: 'The dashboard, once logged in', url: `${origin}/fleet` },
          { label: 'The gate to enrol the kiosk at', url: `${origin}/fleet/gates/${FREE_GATE}` },
          { label: 'Metrics', url: `curl -H 'authorization: Bearer ${token}' ${url}/metrics` },
        ];
      },
      async stop() {
        fleet?.stop();
      },
    };
  };
}

/** Sites, gates, and a key for each kiosk. */
async function makeFleet(app: App, kiosks: number, url: string): Promise<SimulatedIdentity[]> {
  const { sites, gates } = app.fleet;
  for (const [id, title, place, latitude, longitude] of places) {
    await sites.create(commandLine, { id, title, place, latitude, longitude, plan });
  }
  await sites.create(commandLine, { id: 'demo', title: 'Museo di prova', place: 'Qui' });
  await gates.create(commandLine, [
    { id: FREE_GATE, site: 'demo', title: 'Ingresso di prova', policy: DEMO_POLICY },
  ]);
  const identities: SimulatedIdentity[] = [];
  for (let index = 0; index < kiosks; index += 1) {
    const [site] = places[index % places.length] ?? places[0];
    const number = Math.floor(index / places.length);
    const name = gateNames[number % gateNames.length] ?? '';
    const title = `${name} ${Math.floor(number / gateNames.length) + 1}`;
    const kioskId = `${site}-${number + 1}`;
    const { privateKey, publicKey } = newKey();
    await app.fleet.registerKiosk({
      id: kioskId,
      publicKey,
      gate: title,
      site,
      policy: DEMO_POLICY,
    });
    const tags = [number % 2 === 0 ? 'nord' : 'sud'];
    if (number % 5 === 0) {
      tags.push('prova');
    }
    await gates.change(commandLine, kioskId, {
      place: `Piano ${number % 3}`,
      tags,
      x: 0.08 + 0.12 * (number % 8),
      y: 0.2 + 0.2 * (Math.floor(number / 8) % 4),
    });
    identities.push({ kioskId, privateKey, url });
  }
  return identities;
}
