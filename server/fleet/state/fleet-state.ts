import type { Clock } from '../../../shared/clock.ts';
import { errorCode } from '../../../shared/errors.ts';
import type { RequestOf } from '../../../shared/protocol/actions.ts';
import type { EnrolRequest } from '../../../shared/protocol/enrolment-messages.ts';
import type { StatusReport } from '../../../shared/protocol/kiosk-status.ts';
import type { Measurement } from '../../../shared/protocol/measurement.ts';
import type { DesiredConfig, ReportedConfig } from '../../../shared/protocol/remote-config.ts';
import type { Log } from '../../log.ts';
import type { Store } from '../../store/store.ts';
import type { CloseReason } from '../link/link-limits.ts';
import type {
  Admission,
  CommandEnd,
  EnrolOutcome,
  GoneReason,
  LinkFacts,
  LinkListener,
} from '../link/link-listener.ts';
import { NodeBus, type NodeNotice } from '../nodes/node-bus.ts';
import type { FleetEvents } from '../nodes/page-events.ts';
import type { Kiosk } from '../places/kiosks.ts';
import { afterBoot, afterReport, type LastReport, withPresence } from './last-report.ts';
import type { Renewals } from './renewals.ts';
import type { Roster, RosterGate } from './roster.ts';
import { StateWriter } from './state-writer.ts';
import type { Telemetry } from './telemetry.ts';

/** What kiosks said is written together this often. */
const TICK_MS = 500;
/** Something that a page shows is written, and told to other nodes, this soon. */
const SOON_MS = 50;
/** Acts looked at in one tick; among more there is surely one that matters. */
const ACTS_MAX = 500;

/** What the fleet room does with a node's sockets. */
export interface KioskLines {
  connected(): string[];
  isConnected(kioskId: string): boolean;
  disconnect(kioskId: string, reason: CloseReason): void;
}

export interface FleetStateDeps {
  store: Store;
  roster: Roster;
  telemetry: Telemetry;
  events: FleetEvents;
  renewals: Renewals;
  clock: Clock;
  log: Log;
  node: string;
  desiredOf(gate: string): Promise<DesiredConfig | undefined>;
  hasKey(kiosk: string): Promise<boolean>;
  enrol(request: EnrolRequest, facts: { address: string }): Promise<EnrolOutcome>;
  /** How often kiosks report, in milliseconds. */
  intervalMs: number;
}

/** Follows this node's kiosks and hears of the others': what was said goes to memory, then to the store. */
export class FleetState implements LinkListener {
  readonly #deps: FleetStateDeps;
  readonly #writer: StateWriter;
  readonly #news: NodeBus;
  /** By kiosk of this node: when the client certificate that it showed ends. */
  readonly #certificates = new Map<string, number>();
  /** Told after a kiosk's boot, when it can be called. */
  onBooted: (gate: RosterGate) => void = () => {};
  onCommandEnd: (kioskId: string, end: CommandEnd) => void = () => {};
  /** Told which config version a boot was answered with. */
  onAdmitted: (kioskId: string, version: number) => void = () => {};
  /** Told when places, keys or configs changed, after they were read anew. */
  onReloaded: () => void = () => {};
  #lines: KioskLines = { connected: () => [], isConnected: () => false, disconnect: () => {} };
  #cancelTick: () => void = () => {};
  #soon: (() => void) | undefined;
  #stopListening: () => Promise<void> = () => Promise.resolve();
  #working: Promise<void> = Promise.resolve();
  #reloading: Promise<void> | undefined;
  #reloadAgain = false;
  #started = false;
  #activitySeen = 0;

  constructor(deps: FleetStateDeps) {
    this.#deps = deps;
    this.#writer = new StateWriter(deps);
    this.#news = new NodeBus(deps);
    this.#writer.onWritten = (said) => this.#news.tell({ said: [...said] });
  }

  attach(lines: KioskLines): void {
    this.#lines = lines;
  }

  async start(): Promise<void> {
    this.#started = true;
    await this.#noticeActs();
    await this.reload();
    this.#stopListening = await this.#news.listen((notice, from) => this.#hear(notice, from));
    this.#awaitTick();
  }

  async stop(): Promise<void> {
    this.#started = false;
    this.#cancelTick();
    this.#soon?.();
    await this.#stopListening();
    await this.#working;
    await this.#writer.flush();
  }

  /** Places, keys or desired configs changed here: reads them and tells the other nodes. */
  async changed(gates: readonly string[]): Promise<void> {
    await this.reload();
    this.#deps.events.touch(gates, ['sites', 'activity']);
    this.#news.tell({ changed: true });
  }

