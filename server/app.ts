import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import fastify, { type FastifyInstance } from 'fastify';
import type { Clock } from '../shared/clock.ts';
import { errorCode } from '../shared/errors.ts';
import { VERSION } from '../shared/version.ts';
import { Anchors } from './audit/anchors.ts';
import { Audit } from './audit/audit.ts';
import { Checkpoints } from './audit/checkpoint.ts';
import { indexSubjects } from './audit/subject-index.ts';
import { Credentials } from './credential/credentials.ts';
import { DisabilityCards } from './credential/disability-cards.ts';
import { registerApi } from './fleet/api/api.ts';
import { registerEnrolment } from './fleet/enrolment/enrol-route.ts';
import { Fleet } from './fleet/fleet.ts';
import type { FleetConfig } from './fleet/fleet-config.ts';
import { KioskSockets } from './fleet/link/kiosk-sockets.ts';
import { defaultSocketLimits, type SocketLimits, slowness } from './fleet/link/link-limits.ts';
import { Metrics } from './fleet/metrics/metrics.ts';
import { auditPruning, Housekeeping } from './housekeeping.ts';
import { httpStatusOf } from './http-status.ts';
import type { Keyring } from './keys/keyring.ts';
import type { Log } from './log.ts';
import type { Cards } from './login/card/cards.ts';
import { type CardProxy, stripCertificateHeaders } from './login/card/proxy-certificate.ts';
import { type LoginConfig, loginConfigSchema } from './login/login-config.ts';
import { Logins } from './login/logins.ts';
import { registerSessions } from './login/request-session.ts';
import type { SessionStore } from './login/session-store.ts';
import { Notify } from './notify/notify.ts';
import { StatusNotices } from './notify/status-notices.ts';
import type { Transports } from './notify/transport.ts';
import { FactStore } from './offline-list/fact-store.ts';
import { OfflineLists, type OfflineListsConfig } from './offline-list/offline-lists.ts';
import { Policies } from './policies/policies.ts';
import { ContactChecks } from './portal/contact-checks.ts';
import { Delegations } from './portal/delegations.ts';
import { checkKeyring, readiness } from './readiness.ts';
import { Registry } from './registry/registry.ts';
import type { StatusSource } from './registry/status-source.ts';
import type { Store } from './store/store.ts';
import { certificateExpiries, type TlsOptions } from './tls.ts';
import { FirstLevel } from './verification/first-level.ts';
import { ensureTimingDecoy, GateLookup } from './verification/gate-lookup.ts';
import type { Messenger } from './verification/messenger.ts';
import { SecondLevel } from './verification/second-level.ts';
import { VelocityCheck } from './verification/velocity-check.ts';
import { Verification } from './verification/verification.ts';
import { VerificationBatch } from './verification/verification-batch.ts';
import { serveAssets, type WebAsset } from './web/assets.ts';
import { registerFleetPages } from './web/fleet/fleet-routes.ts';
import { guardRequests } from './web/headers.ts';
import { registerLogin } from './web/login/login-routes.tsx';
import { registerDesk } from './web/operator/desk.tsx';
import { Pages, wantsPage } from './web/page-renderer.tsx';
import { registerPortal } from './web/portal/portal-routes.tsx';
import { registerReading } from './web/reading/reading-routes.tsx';
import { registerStatements } from './web/statements/statements.tsx';

/** The largest HTTP body, in bytes. */
const BODY_BYTES_MAX = 65_536;
/** A photo over a slow phone takes its time; how long a request's head may take is `slowness`'s. */
const REQUEST_MS_MAX = 60_000;

