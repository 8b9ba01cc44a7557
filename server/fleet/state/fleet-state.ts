import type { Clock } from '../../../shared/clock.ts';
import { errorCode } from '../../../shared/errors.ts';
import type { RequestOf } from '../../../shared/protocol/actions.ts';
import type { EnrolRequest } from '../../../shared/protocol/enrolment-messages.ts';
import { isStatusBounded, type StatusReport } from '../../../shared/protocol/kiosk-status.ts';
import type { Measurement } from '../../../shared/protocol/measurement.ts';
import type { DesiredConfig, ReportedConfig } from '../../../shared/protocol/remote-config.ts';
import type { Log } from '../../log.ts';
import type { FleetBus } from '../bus/fleet-bus.ts';
import type { CommandEnd } from '../bus/fleet-events.ts';
import type { ConnectedKiosks } from '../link/connected-kiosks.ts';
import type {
  Admission,
  ConnectionInfo,
  DisconnectReason,
  EnrolOutcome,
  LinkListener,
} from '../link/link-listener.ts';
import type { Kiosk } from '../places/kiosks.ts';
import {
  afterBoot,
  afterReport,
  type LastReport,
  policiesOf,
  withPresence,
} from './last-report.ts';
import type { Renewals } from './renewals.ts';
import type { Roster, RosterGate } from './roster.ts';
import type { RosterSync } from './roster-sync.ts';
import type { StateWriter } from './state-writer.ts';
import type { Telemetry } from './telemetry.ts';

/** Reports are written together this often. */
const TICK_MS = 500;
/** A report that a page shows is written, and announced to other nodes, this soon. */
const SOON_MS = 50;

export interface FleetStateDeps {
  roster: Roster;
  rosterSync: RosterSync;
  writer: StateWriter;
  telemetry: Telemetry;
  renewals: Renewals;
  bus: FleetBus;
  /** This node's. */
  kiosks: ConnectedKiosks;
  clock: Clock;
  log: Log;
  node: string;
  desiredOf(gate: string): Promise<DesiredConfig | undefined>;
  enrol(request: EnrolRequest, from: { address: string }): Promise<EnrolOutcome>;
  /** How often kiosks report, in milliseconds. */
  intervalMs: number;
}

/** Follows the kiosks of this node: what they report goes to the roster at once, and to the store soon. */
export class FleetState implements LinkListener {
  readonly #deps: FleetStateDeps;
  /** By kiosk of this node: when the client certificate that it showed ends. */
  readonly #certificates = new Map<string, number>();
  #cancelTick: () => void = () => {};
  #cancelFlush: (() => void) | undefined;
  #working: Promise<void> = Promise.resolve();
  #started = false;

  constructor(deps: FleetStateDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    this.#started = true;
    await this.#deps.rosterSync.start();
    this.#awaitTick();
  }

  async stop(): Promise<void> {
    this.#started = false;
    this.#cancelTick();
    this.#cancelFlush?.();
    await this.settle();
  }

  /** Reads the whole roster. */
  reload(): Promise<void> {
    return this.#deps.rosterSync.read('all');
  }

  /** Resolves when every report so far is in the store. */
  async settle(): Promise<void> {
    await this.#working;
    await this.#deps.writer.flush();
  }

  connected(kiosk: Kiosk, { certificateEndsAt }: ConnectionInfo): void {
    const { roster, renewals, bus, clock, node } = this.#deps;
    if (certificateEndsAt === undefined) {
      this.#certificates.delete(kiosk.id);
    } else {
      this.#certificates.set(kiosk.id, certificateEndsAt);
    }
    renewals.settled(kiosk.id);
    const entry = roster.ofKiosk(kiosk.id);
    const at = clock.now();
    if (entry) {
      entry.node = node;
      entry.connectedAt = at;
      this.#changed(entry);
    }
    void bus.emit('kioskConnected', { kiosk: kiosk.id, at });
  }

  async admit({ id, site, gateId }: Kiosk, _boot: RequestOf<'Boot'>): Promise<Admission> {
    const { roster, rosterSync, bus, desiredOf } = this.#deps;
    if (!roster.ofKiosk(id)) {
      await rosterSync.read(gateId === undefined ? 'all' : { sites: [site], gates: [gateId] });
    }
    const entry = roster.ofKiosk(id);
    if (!entry) {
      return { status: 'rejected', retryAfterMs: 60_000 };
    }
    const desired = await desiredOf(entry.gate.id);
    void bus.emit('configSent', { kiosk: id, version: desired?.version ?? 0 });
    return { status: 'accepted', desired };
  }

