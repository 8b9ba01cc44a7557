import type { Clock } from '../../shared/clock.ts';
import type { Log } from '../log.ts';
import type { FactQuarantine, QuarantinedFact } from '../offline-list/fact-quarantine.ts';
import type { PolicyChange } from '../policies/policy-follower.ts';
import type { ActivityLog } from './access/activity-log.ts';
import { demandFound, type FleetActor } from './access/actor.ts';
import type { ApiTokens } from './access/api-tokens.ts';
import { visibleSites } from './access/permissions.ts';
import type { Alerts } from './alerts/alerts.ts';
import type { FleetBus } from './bus/fleet-bus.ts';
import type { Commands } from './commands/commands.ts';
import type { ConfigPush } from './config/config-push.ts';
import type { ConfigVersions } from './config/config-versions.ts';
import type { RolloutRunner } from './config/rollout-runner.ts';
import type { Rollouts } from './config/rollouts.ts';
import type { Enrolment } from './enrolment/enrolment.ts';
import type { ConnectedKiosks } from './link/connected-kiosks.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { LeaderJobs } from './nodes/leader-jobs.ts';
import type { NodeBus } from './nodes/node-bus.ts';
import { type Gates, unknownGate } from './places/gates.ts';
import type { Kiosk, Kiosks } from './places/kiosks.ts';
import type { Sites } from './places/sites.ts';
import type { PolicyReleases } from './releases/policy-releases.ts';
import type { FleetState } from './state/fleet-state.ts';
import type { Renewals } from './state/renewals.ts';
import type { Roster, RosterGate } from './state/roster.ts';
import type { RosterSync } from './state/roster-sync.ts';
import type { History, Telemetry } from './state/telemetry.ts';
import { type FleetSummary, type KioskRow, summarise } from './view/kiosk-row.ts';
import type { GateDetails, KioskRows } from './view/kiosk-rows.ts';
import type { SavedViews } from './view/saved-views.ts';

/** Everything that the fleet is made of, built by `buildFleet`. */
export interface FleetParts {
  bus: FleetBus;
  activity: ActivityLog;
  sites: Sites;
  gates: Gates;
  kiosks: Kiosks;
  /** The kiosks that are connected to this node. */
  connected: ConnectedKiosks;
  roster: Roster;
  rosterSync: RosterSync;
  rows: KioskRows;
  telemetry: Telemetry;
  configs: ConfigVersions;
  configPush: ConfigPush;
  rollouts: Rollouts;
  releases: PolicyReleases;
  rolloutRunner: RolloutRunner;
  enrolment: Enrolment;
  commands: Commands;
  renewals: Renewals;
  /** Follows the kiosks of this node: the listener of their sockets. */
  state: FleetState;
  alerts: Alerts;
  tokens: ApiTokens;
  views: SavedViews;
  nodeBus: NodeBus;
  leaderJobs: LeaderJobs;
  metrics: Metrics;
  quarantine: Pick<FactQuarantine, 'since' | 'ofGate'>;
  clock: Clock;
  log: Log;
}

/** The fleet: sites, gates and kiosks, what kiosks report, and what they are to do. */
export class Fleet {
  readonly bus: FleetBus;
  readonly activity: ActivityLog;
  readonly sites: Sites;
  readonly gates: Gates;
  readonly kiosks: Kiosks;
  readonly connected: ConnectedKiosks;
  readonly roster: Roster;
  readonly rosterSync: RosterSync;
  readonly telemetry: Telemetry;
  readonly configs: ConfigVersions;
  readonly rollouts: Rollouts;
  readonly releases: PolicyReleases;
  readonly rolloutRunner: RolloutRunner;
  readonly enrolment: Enrolment;
  readonly commands: Commands;
  readonly state: FleetState;
  readonly alerts: Alerts;
  readonly tokens: ApiTokens;
  readonly views: SavedViews;
  readonly metrics: Metrics;
  readonly #parts: FleetParts;

  constructor(parts: FleetParts) {
    this.bus = parts.bus;
    this.activity = parts.activity;
    this.sites = parts.sites;
    this.gates = parts.gates;
    this.kiosks = parts.kiosks;
    this.connected = parts.connected;
    this.roster = parts.roster;
    this.rosterSync = parts.rosterSync;
    this.telemetry = parts.telemetry;
    this.configs = parts.configs;
    this.rollouts = parts.rollouts;
    this.releases = parts.releases;
    this.rolloutRunner = parts.rolloutRunner;
    this.enrolment = parts.enrolment;
    this.commands = parts.commands;
    this.state = parts.state;
    this.alerts = parts.alerts;
    this.tokens = parts.tokens;
    this.views = parts.views;
    this.metrics = parts.metrics;
    this.#parts = parts;
  }

