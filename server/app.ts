import type { FastifyInstance } from 'fastify';
import type { Anchors } from './audit/anchors.ts';
import type { Audit } from './audit/audit.ts';
import type { Checkpoints } from './audit/checkpoint.ts';
import { type AppDeps, buildRooms, type Rooms } from './build-rooms.ts';
import { choresOf } from './chores.ts';
import type { CardRenewal } from './credential/card-renewal.ts';
import type { Credentials } from './credential/credentials.ts';
import type { DisabilityCards } from './credential/disability-cards.ts';
import { registerApi } from './fleet/api/api.ts';
import { registerEnrolment } from './fleet/enrolment/enrol-route.ts';
import type { Fleet } from './fleet/fleet.ts';
import type { KioskSockets } from './fleet/link/kiosk-sockets.ts';
import { Housekeeping } from './housekeeping.ts';
import { createHttp } from './http.ts';
import { Lifecycle } from './lifecycle.ts';
import { stripCertificateHeaders } from './login/card/proxy-certificate.ts';
import type { Logins } from './login/logins.ts';
import { registerSessions } from './login/request-session.ts';
import type { SessionStore } from './login/session-store.ts';
import type { Notify } from './notify/notify.ts';
import type { StatusNotices } from './notify/status-notices.ts';
import type { FactStore } from './offline-list/fact-store.ts';
import type { OfflineLists } from './offline-list/offline-lists.ts';
import type { Policies } from './policies/policies.ts';
import { checkKeyring } from './readiness.ts';
import { registerPages } from './register-pages.ts';
import type { DueFold } from './registry/due-fold.ts';
import type { Registry } from './registry/registry.ts';
import { guardRoutes } from './route-access.ts';
import type { FirstLevel } from './verification/first-level.ts';
import type { GateAnswers } from './verification/gate-answers.ts';
import type { SecondLevel } from './verification/second-level.ts';
import type { VelocityCheck } from './verification/velocity-check.ts';
import type { Verification } from './verification/verification.ts';
import { Pages } from './web/page-renderer.tsx';

/** The server's rooms, built and connected. */
export interface App {
  http: FastifyInstance;
  registry: Registry;
  credentials: Credentials;
  policies: Policies;
  verification: Verification;
  gateAnswers: GateAnswers;
  velocityCheck: VelocityCheck;
  firstLevel: FirstLevel;
  secondLevel: SecondLevel;
  audit: Audit;
  anchors: Anchors;
  checkpoints: Checkpoints;
  housekeeping: Housekeeping;
  fleet: Fleet;
  sockets: KioskSockets;
  offlineLists: OfflineLists | undefined;
  facts: FactStore;
  notify: Notify;
  notices: StatusNotices;
  disabilityCards: DisabilityCards;
  cardRenewal: CardRenewal;
  dueFold: DueFold;
  logins: Logins;
  sessions: SessionStore;
  /** For any command: checks that keyring and database belong together, and reads what is kept in memory. */
  start(): Promise<void>;
  /**
   * After `start`, for a server: follows the fleet, sends messages, publishes lists and listens.
   *
   * @returns such as `http://127.0.0.1:8080`, with the port that was taken.
   */
  serve(): Promise<string>;
  /** Ends connections and HTTP; the store stays its owner's. Never throws. */
  stop(): Promise<void>;
}

/** Builds every room from its dependencies; nothing runs before `start`. */
export function createApp(deps: AppDeps): App {
  const { store, keyring, log, web } = deps;
  const rooms = buildRooms(deps);
  const { audit, policies, policyFollower, messages, verification, logins, lists } = rooms;
  const { fleet, sockets, keyringWatch, refusals } = rooms;
  const { certificateListener } = logins;
  const { evenAnswers } = rooms.evenly;
  const http = buildHttp(deps, rooms);
  const housekeeping = new Housekeeping({ ...deps, chores: choresOf(deps, rooms) });
  let url = '';
  // In the order in which they start; they stop in the reverse one. Connections begin last and end first, and
  // the last checkpoint signs everything that the other rooms have written.
  const lifecycle = new Lifecycle(
    {
      open: {
        keyring: { start: () => checkKeyring(store, keyring) },
        ...{ audit, refusals, policies: { start: () => policies.start() }, verification },
        logins: { stop: () => logins.log.writeCounts(true) },
        housekeeping,
      },
      serve: {
        keyringWatch,
        fleet,
        messages,
        ...{ cardRenewal: rooms.credentials.cardRenewal, dueFold: rooms.dueFold },
        policyFollower: {
          start: () =>
            policyFollower.start((changes) => {
              fleet.policiesChanged(changes);
              lists.policiesChanged();
            }),
          stop: () => policyFollower.stop(),
        },
        lists: {
          start: () => lists.start((policy, list) => fleet.connected.listChanged(policy, list)),
          stop: () => lists.stop(),
        },
        http: {
          async start() {
            const { address: host, port } = deps.listen ?? { address: '127.0.0.1', port: 0 };
            url = await http.listen({ host, port });
          },
          async stop() {
            evenAnswers.stop();
            sockets.stop();
            await http.close();
          },
        },
        cards: {
          start: () => certificateListener?.start(web?.origin ?? url),
          stop: () => certificateListener?.stop(),
        },
      },
    },
    log,
  );
  return {
    ...rooms,
    ...audit,
    ...messages,
    ...verification,
    ...rooms.credentials,
    ...lists,
    http,
    housekeeping,
    sessions: logins.sessions,
    start: () => lifecycle.start('open'),
    async serve() {
      await lifecycle.start('serve');
      return url;
    },
    stop: () => lifecycle.stop(),
  };
}

function buildHttp(deps: AppDeps, rooms: Rooms): FastifyInstance {
  const { store, keyring, clock, log, host, alsoHosts = [], web, tls } = deps;
  const { fleet, sockets, logins, policies, registry, messages } = rooms;
  const { keyringWatch, refusals, proxies } = rooms;
  const pages = web && new Pages(web.assets);
  const http = createHttp({
    store,
    keyring,
    keyringProblem: () => keyringWatch.problem,
    log,
    web,
    pages,
    tls,
    socketLimits: sockets.limits,
    proxies,
  });
  registerEnrolment(http, {
    listener: sockets.listener,
    hosts: sockets.hosts,
    keyring,
    clock,
    log,
  });
  stripCertificateHeaders(http, deps.cardProxy);
  registerSessions(http, logins.sessions);
  guardRoutes(http, { refusals, log });
  fleet.metrics.watch(http);
  fleet.metrics.register(http);
  registerApi(http, { fleet, clock, log });
  if (pages) {
    registerPages(http, {
      ...{ pages, store, keyring, clock, log, host, alsoHosts, fleet, logins, policies, registry },
      ...rooms.verification,
      ...rooms.portal,
      ...rooms.evenly,
      credentials: rooms.credentials.credentials,
      cards: rooms.credentials.disabilityCards,
      notify: messages.notify,
      origin: web?.origin,
      now: () => clock.now(),
    });
  }
  http.server.on('upgrade', (request, socket, head) => {
    proxies.see(request);
    sockets.upgrade(request, socket, head);
  });
  return http;
}