export interface AppDeps {
  store: Store;
  keyring: Keyring;
  clock: Clock;
  log: Log;
  node: string;
  /** The host in the codes that are issued. */
  host: string;
  alsoHosts?: readonly string[];
  socketLimits?: SocketLimits;
  /** Takes the place of the messages' own room, for tests. */
  messenger?: Messenger;
  /** The ways out for messages; without one for SMS, second level and one-time codes are `unavailable`. */
  transports?: Transports | undefined;
  /** Whether somebody looks at the photos of Disability Cards first; absent: nobody. */
  disabilityCards?: { review: 'staff' | 'none' } | undefined;
  /** Absent: no offline lists. They are of the registry, so with another source there are none. */
  offlineLists?: OfflineListsConfig | undefined;
  /** Who answers for people's status in the registry's place. */
  source?: StatusSource;
  /** Absent: staff only. */
  login?: LoginConfig | undefined;
  /** Smart cards, with the proxy that may speak for them. */
  cards?: Cards | undefined;
  cardProxy?: CardProxy | undefined;
  /** Absent: plain HTTP, behind a proxy that ends TLS or on this machine alone. */
  tls?: TlsOptions;
  /** Of a command beside the server: whether the server's own TLS can check client certificates. */
  canCheckCertificates?: boolean | undefined;
  /** The sites whose kiosks must show a client certificate. */
  certificateSites?: 'all' | readonly string[] | undefined;
  /** Absent: nobody is told of alerts, and metrics need a token. */
  fleet?: FleetConfig | undefined;
  /** What is wrong with the keyring file now, for `/readyz`. */
  keyringProblem?: (() => string | undefined) | undefined;
  /** Absent: no pages; the links of kiosks and the calls of programs only. */
  web?: WebDeps | undefined;
}

/** What the server's pages need. */
export interface WebDeps {
  assets: readonly WebAsset[];
  /** Such as `https://varco.example.it`; absent: each request's own host, for a demonstration. */
  origin?: string | undefined;
  /** Addresses of the proxies whose `X-Forwarded-*` are believed. */
  proxies?: readonly string[];
}

/** The server's rooms, built and connected; nothing listens. */
export interface App {
  http: FastifyInstance;
  registry: Registry;
  credentials: Credentials;
  policies: Policies;
  verification: Verification;
  velocityCheck: VelocityCheck;
  firstLevel: FirstLevel;
  secondLevel: SecondLevel;
  audit: Audit;
  anchors: Anchors;
  checkpoints: Checkpoints;
  housekeeping: Housekeeping;
  fleet: Fleet;
  sockets: KioskSockets;
  /** Not started with the rest: a command on the same data publishes nothing. */
  offlineLists: OfflineLists | undefined;
  facts: FactStore;
  /** Not started with the rest: a command on the same data sends nothing. */
  notify: Notify;
  /** Not started with the rest, like them. */
  notices: StatusNotices;
  disabilityCards: DisabilityCards;
  logins: Logins;
  sessions: SessionStore;
  /** Checks that keyring and database belong together, and reads what is kept in memory. */
  start(): Promise<void>;
  /** Ends connections and HTTP; the store stays its owner's. */
  stop(): Promise<void>;
}

