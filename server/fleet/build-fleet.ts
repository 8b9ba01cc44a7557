import type { Clock } from '../../shared/clock.ts';
import { VERSION } from '../../shared/version.ts';
import type { Audit } from '../audit/audit.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Log } from '../log.ts';
import type { Notify } from '../notify/notify.ts';
import type { FactQuarantine } from '../offline-list/fact-quarantine.ts';
import type { Policies } from '../policies/policies.ts';
import type { SetAside } from '../set-aside.ts';
import type { Store } from '../store/store.ts';
import { ActivityLog } from './access/activity-log.ts';
import { ApiTokens } from './access/api-tokens.ts';
import type { Expiry } from './access/expiry.ts';
import { Alerts } from './alerts/alerts.ts';
import { alertsConfigSchema, type QueueMail } from './alerts/alerts-config.ts';
import type { WaitingMessages } from './alerts/conditions.ts';
import { FleetBus } from './bus/fleet-bus.ts';
import { Commands } from './commands/commands.ts';
import { ConfigPush } from './config/config-push.ts';
import { ConfigVersions } from './config/config-versions.ts';
import { RolloutRunner } from './config/rollout-runner.ts';
import { Rollouts } from './config/rollouts.ts';
import { Enrolment } from './enrolment/enrolment.ts';
import { Fleet } from './fleet.ts';
import type { FleetConfig } from './fleet-config.ts';
import { fleetJobs } from './fleet-jobs.ts';
import { subscribeFleet } from './fleet-subscriptions.ts';
import { ConnectedKiosks } from './link/connected-kiosks.ts';
import { Metrics } from './metrics/metrics.ts';
import { LeaderJobs } from './nodes/leader-jobs.ts';
import { NodeBus } from './nodes/node-bus.ts';
import { Gates } from './places/gates.ts';
import { Kiosks } from './places/kiosks.ts';
import { Sites } from './places/sites.ts';
import { PolicyReleases } from './releases/policy-releases.ts';
import { FleetState } from './state/fleet-state.ts';
import { Renewals } from './state/renewals.ts';
import { Roster } from './state/roster.ts';
import { RosterSync } from './state/roster-sync.ts';
import { StateWriter } from './state/state-writer.ts';
import { Telemetry } from './state/telemetry.ts';
import { summarise } from './view/kiosk-row.ts';
import { KioskRows } from './view/kiosk-rows.ts';
import { SavedViews } from './view/saved-views.ts';

export interface FleetDeps {
  store: Store;
  audit: Audit;
  keyring: Keyring;
  clock: Clock;
  log: Log;
  node: string;
  /** The origin that a new kiosk asks, such as `https://varco.example.it`. */
  server: string;
  policies: Policies;
  /** How often kiosks report, in milliseconds. */
  intervalMs: number;
  /** Absent: nobody is notified of alerts, and metrics need a token. */
  config: FleetConfig | undefined;
  notify: Pick<Notify, 'canSend' | 'queue'>;
  /** Whether this server's TLS can verify client certificates. */
  canCheckCertificates: boolean;
  /** The outbox of messages to people. */
  messages: () => Promise<WaitingMessages>;
  /** What kiosks reported and can't be true. */
  quarantine: Pick<FactQuarantine, 'since' | 'ofGate'>;
  setAside: SetAside;
  /** Requests come through a proxy that the config does not name. */
  isProxyUnnamed: () => boolean;
  /** What else ends some day: certificates, keys. */
  expiries: () => Promise<Expiry[]>;
  /** Verifications that wait for the writer, for the metrics. */
  waiting: () => number;
}

/** Builds the fleet from its dependencies: each part gets what it needs, and nothing else refers to it yet. */
export function buildFleet(deps: FleetDeps): Fleet {
  const { quarantine, clock, log } = deps;
  const places = buildPlaces(deps);
  const acts = buildActs(deps, places);
  const state = buildState(deps, { ...places, ...acts });
  const nodeBus = new NodeBus({ ...deps, bus: places.bus });
  const jobs = fleetJobs({ ...places, ...acts, ...state });
  const leaderJobs = new LeaderJobs({ ...deps, jobs });
  const metrics = new Metrics({
    ...deps,
    version: VERSION,
    summary: () => summarise(acts.rows.rows(), acts.alerts.open.besideGates('all')),
    openAlerts: () => acts.alerts.open.byKind(),
    findToken: (token) => places.tokens.find(token),
    sockets: () => places.connected.size,
    access: deps.config?.metrics ?? 'token',
  });
  const parts = { ...places, ...acts, ...state, nodeBus, leaderJobs, metrics };
  const fleet = { ...parts, quarantine, clock, log };
  subscribeFleet(places.bus, parts);
  return new Fleet(fleet);
}

