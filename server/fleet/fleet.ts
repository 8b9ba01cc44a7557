import type { Clock } from '../../shared/clock.ts';
import { errorCode, VarcoError } from '../../shared/errors.ts';
import type { Audit } from '../audit/audit.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/store.ts';
import { ActivityLog } from './access/activity-log.ts';
import { demand, type FleetActor } from './access/actor.ts';
import { ApiTokens } from './access/api-tokens.ts';
import type { Expiry } from './access/expiry.ts';
import { visibleSites } from './access/permissions.ts';
import { Alerts, type AlertsConfig, alertsConfigSchema, type QueueMail } from './alerts/alerts.ts';
import type { WaitingMessages } from './alerts/watch.ts';
import { Commands } from './commands/commands.ts';
import { ConfigPush } from './config/config-push.ts';
import { ConfigVersions } from './config/config-versions.ts';
import { RolloutRunner } from './config/rollout-runner.ts';
import { Rollouts } from './config/rollouts.ts';
import { Enrolment } from './enrolment/enrolment.ts';
import type { KioskSockets } from './link/kiosk-sockets.ts';
import { LeaderJobs } from './nodes/leader-jobs.ts';
import { FleetEvents } from './nodes/page-events.ts';
import { Gates } from './places/gates.ts';
import { type Kiosk, Kiosks } from './places/kiosks.ts';
import { Sites } from './places/sites.ts';
import { FleetState } from './state/fleet-state.ts';
import { PresenceEvents } from './state/presence-events.ts';
import { Renewals } from './state/renewals.ts';
import { Roster, type RosterGate } from './state/roster.ts';
import { type History, Telemetry } from './state/telemetry.ts';
import { type FleetSummary, type KioskRow, summarise } from './view/kiosk-row.ts';
import { type AlertCount, type GateDetails, toDetails, toKioskRow } from './view/kiosk-rows.ts';
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
  policyKnown: (policy: string) => boolean;
  /** How often kiosks report, in milliseconds. */
  intervalMs: number;
  alerts?: AlertsConfig | undefined;
  queueMail?: QueueMail | undefined;
  /** Whether this server's TLS can check client certificates; absent: it can't. */
  canCheckCertificates?: boolean | undefined;
  /** What the outbox of messages to people holds. */
  messages?: (() => Promise<WaitingMessages>) | undefined;
  /** What else ends some day: certificates, keys. */
  expiries?: (() => Promise<Expiry[]>) | undefined;
}

/** The fleet: places, kiosks, what they tell, and what they are told. */
export class Fleet {
  readonly activity: ActivityLog;
  readonly sites: Sites;
  readonly gates: Gates;
  readonly kiosks: Kiosks;
  readonly enrolment: Enrolment;
  readonly configs: ConfigVersions;
  readonly rollouts: Rollouts;
  readonly rolloutRunner: RolloutRunner;
  readonly commands: Commands;
  readonly views: SavedViews;
  readonly telemetry: Telemetry;
  readonly events = new FleetEvents();
  readonly roster: Roster;
  /** What the kiosks' sockets tell. */
  readonly state: FleetState;
  readonly #renewals: Renewals;
  readonly #push: ConfigPush;
  readonly #leaderJobs: LeaderJobs;
  readonly alerts: Alerts;
  readonly tokens: ApiTokens;
  readonly #presence = new PresenceEvents();
  /** Told how each try to enrol, and each command, ended. */
  onCounted: { enrolled(result: string): void; commandEnded(name: string, result: string): void } =
    {
      enrolled: () => {},
      commandEnded: () => {},
    };
  #cancelDelivery: (() => void) | undefined;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #alertCount: AlertCount = (gate) => this.alerts.countOf(gate);

