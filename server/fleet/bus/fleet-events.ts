import type { CommandResultPart } from '../../../shared/protocol/kiosk-command.ts';
import type { Verdict } from '../../../shared/verdict.ts';

/** Every event of the {@link FleetBus} and its payload. Payloads name things by id: the rows hold the truth. */
export interface FleetEvents {
  /** Somebody changed places, keys or desired configs on this node, and it is committed. */
  rosterChanged: RosterChange;
  /** This node's roster holds a change, whichever node made it. */
  rosterRead: RosterChange;
  /** What the pages show may differ. */
  viewChanged: ViewChange;

  /** A kiosk proved its key to this node. */
  kioskConnected: { kiosk: string; at: number };
  /** A kiosk of this node has booted and takes calls. */
  kioskBooted: { kiosk: string; gate: string };
  /** A boot was answered with this config version; 0: none. */
  configSent: { kiosk: string; version: number };
  /** A kiosk of this node reported the end of a command that it had accepted. */
  commandReported: { kiosk: string; end: CommandEnd };
  /** Reports of the kiosks at these gates are committed. */
  reportsWritten: { gates: readonly string[] };

  /** The same, on another node. */
  remoteRosterChanged: RosterChange;
  remoteKioskConnected: { kiosk: string; at: number; node: string };
  remoteReportsWritten: { gates: readonly string[] };

  /** A command is over, however it ended. */
  commandEnded: { command: string; result: string };
  /** A kiosk asked to enrol; `done` or why not. */
  enrolmentTried: { result: string };
  /** A gate's verification was answered, or could not be. */
  verificationAnswered: { outcome: Verdict['outcome'] | 'unanswered'; seconds: number };
}

/** The ids of what to read again; a kiosk is named by its gate. `all`: more than can be named. */
export type RosterChange = 'all' | { sites: readonly string[]; gates: readonly string[] };

/** What pages show and may have to fetch again. */
export interface ViewChange {
  /** Gates whose row may differ, or that are gone. */
  gates: readonly string[];
  topics: readonly ViewTopic[];
}

/** A part of the pages that is not a gate's row. */
export type ViewTopic =
  | 'alerts'
  | 'rollouts'
  | 'policies'
  | 'activity'
  | 'sites'
  | 'commands'
  | `gate:${string}`
  | `site:${string}`;

/** The end of a command, its result whole. */
export interface CommandEnd {
  id: string;
  outcome: 'done' | 'failed';
  code?: string | undefined;
  type?: CommandResultPart['type'];
  content?: Buffer | undefined;
}