  booted({ id, policy }: Kiosk, boot: RequestOf<'Boot'>): void {
    const { roster, bus, clock, intervalMs, node } = this.#deps;
    const entry = roster.ofKiosk(id);
    if (entry) {
      const now = clock.now();
      const context = { now, intervalMs, policy, certificateEndsAt: this.#certificates.get(id) };
      entry.lastReport = afterBoot(entry.lastReport, boot, context);
      entry.node = node;
      entry.connectedAt ??= now;
      this.#changed(entry);
      void bus.emit('kioskBooted', { kiosk: id, gate: entry.gate.id });
    }
  }

  status(kiosk: Kiosk, report: StatusReport): boolean {
    const { roster, writer, telemetry, clock } = this.#deps;
    const entry = roster.ofKiosk(kiosk.id);
    if (!entry?.lastReport) {
      return true;
    }
    const before = entry.lastReport;
    const now = clock.now();
    const { lastReport, outcomes } = afterReport(before, report, now);
    if (lastReport.status && !isStatusBounded(lastReport.status)) {
      return false;
    }
    entry.lastReport = lastReport;
    writer.add(entry.gate.id);
    if (outcomes) {
      telemetry.count(entry.gate.id, outcomes, now);
    }
    if (isNews(before, lastReport, report)) {
      this.#changed(entry);
    }
    return true;
  }

  async measured(kiosk: Kiosk, measurements: readonly Measurement[]): Promise<void> {
    const { roster, telemetry, clock } = this.#deps;
    const entry = roster.ofKiosk(kiosk.id);
    if (entry) {
      await telemetry.fill(entry.gate.id, measurements, clock.now());
    }
  }

  /** A kiosk answered which config it runs, or refused one, outside of its reports. */
  noteConfig(kiosk: string, config: ReportedConfig): void {
    const entry = this.#deps.roster.ofKiosk(kiosk);
    if (entry?.lastReport) {
      entry.lastReport = { ...entry.lastReport, config };
      this.#changed(entry);
    }
  }

  /** Where a kiosk with a key is enrolled, and the policies that its boots were answered with. */
  enrolled(kiosk: string) {
    const entry = this.#deps.roster.ofKiosk(kiosk);
    if (!entry?.kiosk) {
      return undefined;
    }
    const { gate, lastReport } = entry;
    const { registeredAt } = entry.kiosk;
    const policies = [gate.policy, ...(lastReport ? policiesOf(lastReport) : [])];
    return { gate: gate.id, registeredAt, policies };
  }

  commandResult(kiosk: Kiosk, end: CommandEnd): void {
    void this.#deps.bus.emit('commandReported', { kiosk: kiosk.id, end });
  }

  disconnected(kiosk: Kiosk, _info: ConnectionInfo, reason: DisconnectReason): void {
    const { roster, kiosks, renewals, node } = this.#deps;
    if (reason === 'flood') {
      this.#noteFlood(kiosk);
    }
    if (kiosks.has(kiosk.id)) {
      return; // A newer connection replaced this one.
    }
    renewals.settled(kiosk.id);
    this.#certificates.delete(kiosk.id);
    const entry = roster.ofKiosk(kiosk.id);
    if (entry?.node === node) {
      entry.node = undefined;
      this.#changed(entry);
    }
  }

  #noteFlood({ id }: Kiosk): void {
    const { roster, clock } = this.#deps;
    const entry = roster.ofKiosk(id);
    if (entry?.lastReport) {
      entry.lastReport = { ...entry.lastReport, floodedAt: clock.now() };
      this.#changed(entry);
    }
  }

  enrol(request: EnrolRequest, from: { address: string }): Promise<EnrolOutcome> {
    return this.#deps.enrol(request, from);
  }

  /** A kiosk connected to another node: a connection that it had here before is over. */
  connectedElsewhere({ kiosk, at, node }: { kiosk: string; at: number; node: string }): void {
    const { roster, writer, kiosks } = this.#deps;
    const entry = roster.ofKiosk(kiosk);
    if (entry && (entry.connectedAt ?? 0) <= at) {
      entry.node = node;
      entry.connectedAt = at;
      writer.forget(entry.gate.id);
      kiosks.disconnect(kiosk, 'evicted');
    }
  }

  /** Another node wrote reports of its kiosks. */
  async writtenElsewhere(gates: readonly string[]): Promise<void> {
    const { roster, clock } = this.#deps;
    await roster.readReports(gates, clock.now());
    this.#emitViewChange(gates);
  }

  #changed({ gate }: RosterGate): void {
    const { writer, clock } = this.#deps;
    writer.add(gate.id);
    this.#emitViewChange([gate.id]);
    if (this.#started && !this.#cancelFlush) {
      this.#cancelFlush = clock.after(SOON_MS, () => {
        this.#cancelFlush = undefined;
        this.#working = this.#working.then(() => writer.flush());
      });
    }
  }

  #emitViewChange(gates: readonly string[]): void {
    if (gates.length > 0) {
      const topics = gates.map((gate) => `gate:${gate}` as const);
      void this.#deps.bus.emit('viewChanged', { gates, topics });
    }
  }

  #awaitTick(): void {
    if (this.#started) {
      this.#cancelTick = this.#deps.clock.after(TICK_MS, () => {
        this.#working = this.#working.then(() => this.#tick());
        void this.#working.then(() => this.#awaitTick());
      });
    }
  }

  /** Never throws: what could not be written now is written next time. */
  async #tick(): Promise<void> {
    const { roster, rosterSync, writer, renewals, telemetry, clock, node, log } = this.#deps;
    try {
      const now = clock.now();
      this.#updatePresence(now);
      await writer.flush();
      renewals.expire();
      await rosterSync.look();
      const own = [...roster.gates()].filter((entry) => entry.node === node);
      await telemetry.sample(own, now);
    } catch (error) {
      log.warn({ code: errorCode(error) }, 'reports are not written yet');
    }
  }

  /** Presence changes by silence alone, too. */
  #updatePresence(now: number): void {
    const { roster, writer, node } = this.#deps;
    const changed: string[] = [];
    for (const entry of roster.gates()) {
      const report = entry.lastReport && withPresence(entry.lastReport, now);
      if (report && report !== entry.lastReport) {
        entry.lastReport = report;
        changed.push(entry.gate.id);
        if (entry.node === node || entry.node === undefined) {
          writer.add(entry.gate.id);
        }
      }
    }
    this.#emitViewChange(changed);
  }
}

/** Whether a report says more than that the kiosk is alive. */
function isNews(before: LastReport, after: LastReport, report: StatusReport): boolean {
  const { partial, ...rest } = report;
  return !partial || before.presence !== after.presence || Object.keys(rest).length > 0;
}
