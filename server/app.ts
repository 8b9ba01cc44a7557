import type { FastifyInstance } from 'fastify';
import type { Clock } from '../shared/clock.ts';
import type { Anchors } from './audit/anchors.ts';
import type { Audit } from './audit/audit.ts';
import { buildAudit } from './audit/build-audit.ts';
import type { Checkpoints } from './audit/checkpoint.ts';
import { choresOf } from './chores.ts';
import { buildCredentials } from './credential/build-credentials.ts';
import type { CardRenewal } from './credential/card-renewal.ts';
import type { Credentials } from './credential/credentials.ts';
import type { DisabilityCards } from './credential/disability-cards.ts';
import { Refusals } from './fleet/access/refusals.ts';
import { registerApi } from './fleet/api/api.ts';
import { buildFleet } from './fleet/build-fleet.ts';
import { buildLink } from './fleet/build-link.ts';
import { registerEnrolment } from './fleet/enrolment/enrol-route.ts';
import type { Fleet } from './fleet/fleet.ts';
import type { FleetConfig } from './fleet/fleet-config.ts';
import type { KioskSockets } from './fleet/link/kiosk-sockets.ts';
import { defaultSocketLimits, type SocketLimits } from './fleet/link/link-limits.ts';
import { type AnswerTimes, answerTimes, EvenAnswers } from './guessing/even-answers.ts';
import { guessCounts } from './guessing/guess-counts.ts';
import { Housekeeping } from './housekeeping.ts';
import { createHttp, type WebDeps } from './http.ts';
import type { Keyring } from './keys/keyring.ts';
import { KeyringWatch } from './keys/keyring-watch.ts';
import { Lifecycle } from './lifecycle.ts';
import type { Log } from './log.ts';
import type { Cards } from './login/card/cards.ts';
import { type CardProxy, stripCertificateHeaders } from './login/card/proxy-certificate.ts';
import { type LoginConfig, loginConfigSchema } from './login/login-config.ts';
import { Logins } from './login/logins.ts';
import { registerSessions } from './login/request-session.ts';
import type { SessionStore } from './login/session-store.ts';
import { buildNotify } from './notify/build-notify.ts';
import type { Notify } from './notify/notify.ts';
import type { StatusNotices } from './notify/status-notices.ts';
import type { Transports } from './notify/transport.ts';
import { buildOfflineLists } from './offline-list/build-offline-lists.ts';
import type { FactStore } from './offline-list/fact-store.ts';
import type { OfflineLists, OfflineListsConfig } from './offline-list/offline-lists.ts';
import { Policies } from './policies/policies.ts';
import { PolicyFollower } from './policies/policy-follower.ts';
import { buildPortal } from './portal/build-portal.ts';
import { Proxies } from './proxies.ts';
import { checkKeyring } from './readiness.ts';
import { registerPages } from './register-pages.ts';
import { DueFold } from './registry/due-fold.ts';
import { Registry } from './registry/registry.ts';
import type { StatusSource } from './registry/status-source.ts';
import { guardRoutes } from './route-access.ts';
import { SetAside } from './set-aside.ts';
import type { Store } from './store/store.ts';
import { certificateExpiries, type TlsOptions } from './tls.ts';
import { buildVerification } from './verification/build-verification.ts';
import type { FirstLevel } from './verification/first-level.ts';
import type { GateAnswers } from './verification/gate-answers.ts';
import type { Messenger } from './verification/messenger.ts';
import type { SecondLevel } from './verification/second-level.ts';
import type { VelocityCheck } from './verification/velocity-check.ts';
import type { Verification } from './verification/verification.ts';
import { Pages } from './web/page-renderer.tsx';

/** After new keys every gate reconnects within this time. */
const RECONNECT_WITHIN_MS = 60_000;

