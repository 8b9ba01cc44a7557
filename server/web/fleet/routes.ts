import multipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../../shared/clock.ts';
import { requireStaff } from '../../login/request-session.ts';
import { registerActRoutes } from './act-routes.tsx';
import { Dashboard, type DashboardDeps } from './dashboard.tsx';
import { registerGateRoutes } from './gate-routes.tsx';
import { LiveHub } from './live-hub.ts';
import { registerLiveRoutes } from './live-routes.ts';
import { registerOverviewRoutes } from './overview-routes.tsx';
import { registerPlaceRoutes } from './place-routes.tsx';
import { registerRolloutRoutes } from './rollout-routes.tsx';
import { registerTokenRoutes } from './token-routes.tsx';

/** The largest table of gates, in bytes. */
const TABLE_BYTES_MAX = 1_000_000;

export interface FleetPages {
  /** Reads the fleet and follows it: for a server that listens. */
  start(): Promise<void>;
  stop(): void;
}

/** The dashboard: `/fleet` and all below it, for staff alone. */
export function registerFleetPages(
  http: FastifyInstance,
  deps: DashboardDeps & { clock: Clock; run: string },
): FleetPages {
  const { fleet, clock, log, run } = deps;
  const hub = new LiveHub({ readRows: async (ids) => fleet.rows(ids), clock, log, run });
  const dashboard = new Dashboard(deps, hub);
  const streams = new Set<() => void>();
  let unlisten = () => {};
  http.register(async (scope) => {
    await scope.register(multipart, {
      limits: { files: 1, fields: 10, fileSize: TABLE_BYTES_MAX, fieldSize: TABLE_BYTES_MAX },
    });
    scope.addHook('preHandler', requireStaff);
    registerOverviewRoutes(scope, dashboard);
    registerPlaceRoutes(scope, dashboard);
    registerGateRoutes(scope, dashboard);
    registerActRoutes(scope, dashboard);
    registerRolloutRoutes(scope, dashboard);
    registerTokenRoutes(scope, dashboard);
    registerLiveRoutes(scope, dashboard, { clock, streams });
  });
  return {
    async start() {
      await hub.start();
      unlisten = fleet.events.listen(({ gates, topics }) => hub.touch(gates, topics));
    },
    stop() {
      unlisten();
      hub.stop();
      for (const end of streams) {
        end();
      }
    },
  };
}