  /** Reads places, keys and desired configs, and cuts off kiosks that may no longer be here. */
  reload(): Promise<void> {
    if (this.#reloading) {
      this.#reloadAgain = true;
      return this.#reloading;
    }
    this.#reloading = (async () => {
      do {
        this.#reloadAgain = false;
        const { roster, clock, events } = this.#deps;
        const { gone } = await roster.reload(clock.now());
        events.touch(gone, []);
        await this.#cutOff();
        this.onReloaded();
      } while (this.#reloadAgain);
    })().finally(() => {
      this.#reloading = undefined;
    });
    return this.#reloading;
  }

  connected(kiosk: Kiosk, { certificateEndsAt }: LinkFacts): void {
    if (certificateEndsAt === undefined) {
      this.#certificates.delete(kiosk.id);
    } else {
      this.#certificates.set(kiosk.id, certificateEndsAt);
    }
    this.#deps.renewals.came(kiosk.id);
    const entry = this.#deps.roster.ofKiosk(kiosk.id);
    const at = this.#deps.clock.now();
    if (entry) {
      entry.node = this.#deps.node;
      entry.connectedAt = at;
      this.#touch(entry);
    }
    this.#news.tell({ came: { kiosk: kiosk.id, at } });
  }

  async admit(kiosk: Kiosk, _boot: RequestOf<'Boot'>): Promise<Admission> {
    if (!this.#deps.roster.ofKiosk(kiosk.id)) {
      await this.reload();
    }
    const entry = this.#deps.roster.ofKiosk(kiosk.id);
    if (!entry) {
      return { status: 'rejected', retryAfterMs: 60_000 };
    }
    const desired = await this.#deps.desiredOf(entry.gate.id);
    this.onAdmitted(kiosk.id, desired?.version ?? 0);
    return { status: 'accepted', ...(desired ? { desired } : {}) };
  }

  booted(kiosk: Kiosk, boot: RequestOf<'Boot'>): void {
    const entry = this.#deps.roster.ofKiosk(kiosk.id);
    if (entry) {
      const { clock, intervalMs, node } = this.#deps;
      const certificateEndsAt = this.#certificates.get(kiosk.id);
      const now = clock.now();
      const context = { now, intervalMs, policy: kiosk.policy, certificateEndsAt };
      entry.lastReport = afterBoot(entry.lastReport, boot, context);
      entry.node = node;
      entry.connectedAt ??= context.now;
      this.#touch(entry);
      this.onBooted(entry);
    }
  }

  status(kiosk: Kiosk, report: StatusReport): void {
    const entry = this.#deps.roster.ofKiosk(kiosk.id);
    if (!entry?.lastReport) {
      return;
    }
    const before = entry.lastReport;
    const now = this.#deps.clock.now();
    const { told, outcomes } = afterReport(before, report, now);
    entry.lastReport = told;
    this.#writer.add(entry.gate.id);
    if (outcomes) {
      this.#deps.telemetry.count(entry.gate.id, outcomes, now);
    }
    if (saysMore(before, told, report)) {
      this.#touch(entry);
    }
  }

  async measured(kiosk: Kiosk, measurements: readonly Measurement[]): Promise<void> {
    const { roster, telemetry, clock } = this.#deps;
    const entry = roster.ofKiosk(kiosk.id);
    if (entry) {
      await telemetry.fill(entry.gate.id, measurements, clock.now());
    }
  }

  configReported(kiosk: Kiosk, reported: ReportedConfig): void {
    const entry = this.#deps.roster.ofKiosk(kiosk.id);
    if (entry) {
      this.noteConfig(entry, reported);
    }
  }

  /** What a kiosk runs now, or would not run. */
  noteConfig(entry: RosterGate, reported: ReportedConfig): void {
    if (entry.lastReport) {
      entry.lastReport = { ...entry.lastReport, config: reported };
      this.#touch(entry);
    }
  }

  commandResult(kiosk: Kiosk, end: CommandEnd): void {
    this.onCommandEnd(kiosk.id, end);
  }

  gone(kiosk: Kiosk, _facts: LinkFacts, _reason: GoneReason): void {
    const entry = this.#deps.roster.ofKiosk(kiosk.id);
    if (!this.#lines.isConnected(kiosk.id)) {
      this.#deps.renewals.came(kiosk.id);
      this.#certificates.delete(kiosk.id);
    }
    const isElsewhere = entry?.node !== this.#deps.node;
    if (entry && !isElsewhere && !this.#lines.isConnected(kiosk.id)) {
      delete entry.node;
      this.#touch(entry);
    }
  }

  enrol(request: EnrolRequest, facts: { address: string }): Promise<EnrolOutcome> {
    return this.#deps.enrol(request, facts);
  }

  /** Resolves when all that was said so far is in the store. */
  async settle(): Promise<void> {
    await this.#working;
    await this.#writer.flush();
  }

  #touch(entry: RosterGate): void {
    this.#writer.add(entry.gate.id);
    this.#deps.events.touch([entry.gate.id], [`gate:${entry.gate.id}`]);
    if (this.#started && !this.#soon) {
      this.#soon = this.#deps.clock.after(SOON_MS, () => {
        this.#soon = undefined;
        this.#working = this.#working.then(() => this.#writer.flush());
      });
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
    const { roster, clock, telemetry, node, log, events } = this.#deps;
    try {
      const now = clock.now();
      const changed: string[] = [];
      for (const entry of roster.gates()) {
        const told = entry.lastReport && withPresence(entry.lastReport, now);
        if (told && told !== entry.lastReport) {
          entry.lastReport = told;
          changed.push(entry.gate.id);
          if (entry.node === node || entry.node === undefined) {
            this.#writer.add(entry.gate.id);
          }
        }
      }
      events.touch(
        changed,
        changed.map((gate) => `gate:${gate}` as const),
      );
      await this.#writer.flush();
      this.#deps.renewals.expire();
      if (await this.#noticeActs()) {
        await this.reload();
        events.touch([], ['sites', 'activity']);
      }
      await telemetry.sample(
        [...roster.gates()].filter((entry) => entry.node === node),
        now,
      );
    } catch (error) {
      log.warn({ code: errorCode(error) }, 'what kiosks said is not written yet');
    }
  }

  /**
   * Whether somebody changed places, keys or configs since the last look: also a command line beside a
   * server on SQLite, whose notices do not reach another process.
   */
  async #noticeActs(): Promise<boolean> {
    const rows = await this.#deps.store.db
      .selectFrom('fleet_event')
      .select(['id', 'kind'])
      .where('id', '>', this.#activitySeen)
      .orderBy('id', 'desc')
      .limit(ACTS_MAX)
      .execute();
    this.#activitySeen = Math.max(this.#activitySeen, rows[0]?.id ?? 0);
    return rows.some(({ kind }) =>
      /^(site|gate|kiosk|rollout)\.(?!presence|out$|back$)/.test(kind),
    );
  }

  /** Kiosks without a key any more; those whose gate asks another policy now are to come anew. */
  async #cutOff(): Promise<void> {
    const { roster, hasKey } = this.#deps;
    for (const kiosk of this.#lines.connected()) {
      const entry = roster.ofKiosk(kiosk);
      // It may have been enrolled after the fleet was read: only the store can tell.
      if (!entry && !(await hasKey(kiosk))) {
        this.#lines.disconnect(kiosk, 'revoked');
      } else if (entry?.lastReport && entry.lastReport.policy !== entry.gate.policy) {
        // Whoever is at the gate keeps their question: it comes anew when they are done.
        this.#deps.renewals.want(kiosk);
      }
    }
  }

  async #hear({ said, came, changed }: NodeNotice, from: string): Promise<void> {
    const { roster, clock, events } = this.#deps;
    if (came) {
      this.#left(came.kiosk, from, came.at);
    }
    if (changed) {
      await this.reload();
      events.touch(
        [...roster.gates()].map(({ gate }) => gate.id),
        ['sites', 'activity'],
      );
    }
    if (said) {
      await roster.refresh(said, clock.now());
      events.touch(
        said,
        said.map((gate) => `gate:${gate}` as const),
      );
    }
  }

  /** A kiosk connected to another node: a connection that it had here before is over. */
  #left(kiosk: string, node: string, at: number): void {
    const entry = this.#deps.roster.ofKiosk(kiosk);
    if (entry && (entry.connectedAt ?? 0) <= at) {
      entry.node = node;
      entry.connectedAt = at;
      this.#writer.forget(entry.gate.id);
      this.#lines.disconnect(kiosk, 'evicted');
    }
  }
}

/** Whether a report told more than that the kiosk lives. */
function saysMore(before: LastReport, after: LastReport, report: StatusReport): boolean {
  const { partial, ...rest } = report;
  return !partial || before.presence !== after.presence || Object.keys(rest).length > 0;
}