  constructor(deps: FleetDeps) {
    const { store, audit, keyring, clock, log, node } = deps;
    const now = () => clock.now();
    this.#clock = clock;
    this.#log = log;
    this.activity = new ActivityLog({ store, audit, now });
    const { activity } = this;
    const { canCheckCertificates = false } = deps;
    this.sites = new Sites({ store, activity, now, canCheckCertificates });
    this.gates = new Gates({ store, activity, policyKnown: deps.policyKnown, now });
    this.kiosks = new Kiosks({ store, activity, now });
    this.configs = new ConfigVersions({ store, activity, now });
    this.telemetry = new Telemetry({ store });
    this.views = new SavedViews({ store, now });
    const { sites, gates, kiosks, configs, telemetry, events } = this;
    this.roster = new Roster({ store, sites, gates, kiosks, node });
    const { roster } = this;
    this.enrolment = new Enrolment({
      store,
      keyring,
      activity,
      server: deps.server,
      desiredOf: (tx, gate) => configs.settle(tx, gate),
      now,
    });
    this.rollouts = new Rollouts({ store, activity, roster, configs, now });
    this.rolloutRunner = new RolloutRunner({ store, activity, roster, now });
    this.commands = new Commands({ store, activity, roster, node, now, log });
    this.#renewals = new Renewals({ log, now });
    const renewals = this.#renewals;
    const desiredOf = (gate: string) => configs.desiredOf(gate);
    this.state = new FleetState({
      store,
      roster,
      telemetry,
      events,
      renewals,
      clock,
      log,
      node,
      desiredOf,
      hasKey: async (kiosk) => (await kiosks.find(kiosk)) !== undefined,
      enrol: async (request, facts) => {
        const outcome = await this.enrolment.enrol(request, facts);
        this.onCounted.enrolled(outcome.ok ? 'done' : outcome.code);
        return outcome;
      },
      intervalMs: deps.intervalMs,
    });
    this.#push = new ConfigPush({
      roster,
      node,
      log,
      desiredOf,
      reported: (gate, reported) => this.state.noteConfig(gate, reported),
    });
    this.tokens = new ApiTokens({ store, activity, now });
    this.alerts = new Alerts({
      store,
      activity,
      roster,
      events,
      config: deps.alerts ?? { ...alertsConfigSchema.parse({}), webhooks: [] },
      queueMail: deps.queueMail,
      expiries: async () => [
        ...((await deps.expiries?.()) ?? []),
        ...(await this.tokens.expiries()),
      ],
      messages: deps.messages,
      server: deps.server,
      log,
      now,
    });
    this.#leaderJobs = new LeaderJobs({ store, node, clock, log, jobs: this.#jobs() });
    this.#connect();
  }

  /** Gives the room its node's sockets. */
  attach(sockets: KioskSockets): void {
    this.state.attach(sockets);
    this.commands.attach({
      takesCalls: (kiosk) => sockets.takesCalls(kiosk),
      command: (kiosk, request, options) => sockets.call(kiosk, 'Command', request, options),
    });
    this.#renewals.attach({
      renew: (kiosk, options) => sockets.call(kiosk, 'Renew', {}, options),
      disconnect: (kiosk, reason) => sockets.disconnect(kiosk, reason),
    });
    this.#push.attach({
      configure: (kiosk, desired, options) => sockets.call(kiosk, 'Configure', desired, options),
      renew: (kiosk) => this.#renewals.want(kiosk),
    });
  }

  /** Reads the fleet into memory: enough to act on it once. */
  async open(): Promise<void> {
    await this.state.reload();
  }

  /** Follows the fleet from now on: for a server that listens. */
  async start(): Promise<void> {
    for (const site of await this.sites.lockedOut()) {
      const code = 'clientAuthorityMissing';
      this.#log.warn({ code, site }, 'no kiosk of this site can come in: listen.tls.clientCaFile');
    }
    await this.state.start();
    await this.alerts.start();
    await this.commands.start();
    this.#leaderJobs.start();
  }

  async stop(): Promise<void> {
    this.#cancelDelivery?.();
    await this.#leaderJobs.stop();
    await this.commands.stop();
    await this.alerts.stop();
    await this.state.stop();
  }

  /** Has a kiosk of this node come anew, when nobody is at its gate. */
  renew(kiosk: string): void {
    this.#renewals.want(kiosk);
  }

  /** @see Kiosks.register */
  registerKiosk(kiosk: Kiosk): Promise<void> {
    return this.kiosks.register(kiosk);
  }

  /** @see Kiosks.find */
  findKiosk(id: string): Promise<Kiosk | undefined> {
    return this.kiosks.find(id);
  }

  /** The rows of the gates named, or of all, whoever may see them; one that is not there is no more. */
  rows(ids?: readonly string[]): KioskRow[] {
    const entries = ids ? ids.flatMap((id) => this.roster.get(id) ?? []) : this.roster.gates();
    return [...entries].map((entry) => toKioskRow(entry, this.roster, this.#alertCount));
  }

  /** The rows that this actor may see. */
  rowsFor(who: FleetActor): KioskRow[] {
    const seen = visibleSites(who);
    return seen ? this.rows().filter(({ siteId }) => seen === 'all' || seen.includes(siteId)) : [];
  }

  /** Of the whole fleet, whoever may see it: for figures without names. */
  summary(): FleetSummary {
    return summarise(this.rows(), this.alerts.openBesideGates('all'));
  }

  summaryFor(who: FleetActor): FleetSummary {
    const sites = visibleSites(who) ?? [];
    return summarise(this.rowsFor(who), this.alerts.openBesideGates(sites));
  }

  /** @throws VarcoError `gateUnknown`, `forbidden`. */
  details(who: FleetActor, gate: string): GateDetails {
    const entry = this.#entry(who, gate);
    return toDetails(entry, this.roster, this.#alertCount, this.#clock.now());
  }

  /** @throws VarcoError `gateUnknown`, `forbidden`. */
  history(who: FleetActor, gate: string, range: { from: number; to: number }): Promise<History> {
    this.#entry(who, gate);
    return this.telemetry.history(gate, range, this.#clock.now());
  }

  #entry(who: FleetActor, gate: string): RosterGate {
    const entry = this.roster.get(gate) ?? this.roster.ofKiosk(gate);
    if (!entry) {
      throw new VarcoError('gateUnknown', `There is no gate ${gate}`);
    }
    demand(who, 'fleet.view', { site: entry.gate.site });
    return entry;
  }

  #jobs() {
    const { telemetry, activity, commands, enrolment, rolloutRunner, alerts } = this;
    return {
      everySecond: [
        () => rolloutRunner.step(),
        () => commands.expire(),
        (now: number) => this.#notePresence(now),
        (_now: number, resumed: boolean) => alerts.step(resumed),
      ],
      everyMinute: [
        () => alerts.refresh(),
        (now: number) => whileMore(() => telemetry.rollUp(now)),
        (now: number) => whileMore(() => telemetry.prune(now)),
        () => activity.prune().then(() => {}),
        () => commands.prune(),
        () => enrolment.prune(),
      ],
    };
  }

  async #notePresence(now: number): Promise<void> {
    const seen = [...this.roster.gates()].flatMap(({ gate, lastReport, kiosk }) =>
      kiosk
        ? [{ gate: gate.id, site: gate.site, presence: lastReport?.presence ?? 'neverSeen' }]
        : [],
    );
    const events = this.#presence.look(seen as Parameters<PresenceEvents['look']>[0], now);
    if (events.length > 0) {
      const entries = events.map(({ kind, site, ...rest }) =>
        'gate' in rest
          ? { kind, site, gate: rest.gate, body: { was: rest.was, presence: rest.presence } }
          : { kind, site, body: rest },
      );
      await this.activity.keep(entries);
      this.events.touch([], ['activity']);
    }
  }

  /** One look at what waits, for all that boot within a moment of each other. */
  #deliverSoon(): void {
    this.#cancelDelivery ??= this.#clock.after(DELIVER_SOON_MS, () => {
      this.#cancelDelivery = undefined;
      void this.commands.deliver();
    });
  }

  #connect(): void {
    const { state, events, commands, rollouts, rolloutRunner } = this;
    const changed = (gates: readonly string[]) =>
      state.changed(gates).catch((error: unknown) => {
        this.#log.warn({ code: errorCode(error) }, 'the fleet was not read anew');
      });
    this.sites.onChange = () => void changed([]);
    this.gates.onChange = (gates) => void changed(gates);
    this.kiosks.onChange = (gates) => void changed(gates);
    this.enrolment.onChange = (gates) => void changed(gates);
    for (const one of [rollouts, rolloutRunner]) {
      one.onDesired = (gates) => changed(gates);
      one.onChange = (gates) => events.touch(gates, ['rollouts', 'activity']);
    }
    commands.onChange = (gates) => {
      events.touch([], ['commands', 'activity', ...gates.map((gate) => `gate:${gate}` as const)]);
    };
    commands.onEnd = (name, state) => this.onCounted.commandEnded(name, state);
    state.onReloaded = () => void this.#push.run();
    state.onAdmitted = (kiosk, version) => this.#push.answered(kiosk, version);
    state.onBooted = () => this.#deliverSoon();
    state.onCommandEnd = (kiosk, end) => {
      commands.ended(kiosk, end).catch((error: unknown) => {
        this.#log.warn({ code: errorCode(error) }, 'the end of a command was not kept');
      });
    };
  }
}

const STEPS_MAX = 200;
/** A kiosk that booted gets what waits for it this soon. */
const DELIVER_SOON_MS = 20;

/** Runs small steps until there is no more to do, or enough was done for now. */
async function whileMore(step: () => Promise<boolean>): Promise<void> {
  for (let steps = 0; steps < STEPS_MAX && (await step()); steps += 1) {
    // Gates are answered in between.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
