import type {
  Display,
  Headset,
  Indicator,
  Keypad,
  Printer,
  Reading,
  Scanner,
  Speaker,
  Turnstile,
} from '../hardware/ports.ts';
import type { Clock } from '../shared/clock.ts';
import type { ActionName, AnswerOf, RequestOf } from '../shared/protocol/actions.ts';
import type { EnrolInvitation } from '../shared/protocol/enrolment-messages.ts';
import type { Verdict } from '../shared/verdict.ts';
import type { LinkEvents } from './link/link.ts';
import type { Offline } from './list/gate-list.ts';
import type { VoiceUse } from './peripherals/voice.ts';
import type { RecentLog } from './remote/commands/recent-log.ts';
import type { RemoteConfigApplier } from './remote/config/remote-config-applier.ts';
import type { Checks } from './self-test/checks.ts';
import type { Screen, Site } from './session/screen.ts';
import type { SessionConfig, State } from './session/state.ts';

/** The kiosk's hands and eyes. */
export interface KioskPorts {
  scanner: Scanner;
  keypad?: Keypad | undefined;
  display: Display<Screen>;
  indicator: Indicator;
  /** Signals as sounds, beside the lamps. */
  sounds?: Indicator | undefined;
  turnstile: Turnstile;
  speaker?: Speaker | undefined;
  /** Whether characters of a code may be spoken. */
  headset?: Headset | undefined;
  printer?: Printer | undefined;
}

/** The part of the link that a kiosk uses. */
export interface KioskLink {
  start(events: LinkEvents): void;
  stop(): void;
  verify(request: RequestOf<'Verify'>, timeoutMs: number): Promise<{ verdict: Verdict }>;
  call<Name extends ActionName>(
    name: Name,
    request: RequestOf<Name>,
    timeoutMs: number,
  ): Promise<AnswerOf<Name>>;
  /** Something changed that the site should know before the next report is due. */
  reportSoon?(): void;
  /** Ends the connection and comes back at once. */
  renew?(): void;
  /** How this kiosk gets its place; absent: its file gives it one. */
  enrolment?: KioskEnrolment | undefined;
}

/** The way of a kiosk to its place at a gate. */
export interface KioskEnrolment {
  /** Whether it has one; without it, only enrolment codes are read. */
  readonly isPlaced: boolean;
  /** Asks with a code that was read. */
  enrol(invitation: EnrolInvitation): Promise<'given' | 'refused' | 'unreachable'>;
}

/** What a kiosk writes about itself: an event's name and stable codes, never anything of a person. */
export interface KioskLog {
  info(fields: Record<string, string | number>, message: string): void;
  warn(fields: Record<string, string | number>, message: string): void;
}

/** Sees what the kiosk sees, inside the same process: for the demo, tests and benches. */
export interface KioskWatcher {
  reading(reading: Reading): void;
  state(state: State): void;
  painted?(sequence: number): void;
  /** How many facts wait for the server. */
  facts?(waiting: number): void;
}

/** What the session asks of its config, and what the ports around it do. */
export interface KioskSession extends SessionConfig, Site {
  selfTestAtStart: boolean;
  voice: VoiceUse;
  /** Whether the glass takes touches: then a lost keypad does not close the gate. */
  touch: boolean;
  /** Loudness that each person finds, in percent; absent: the speaker's own. */
  volume?: number | undefined;
  /** What the site says of a closed gate, when the command that closed it said nothing. */
  outOfServiceMessage?: string | undefined;
}

/** What a kiosk is made of. */
export interface KioskOptions {
  ports: KioskPorts;
  link: KioskLink;
  /** Absent: without its link the gate can check nobody. */
  offline?: Offline;
  session: KioskSession;
  clock: Clock;
  /** A new request id, a random UUID. */
  newRequestId: () => string;
  log: KioskLog;
  watcher?: KioskWatcher;
  /** What the self-test tries beyond the ports, such as the decoder and the disk. */
  checks?: Checks;
  /** Absent: the server steers nothing here. */
  steering?: RemoteConfigApplier | undefined;
  /** Ends the program or restarts the board; absent: a site can't. */
  restart?: ((what: 'program' | 'board') => Promise<void> | void) | undefined;
  /** What a site may collect of this kiosk's log. */
  recentLog?: RecentLog | undefined;
}
