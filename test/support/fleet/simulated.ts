import { newKey } from '../../../device/link/identity.ts';
import { DEMO_POLICY } from '../../../scripts/sample/demo-people.ts';
import {
  type SimulatedFleet,
  simulateFleet,
} from '../../../scripts/simulated-fleet/simulate-fleet.ts';
import type { App } from '../../../server/app.ts';
import { systemClock } from '../../../shared/clock.ts';
import { until } from '../fleet-app.ts';

const PER_SITE = 25;
/** All kiosks start within this time. */
const START_WITHIN_MS = 2_000;

/** Registers this many real link clients, and waits until the fleet shows all of them online. */
export async function startSimulated(
  { app, url }: { app: App; url: string },
  kiosks: number,
): Promise<SimulatedFleet> {
  const identities = [];
  for (let index = 0; index < kiosks; index += 1) {
    const kioskId = `sim-${String(index + 1).padStart(3, '0')}`;
    const { privateKey, publicKey } = newKey();
    const site = `sede-${Math.floor(index / PER_SITE) + 1}`;
    const gate = `Varco ${(index % PER_SITE) + 1}`;
    await app.fleet.registerKiosk({ id: kioskId, publicKey, gate, site, policy: DEMO_POLICY });
    identities.push({ kioskId, privateKey, url: `${url.replace('http', 'ws')}/link` });
  }
  await app.fleet.state.reload();
  const fleet = simulateFleet({
    identities,
    rate: 0,
    seed: 1,
    clock: systemClock,
    faults: false,
    startWithinMs: START_WITHIN_MS,
  });
  const isHere = () =>
    [...app.fleet.roster.gates()].every(
      ({ lastReport }) => lastReport?.presence === 'online' || lastReport?.presence === 'degraded',
    );
  await until(app, isHere);
  return fleet;
}