/** Builds everything from its dependencies. */
export function createApp(deps: AppDeps): App {
  const { store, keyring, clock, log, node, host } = deps;
  const now = () => clock.now();
  const audit = new Audit({ store, keyring, node, now });
  const anchors = new Anchors({ store, audit, node });
  const checkpoints = new Checkpoints({ store, keyring, audit, clock, log, node });
  const policies = new Policies({ store });
  const registry = new Registry({ store, keyring, audit, now });
  const credentials = new Credentials({ store, keyring, audit, host, now });
  const { transports, source } = deps;
  const notify = new Notify({ store, keyring, registry, clock, log, transports });
  const messenger = deps.messenger ?? (notify.canSend('sms') ? notify.messenger() : undefined);
  const portalUrl = `${deps.web?.origin ?? `https://${host}`}/portal`;
  const notices = new StatusNotices({ store, notify, clock, log, link: portalUrl });
  const disabilityCards = new DisabilityCards({
    store,
    keyring,
    audit,
    credentials,
    registry,
    notify,
    portalUrl,
    review: deps.disabilityCards?.review ?? 'none',
    now,
  });
  const gateLookup = new GateLookup(store);
  const secondLevel = new SecondLevel({
    gateLookup,
    store,
    keyring,
    audit,
    registry,
    policies,
    messenger,
    log,
    now,
  });
  const velocityCheck = new VelocityCheck({ store, audit, clock, log, node });
  const verificationBatch = new VerificationBatch({
    store,
    keyring,
    gateLookup,
    audit,
    secondLevel,
    velocityCheck,
    now,
  });
  const verification = new Verification({
    store,
    keyring,
    gateLookup,
    policies,
    verificationBatch,
    source,
    now,
  });
  const firstLevel = new FirstLevel({ store, keyring, gateLookup, audit, source, now });
  const logins = new Logins({
    store,
    keyring,
    log,
    now,
    config: deps.login ?? loginConfigSchema.parse({}),
    registry,
    notify,
    cards: deps.cards,
  });
  const contactChecks = new ContactChecks({ store, keyring, registry, notify, now });
  const delegations = new Delegations({ store, keyring, audit, registry, notify, now });
  const housekeeping = new Housekeeping({
    chores: [
      { name: 'verification', run: () => verification.purgeExpired() },
      { name: 'registry', run: () => registry.purgeErasedEntries() },
      { name: 'anchors', run: () => anchors.anchor() },
      { name: 'subjects', run: () => indexSubjects(store) },
      { name: 'logins', run: () => logins.purgeExpired() },
      { name: 'contacts', run: () => contactChecks.forgetExpired() },
      { name: 'delegations', run: () => delegations.forgetOld() },
      auditPruning(checkpoints, now),
    ],
    clock,
    log,
  });
  const messages = async () => {
    const { waiting = 0, sending = 0, dead = 0 } = await notify.outbox.counts();
    return { waiting: waiting + sending, dead };
  };
  const fleet = new Fleet({
    store,
    audit,
    keyring,
    clock,
    log,
    node,
    server: deps.web?.origin ?? `https://${host}`,
    policyKnown: (policy) => policies.find(policy, new Date(now())) !== undefined,
    intervalMs: (deps.socketLimits ?? defaultSocketLimits).statusEveryMs,
    alerts: deps.fleet?.alerts,
    queueMail: notify.canSend('email')
      ? async (tx, { key, address, language, title, lines, link }) => {
          const to = { kind: 'email', address } as const;
          const data = { title, lines, link };
          await notify.queue(tx, { key, to, template: 'fleetAlert', language, data });
        }
      : undefined,
    messages,
    expiries: async () => certificateExpiries(deps.tls),
    canCheckCertificates: deps.tls?.requestCert ?? deps.canCheckCertificates,
  });
  const facts = new FactStore({ store, audit, policies, keyring, now });
  const { offlineLists: config } = deps;
  const offlineLists =
    config && !source
      ? new OfflineLists({ store, keyring, registry, policies, clock, log, config })
      : undefined;
  const sockets = new KioskSockets({
    fleet,
    listener: fleet.state,
    facts,
    offlineLists,
    verification,
    secondLevel,
    keyring,
    hosts: [host, ...(deps.alsoHosts ?? [])],
    clock,
    log,
    certificateSites: deps.certificateSites,
    answered: (outcome, seconds) => metrics.verified(outcome, seconds),
    ...(deps.socketLimits ? { limits: deps.socketLimits } : {}),
  });
  fleet.attach(sockets);
  const metrics = new Metrics({
    fleet,
    store,
    log,
    node,
    version: VERSION,
    sockets: () => sockets.connected().length,
    waiting: () => verification.pending,
    messages,
    access: deps.fleet?.metrics ?? 'token',
  });
  fleet.onCounted = metrics;
  const pages = deps.web && new Pages(deps.web.assets);
  const socketLimits = deps.socketLimits ?? defaultSocketLimits;
  const http = createHttp({ ...deps, pages, tls: deps.tls, socketLimits });
  registerEnrolment(http, {
    listener: sockets.listener,
    hosts: sockets.hosts,
    keyring,
    clock,
    log,
  });
  stripCertificateHeaders(http, deps.cardProxy);
  registerSessions(http, logins.sessions);
  metrics.watch(http);
  metrics.register(http);
  registerApi(http, { fleet, clock, log });
  if (pages) {
    registerDesk(http, {
      pages,
      firstLevel,
      secondLevel,
      sites: fleet.sites,
      keyring,
      host,
      alsoHosts: deps.alsoHosts ?? [],
      now,
    });
    registerLogin(http, { pages, logins, log, now, origin: deps.web?.origin });
    const { sessions } = logins;
    const { outbox } = notify;
    registerFleetPages(http, {
      ...{ pages, fleet, policies, sessions, clock, log, now, store, outbox },
      staff: () => logins.staff.list(),
    });
    registerReading(http, { pages, firstLevel, keyring, host, log, now });
    registerStatements(http, pages);
    registerPortal(http, {
      ...{ pages, store, keyring, log, registry, credentials, policies, notify, now },
      cards: disabilityCards,
      sessions: logins.sessions,
      contactChecks,
      delegations,
      origin: deps.web?.origin ?? `https://${host}`,
    });
  }
  http.server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));
  return {
    http,
    registry,
    credentials,
    policies,
    verification,
    velocityCheck,
    firstLevel,
    secondLevel,
    audit,
    anchors,
    checkpoints,
    housekeeping,
    fleet,
    sockets,
    offlineLists,
    facts,
    notify,
    notices,
    disabilityCards,
    logins,
    sessions: logins.sessions,
    async start() {
      await checkKeyring(store, keyring);
      await ensureTimingDecoy(store, keyring);
      await policies.start();
      await velocityCheck.start();
      checkpoints.start();
      housekeeping.start();
    },
    async stop() {
      sockets.stop();
      await fleet.stop();
      await offlineLists?.stop();
      await notices.stop();
      await notify.stop();
      await logins.certificateListener?.stop();
      await http.close();
      await housekeeping.stop();
      await policies.stop();
      await velocityCheck.stop();
      await checkpoints.stop().catch((error: unknown) => {
        log.error({ code: errorCode(error) }, 'no last checkpoint');
      });
    },
  };
}

