import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import type { App } from '../../../server/app.ts';
import type { AppDeps } from '../../../server/build-rooms.ts';
import type { Role } from '../../../server/fleet/access/roles.ts';
import type { Store } from '../../../server/store/store.ts';
import { startFleetApp } from '../fleet-app.ts';
import { testKeyring } from '../server-app.ts';
import { webAssets } from '../web-assets.ts';

/** A server with its pages and logged-in staff. */
export interface DashboardApp {
  app: App;
  url: string;
  store: Store;
  /** Logs a member of staff in with this user agent, and returns the cookie. */
  logIn(
    role: Role,
    options?: { sites?: 'all' | readonly string[]; agent?: string },
  ): Promise<StaffCookie>;
}

export interface StaffCookie {
  name: string;
  value: string;
  /** As a request's header. */
  header: string;
}

/** The user agent of requests without a browser, to which sessions are bound. */
export const AGENT = 'varco-test';
/** The cookie over plain HTTP on loopback; see `server/login/session-cookie.ts`. */
const COOKIE = 'varco-loopback';

export async function startDashboard(
  store: Store,
  options: Partial<AppDeps> = {},
): Promise<DashboardApp> {
  const assets = await webAssets();
  const { app, url } = await startFleetApp(store, {
    log: pino({ level: 'silent' }),
    web: { assets },
    ...options,
  });
  return {
    app,
    url,
    store,
    async logIn(role, { sites = 'all', agent = AGENT } = {}) {
      const accountId = randomUUID();
      const identity = JSON.stringify({ name: `Prova ${role}`, email: `${role}@example.it` });
      await store.db
        .insertInto('staff_account')
        .values({
          id: accountId,
          login_mac: null,
          identity_cipher: testKeyring.seal('staff.identity', identity),
          role,
          sites: JSON.stringify(sites),
          state: 'active',
          password: null,
          totp_cipher: null,
          totp_step: null,
          created_at: 0,
          updated_at: 0,
        })
        .execute();
      const arrival = { kind: 'staff', accountId, assurance: 2 } as const;
      const { token } = await app.sessions.create(arrival, agent);
      return { name: COOKIE, value: token, header: `${COOKIE}=${token}` };
    },
  };
}
