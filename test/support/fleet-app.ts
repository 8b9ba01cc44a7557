import { DEMO_POLICY } from '../../scripts/sample/demo-people.ts';
import type { App } from '../../server/app.ts';
import type { AppDeps } from '../../server/build-rooms.ts';
import type { FleetActor } from '../../server/fleet/access/actor.ts';
import type { Role } from '../../server/fleet/access/roles.ts';
import type { Store } from '../../server/store/store.ts';
import type { EnrolRequest } from '../../shared/protocol/enrolment-messages.ts';
import type { Handlers } from '../../shared/protocol/peer.ts';
import { KioskClient, newKioskKey } from './kiosk-client.ts';
import { startApp } from './server-app.ts';

/** A server that listens, with its fleet started. */
export interface FleetApp {
  app: App;
  url: string;
}

export async function startFleetApp(
  store: Store,
  options: Partial<AppDeps> = {},
  port = 0,
): Promise<FleetApp> {
  const app = await startApp(store, options);
  await app.fleet.start();
  const url = await app.http.listen({ host: '127.0.0.1', port });
  return { app, url };
}

export function actor(role: Role, sites: FleetActor['sites'] = 'all'): FleetActor {
  return { id: `staff:${role}`, name: role, role, sites };
}

export const administrator = actor('administrator');

/** Creates a site with gates `NAME-1` to `NAME-count`. */
export async function makeSite(app: App, site: string, count: number): Promise<string[]> {
  await app.fleet.sites.create(administrator, { id: site, title: site });
  const ids = Array.from({ length: count }, (_, index) => `${site}-${index + 1}`);
  await app.fleet.gates.create(
    administrator,
    ids.map((id) => ({ id, site, title: `Varco ${id}`, policy: DEMO_POLICY })),
  );
  await app.fleet.state.reload();
  return ids;
}

/** Enrols a new kiosk for a gate and connects it, without booting. */
export async function enrolKiosk(
  { app, url }: FleetApp,
  gate: string,
  options: { handlers?: Handlers; replace?: boolean } = {},
): Promise<{ client: KioskClient; kioskId: string; key: ReturnType<typeof newKioskKey> }> {
  const { replace = false } = options;
  const [code] = await app.fleet.enrolment.createCodes(administrator, [gate], { replace });
  const key = newKioskKey();
  const request = enrolRequest(code?.code ?? '', key.publicKey);
  const outcome = await app.fleet.state.enrol(request, { address: '127.0.0.1' });
  if (!outcome.ok) {
    throw new Error(`not enrolled: ${outcome.code}`);
  }
  const { kioskId } = outcome.answer;
  const { handlers } = options;
  const client = new KioskClient({ url, kioskId, key, ...(handlers ? { handlers } : {}) });
  await client.challenged;
  return { client, kioskId, key };
}

/** A request whose signature and clock the link has already checked. */
export function enrolRequest(code: string, publicKey: string): EnrolRequest {
  const plain = code.replaceAll('-', '');
  return { code: plain, publicKey, software: 'test', time: Date.now(), signature: '' };
}

/** Resolves once the condition holds; it is checked after every change of the fleet. */
export function until(app: App, isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    let stop = () => {};
    const look = () => {
      if (isSo()) {
        stop();
        resolve();
      }
    };
    stop = app.fleet.bus.on('viewChanged', 'test', look);
    look();
  });
}