function createHttp(
  deps: Pick<AppDeps, 'store' | 'keyring' | 'keyringProblem' | 'log' | 'web'> & {
    pages: Pages | undefined;
    tls: TlsOptions | undefined;
    socketLimits: SocketLimits;
  },
): FastifyInstance {
  const { store, keyring, log, web, pages } = deps;
  const slow = slowness(deps.socketLimits);
  const http = fastify({
    logger: false,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_MS_MAX,
    forceCloseConnections: true,
    ...(deps.tls ? { https: { ...deps.tls, ...slow } } : { http: slow }),
    trustProxy: web?.proxies?.length ? [...web.proxies] : false,
  });
  http.register(cookie);
  http.register(formbody, { bodyLimit: BODY_BYTES_MAX });
  guardRequests(http, web?.origin);
  serveAssets(http, web?.assets ?? []);
  // Only the route's pattern is logged: a URL may hold a credential.
  http.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    log.debug({ method: request.method, route, status: reply.statusCode }, 'http');
    done();
  });
  http.setErrorHandler((error, request, reply) => {
    const status = httpStatusOf(error);
    const code = errorCode(error);
    if (status >= 500) {
      log.error({ route: request.routeOptions.url, code }, 'http failed');
    }
    if (pages && wantsPage(request)) {
      return pages.problem(request, reply, status);
    }
    return reply.code(status).send({ code: status >= 500 ? 'internal' : code });
  });
  http.setNotFoundHandler((request, reply) =>
    pages && wantsPage(request)
      ? pages.problem(request, reply, 404)
      : reply.code(404).send({ code: 'notFound' }),
  );
  http.get('/livez', () => ({ status: 'ok' }));
  http.get('/readyz', async (_request, reply) => {
    const problems = await readiness(store, deps.keyringProblem?.());
    return problems.length > 0
      ? reply.code(503).send({ status: 'unavailable', problems })
      : { status: 'ok' };
  });
  http.get('/.well-known/varco/keys.json', (_request, reply) =>
    reply.header('cache-control', 'public, max-age=300').send({
      keys: keyring
        .credentialKeys()
        .map(({ keyId, publicKey }) => ({ kty: 'OKP', crv: 'Ed25519', kid: keyId, x: publicKey })),
    }),
  );
  return http;
}
