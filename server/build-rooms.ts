import type { Clock } from '../shared/clock.ts';
import { buildAudit } from './audit/build-audit.ts';
import { buildCredentials } from './credential/build-credentials.ts';
import { Refusals } from './fleet/access/refusals.ts';
import { buildFleet } from './fleet/build-fleet.ts';
import { buildLink } from './fleet/build-link.ts';
import type { FleetConfig } from './fleet/fleet-config.ts';
import { defaultSocketLimits, type SocketLimits } from './fleet/link/link-limits.ts';
import { type AnswerTimes, answerTimes, EvenAnswers } from './guessing/even-answers.ts';
import { guessCounts } from './guessing/guess-counts.ts';
import type { WebDeps } from './http.ts';
import type { Keyring } from './keys/keyring.ts';
import { KeyringWatch } from './keys/keyring-watch.ts';
import type { Log } from './log.ts';
import type { Cards } from './login/card/cards.ts';
import type { CardProxy } from './login/card/proxy-certificate.ts';
import { type LoginConfig, loginConfigSchema } from './login/login-config.ts';
import { Logins } from './login/logins.ts';
import { buildNotify } from './notify/build-notify.ts';
import type { Transports } from './notify/transport.ts';
import { buildOfflineLists } from './offline-list/build-offline-lists.ts';
import type { OfflineListsConfig } from './offline-list/offline-lists.ts';
import { Policies } from './policies/policies.ts';
import { PolicyFollower } from './policies/policy-follower.ts';
import { buildPortal } from './portal/build-portal.ts';
import { Proxies } from './proxies.ts';
import { DueFold } from './registry/due-fold.ts';
import { Registry } from './registry/registry.ts';
import type { StatusSource } from './registry/status-source.ts';
import { SetAside } from './set-aside.ts';
import type { Store } from './store/store.ts';
import { certificateExpiries, type TlsOptions } from './tls.ts';
import { buildVerification } from './verification/build-verification.ts';
import type { Messenger } from './verification/messenger.ts';

/** After new keys every gate reconnects within this time. */
const RECONNECT_WITHIN_MS = 60_000;

/** What a server is built from. */
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

export type Rooms = ReturnType<typeof buildRooms>;

/** Builds the rooms in the order in which they need one another; nothing runs before the app starts them. */
export function buildRooms(deps: AppDeps) {
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