type Places = ReturnType<typeof buildPlaces>;
type Acts = ReturnType<typeof buildActs>;

/** Where kiosks stand, and who may do what there. */
function buildPlaces({
  store,
  audit,
  clock,
  log,
  node,
  policies,
  canCheckCertificates,
}: FleetDeps) {
  const now = () => clock.now();
  const bus = new FleetBus(log);
  const connected = new ConnectedKiosks();
  const activity = new ActivityLog({ store, audit, now });
  const base = { store, activity, bus, now };
  const sites = new Sites({ ...base, canCheckCertificates });
  const policyKnown = (id: string) => policies.find(id, new Date(now())) !== undefined;
  const gates = new Gates({ ...base, policyKnown });
  const releases = new PolicyReleases({ ...base, policies });
  const kiosks = new Kiosks(base);
  const roster = new Roster({ store, sites, gates, kiosks, node });
  const tokens = new ApiTokens({ store, activity, now });
  const views = new SavedViews({ store, now });
  return { bus, connected, activity, sites, gates, kiosks, roster, tokens, views, releases };
}

/** What operators and the server itself do about kiosks. */
function buildActs(deps: FleetDeps, { bus, connected, activity, roster, tokens }: Places) {
  const { store, keyring, clock, server, log, setAside } = deps;
  const now = () => clock.now();
  const base = { store, activity, roster, bus, setAside, now };
  const alerts = new Alerts({
    ...base,
    config: deps.config?.alerts ?? { ...alertsConfigSchema.parse({}), webhooks: [] },
    queueMail: queueMailBy(deps.notify),
    expiries: async () => [...(await deps.expiries()), ...(await tokens.expiries())],
    messages: deps.messages,
    refusedFacts: (since) => deps.quarantine.since(since),
    isProxyUnnamed: deps.isProxyUnnamed,
    server,
    log,
  });
  const rows = new KioskRows({ roster, alerts: (gate) => alerts.open.ofGate(gate) });
  const configs = new ConfigVersions({ store, activity, now });
  const enrolment = new Enrolment({
    ...base,
    keyring,
    server,
    desiredOf: (tx, gate) => configs.assign(tx, gate),
  });
  const rollouts = new Rollouts({ ...base, rows, configs });
  const rolloutRunner = new RolloutRunner(base);
  const { node } = deps;
  const commands = new Commands({ ...base, rows, kiosks: connected, node, clock, log });
  return { alerts, rows, configs, enrolment, rollouts, rolloutRunner, commands };
}

/** What kiosks report, and how their gates' changes reach them. */
function buildState(deps: FleetDeps, parts: Places & Acts) {
  const { store, clock, log, node, intervalMs, setAside } = deps;
  const { bus, connected, roster, kiosks, configs, enrolment } = parts;
  const telemetry = new Telemetry({ store });
  const desiredOf = (gate: string) => configs.desiredOf(gate);
  const renewals = new Renewals({
    channel: {
      renew: (kiosk, options) => connected.call(kiosk, 'Renew', {}, options),
      disconnect: (kiosk, reason) => connected.disconnect(kiosk, reason),
    },
    clock,
    log,
  });
  const rosterSync = new RosterSync({
    store,
    roster,
    bus,
    kiosks: connected,
    renewals,
    hasKey: async (kiosk) => (await kiosks.find(kiosk)) !== undefined,
    clock,
  });
  const state = new FleetState({
    roster,
    rosterSync,
    writer: new StateWriter({ store, roster, telemetry, bus, log, setAside }),
    telemetry,
    renewals,
    bus,
    kiosks: connected,
    clock,
    log,
    node,
    desiredOf,
    enrol: (request, from) => enrolment.enrol(request, from),
    intervalMs,
  });
  const configPush = new ConfigPush({
    roster,
    channel: {
      configure: (kiosk, desired, options) => connected.call(kiosk, 'Configure', desired, options),
      renew: (kiosk) => renewals.ask(kiosk),
    },
    node,
    log,
    desiredOf,
    reported: (kiosk, config) => state.noteConfig(kiosk, config),
  });
  return { telemetry, renewals, rosterSync, state, configPush };
}

/** Undefined: this server sends no e-mails. */
function queueMailBy(notify: FleetDeps['notify']): QueueMail | undefined {
  return notify.canSend('email')
    ? async (tx, { key, address, language, title, lines, link }) => {
        const to = { kind: 'email', address } as const;
        const data = { title, lines, link };
        await notify.queue(tx, { key, to, template: 'fleetAlert', language, data });
      }
    : undefined;
}
