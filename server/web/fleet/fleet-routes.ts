import { randomUUID } from 'node:crypto';
import multipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../../shared/clock.ts';
import { actorOfRequest } from '../../login/request-session.ts';
import type { Outbox } from '../../notify/message-outbox.ts';
import type { Store } from '../../store/store.ts';
import { wantsPage } from '../page-renderer.tsx';
import { registerActivityRoutes } from './activity-routes.tsx';
import { registerAlertRoutes } from './alert-routes.tsx';
import { registerCommandRoutes } from './command-routes.tsx';
import { Dashboard, type DashboardDeps } from './dashboard.tsx';
import { registerGateRoutes } from './gate-routes.tsx';
import { LiveHub } from './live-hub.ts';
import { registerLiveRoutes } from './live-routes.ts';
import { registerMessageRoutes } from './message-routes.tsx';
import { registerOverviewRoutes } from './overview-routes.tsx';
import { registerPlaceRoutes } from './place-routes.tsx';
import { registerPolicyRoutes } from './policy-routes.tsx';
import { registerRolloutRoutes } from './rollout-routes.tsx';
import { registerTokenRoutes } from './token-routes.tsx';

/** The largest table of gates, in bytes. */
const TABLE_BYTES_MAX = 1_000_000;

/** The dashboard: `/fleet` and all below it, for staff alone. */
export function registerFleetPages(
  http: FastifyInstance,
  deps: DashboardDeps & { clock: Clock; store: Store; outbox: Outbox },
): void {
  const { fleet, clock, log } = deps;
  const run = randomUUID().slice(0, 8);
  const hub = new LiveHub({
    readRows: async (ids) => fleet.rows(ids),
    alertsBesideGates: (scope) => fleet.alerts.open.besideGates(scope),
    clock,
    log,
    run,
  });
  const dashboard = new Dashboard(deps, hub);
  const streams = new Set<() => void>();
  const unsubscribe = fleet.bus.on('viewChanged', 'pages', ({ gates, topics }) => {
    // Places, keys or desired configs changed: whoever did it is waiting to see it.
    hub.touch(gates, topics, topics.includes('sites'));
  });
  http.register(async (scope) => {
    await scope.register(multipart, {
      limits: { files: 1, fields: 10, fileSize: TABLE_BYTES_MAX, fieldSize: TABLE_BYTES_MAX },
    });
    const fallBack = http.errorHandler;
    scope.setErrorHandler((error, request, reply) =>
      wantsPage(request) && actorOfRequest(request)
        ? dashboard.refuse(request, reply, error)
        : fallBack(error, request, reply),
    );
    scope.addHook('preHandler', () => hub.start());
    registerOverviewRoutes(scope, dashboard);
    registerPlaceRoutes(scope, dashboard);
    registerGateRoutes(scope, dashboard);
    registerCommandRoutes(scope, dashboard);
    registerRolloutRoutes(scope, dashboard);
    registerPolicyRoutes(scope, dashboard);
    registerAlertRoutes(scope, dashboard);
    registerTokenRoutes(scope, dashboard);
    registerMessageRoutes(scope, dashboard, deps);
    registerActivityRoutes(scope, dashboard);
    registerLiveRoutes(scope, dashboard, { clock, streams });
  });
  // Before the connections are waited for: a stream would never end by itself.
  http.addHook('preClose', async () => {
    unsubscribe();
    hub.stop();
    for (const end of streams) {
      end();
    }
  });
}