  /** Reads the roster once: enough for a command beside the server. */
  async open(): Promise<void> {
    await this.state.reload();
  }

  /** Follows the fleet from now on: for a server that listens. */
  async start(): Promise<void> {
    const { state, nodeBus, alerts, commands, leaderJobs, log } = this.#parts;
    for (const site of await this.sites.lockedOut()) {
      const code = 'clientAuthorityMissing';
      log.warn({ code, site }, 'no kiosk of this site can connect: listen.tls.clientCaFile');
    }
    // Listening comes first: what is announced while the roster is read is read again.
    await nodeBus.start();
    await state.start();
    await alerts.start();
    await commands.start();
    leaderJobs.start();
  }

  async stop(): Promise<void> {
    const { state, nodeBus, alerts, commands, leaderJobs, renewals } = this.#parts;
    await leaderJobs.stop();
    await commands.stop();
    await alerts.stop();
    renewals.stop();
    await state.stop();
    await nodeBus.stop();
  }

  /** Asks the kiosks of this node to reconnect, each at some moment within this time, in milliseconds. */
  reconnectAll(withinMs: number): void {
    this.#parts.renewals.askWithin(this.connected.ids(), withinMs);
  }

  /**
   * Gates take a new version with the next question. What a kiosk got when it booted is renewed when it
   * serves nobody: whether it takes live codes only, and whether there may be a list.
   */
  policiesChanged(changes: readonly PolicyChange[]): void {
    const renewed = new Set(changes.filter(isRenewed).map(({ id }) => id));
    const gates: string[] = [];
    for (const { gate, kiosk } of this.roster.gates()) {
      if (changes.some(({ id }) => id === gate.policy)) {
        gates.push(gate.id);
      }
      if (kiosk && renewed.has(gate.policy) && this.connected.has(kiosk.id)) {
        this.#parts.renewals.ask(kiosk.id);
      }
    }
    void this.bus.emit('viewChanged', { gates, topics: ['policies', 'activity'] });
  }

  /** @see Kiosks.register */
  registerKiosk(kiosk: Kiosk): Promise<void> {
    return this.kiosks.register(kiosk);
  }

  /** @see Kiosks.find */
  findKiosk(id: string): Promise<Kiosk | undefined> {
    return this.kiosks.find(id);
  }

  /** Rows for these ids (all if omitted), not filtered by permission; an id without a gate has none. */
  rows(ids?: readonly string[]): KioskRow[] {
    return this.#parts.rows.rows(ids);
  }

  /** The rows that this actor may see. */
  rowsFor(who: FleetActor): KioskRow[] {
    const seen = visibleSites(who);
    return seen ? this.rows().filter(({ siteId }) => seen === 'all' || seen.includes(siteId)) : [];
  }

  /** Of the whole fleet, not filtered by permission: for figures without names. */
  summary(): FleetSummary {
    return summarise(this.rows(), this.alerts.open.besideGates('all'));
  }

  summaryFor(who: FleetActor): FleetSummary {
    const sites = visibleSites(who) ?? [];
    return summarise(this.rowsFor(who), this.alerts.open.besideGates(sites));
  }

  /** @throws VarcoError `gateUnknown`, `forbidden`. */
  details(who: FleetActor, gate: string): GateDetails {
    const { rows, clock } = this.#parts;
    return rows.details(this.#entry(who, gate), clock.now());
  }

  /** @throws VarcoError `gateUnknown`, `forbidden`. */
  history(who: FleetActor, gate: string, range: { from: number; to: number }): Promise<History> {
    this.#entry(who, gate);
    return this.telemetry.history(gate, range, this.#parts.clock.now());
  }

  /** What the gate's kiosks reported and can't be true. @throws VarcoError `gateUnknown`, `forbidden`. */
  refusedFacts(who: FleetActor, gate: string): Promise<QuarantinedFact[]> {
    return this.#parts.quarantine.ofGate(this.#entry(who, gate).gate.id);
  }

  #entry(who: FleetActor, gate: string): RosterGate {
    const entry = this.roster.get(gate) ?? this.roster.ofKiosk(gate);
    const found = entry && { entry, site: entry.gate.site };
    return demandFound(who, 'fleet.view', found, () => unknownGate(gate)).entry;
  }
}

function isRenewed({ before, after }: PolicyChange): boolean {
  return before?.liveCode !== after?.liveCode || before?.level !== after?.level;
}