export interface AppDeps {
  store: Store;
  keyring: Keyring;
  clock: Clock;
  log: Log;
  node: string;
  /** The host in the codes that are issued. */
  host: string;
  alsoHosts?: readonly string[];
  socketLimits?: SocketLimits | undefined;
  /** Replaces the messenger of the outbox, for tests. */
  messenger?: Messenger | undefined;
  /** How messages are sent; without a way for SMS, second level and one-time codes are `unavailable`. */
  transports?: Transports | undefined;
  /** Whether somebody looks at the photos of Disability Cards first; absent: nobody. */
  disabilityCards?: { review: 'staff' | 'none' } | undefined;
  /** Absent: no offline lists. They are of the registry, so with another source there are none. */
  offlineLists?: OfflineListsConfig | undefined;
  /** Answers for people's status instead of the registry. */
  source?: StatusSource | undefined;
  /** For tests and benches that wait for no answer's time. */
  answerTimes?: AnswerTimes | undefined;
  /** Absent: staff only. */
  login?: LoginConfig | undefined;
  /** Smart cards, with the proxy that may speak for them. */
  cards?: Cards | undefined;
  cardProxy?: CardProxy | undefined;
  /** Absent: plain HTTP, behind a proxy that ends TLS or on this machine alone. */
  tls?: TlsOptions | undefined;
  /** For a command beside the server: whether the server's own TLS can verify client certificates. */
  canCheckCertificates?: boolean | undefined;
  /** The sites whose kiosks must show a client certificate. */
  certificateSites?: 'all' | readonly string[] | undefined;
  /** Absent: nobody is notified of alerts, and metrics need a token. */
  fleet?: FleetConfig | undefined;
  /** The keyring's file, watched while the server listens; absent: the keyring stays as it is. */
  keyringFile?: string | undefined;
  /** Where `serve` listens. */
  listen?: { address: string; port: number } | undefined;
  /** Absent: no pages; the links of kiosks and the calls of programs only. */
  web?: WebDeps | undefined;
}

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

type Rooms = ReturnType<typeof buildRooms>;

function buildRooms(deps: AppDeps) {
  const { store, keyring, clock, log, node, host, source, tls } = deps;
  const origin = deps.web?.origin ?? `https://${host}`;
  const portalUrl = `${origin}/portal`;
  const limits = deps.socketLimits ?? defaultSocketLimits;
  const now = () => clock.now();
  const audit = buildAudit({ store, keyring, clock, log, node });
  const proxies = new Proxies({ proxies: deps.web?.proxies, clock, log });
  const setAside = new SetAside({ store, log, now });
  const base = { store, keyring, audit: audit.audit, setAside, clock, log, node, now };
  const evenly = {
    evenAnswers: new EvenAnswers({ clock }),
    answerTimes: deps.answerTimes ?? answerTimes,
  };
  const policies = new Policies(base);
  const policyFollower = new PolicyFollower({ ...base, policies });
  const registry = new Registry(base);
  const dueFold = new DueFold({ store, clock, log });
  const { transports, messenger } = deps;
  const messages = buildNotify({ ...base, registry, transports, messenger, portalUrl });
  const { notify } = messages;
  const review = deps.disabilityCards?.review ?? 'none';
  const credentials = buildCredentials({ ...base, registry, notify, host, portalUrl, review });
  const verification = buildVerification({
    ...base,
    ...evenly,
    registry,
    policies,
    source,
    messenger: messages.messenger,
    warnings: messages.warnings,
  });
  const login = deps.login ?? loginConfigSchema.parse({});
  const logins = new Logins({ ...base, config: login, registry, notify, cards: deps.cards });
  const portal = buildPortal({ ...base, registry, notify });
  // The lists are the registry's: with another source of people's status there are none.
  const config = source ? undefined : deps.offlineLists;
  const lists = buildOfflineLists({ ...base, registry, policies, config });
  const fleet = buildFleet({
    ...base,
    server: origin,
    policies,
    intervalMs: limits.statusEveryMs,
    config: deps.fleet,
    notify,
    messages: () => messages.waitingMessages(),
    guesses: () => guessCounts(store, now()),
    isProxyUnnamed: () => proxies.isUnnamed,
    quarantine: lists.facts.quarantine,
    expiries: async () => certificateExpiries(tls),
    canCheckCertificates: tls?.requestCert ?? deps.canCheckCertificates ?? false,
    waiting: () => verification.verification.pending,
  });
  const refusals = new Refusals(base);
  const sockets = buildLink({
    ...base,
    ...verification,
    ...lists,
    fleet,
    hosts: [host, ...(deps.alsoHosts ?? [])],
    certificateSites: deps.certificateSites,
    addressOf: (request) => proxies.addressOf(request),
    limits,
  });
  const keyringWatch = new KeyringWatch({
    path: deps.keyringFile,
    keyring,
    clock,
    log,
    // Gates get the keys when they boot: each reconnects when it serves nobody.
    changed: () => fleet.reconnectAll(RECONNECT_WITHIN_MS),
  });
  return {
    ...{ audit, policies, registry, messages, credentials, verification, logins, portal, lists },
    dueFold,
    ...{ fleet, sockets, keyringWatch, refusals, setAside, proxies, evenly, policyFollower },
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
