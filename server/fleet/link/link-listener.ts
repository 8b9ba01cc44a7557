import type { RequestOf } from '../../../shared/protocol/actions.ts';
import type {
  EnrolAnswer,
  EnrolFailureCode,
  EnrolRequest,
} from '../../../shared/protocol/enrolment-messages.ts';
import type { CommandResultPart } from '../../../shared/protocol/kiosk-command.ts';
import type { StatusReport } from '../../../shared/protocol/kiosk-status.ts';
import type { Measurement } from '../../../shared/protocol/measurement.ts';
import type { DesiredConfig, ReportedConfig } from '../../../shared/protocol/remote-config.ts';
import type { Kiosk } from '../places/kiosks.ts';

/** Whether a kiosk that has proven itself may work; one that may not is told when to ask again. */
export type Admission =
  | { status: 'accepted'; desired?: DesiredConfig; intervalMs?: number }
  | { status: 'pending' | 'rejected'; retryAfterMs: number };

/** Why a connection ended; a closed set. */
export type GoneReason =
  /** The kiosk closed it, or the network did. */
  | 'closed'
  /** No pong, proof or boot in time. */
  | 'deadline'
  /** A newer connection of the same kiosk took its place: the kiosk is here. */
  | 'evicted'
  /** This server stops. */
  | 'goingAway'
  /** It sent more than anybody may, or did not read what it was sent. */
  | 'flood'
  /** It was removed, or its key was replaced. */
  | 'revoked';

/** The end of a command, whole. */
export interface CommandEnd {
  id: string;
  outcome: 'done' | 'failed';
  code?: string;
  type?: NonNullable<CommandResultPart['type']>;
  content?: Buffer;
}

/** A connection that was proven, of this node. */
export interface LinkFacts {
  /** One more for every connection of this node: tells the older from the newer. */
  connection: number;
  /** The address that it comes from, for staff who look for a kiosk; never stored with a person. */
  address: string;
  /** When the client certificate that it showed ends, Unix ms; absent: it showed none that holds. */
  certificateEndsAt?: number;
}

/** Why no key is taken; see `enrolFailureCodes`. */
export type EnrolOutcome =
  | { ok: true; answer: Omit<EnrolAnswer, 'hosts' | 'credentialKeys' | 'serverTime' | 'linkPath'> }
  | { ok: false; code: EnrolFailureCode };

/**
 * What the fleet hears from the kiosks' sockets, and what it is asked. Everything comes in the order in
 * which it happened on one connection; what throws is logged and changes nothing of the link, but for
 * `admit` and `enrol`, whose failure refuses.
 */
export interface LinkListener {
  /** A kiosk proved its key; it has not booted. */
  connected?(kiosk: Kiosk, facts: LinkFacts): void;
  /** It booted; may it work, and with which config? Called again when the same connection boots anew. */
  admit(kiosk: Kiosk, boot: RequestOf<'Boot'>): Promise<Admission>;
  /** It was let in, and told so. */
  booted?(kiosk: Kiosk, boot: RequestOf<'Boot'>): void;
  /** A report, whole or partial (`mergeStatus` of shared/protocol/kiosk-status.ts puts them together). */
  status?(kiosk: Kiosk, report: StatusReport): void;
  /** What it measured while there was no link; kept when this resolves. */
  measured?(kiosk: Kiosk, measurements: readonly Measurement[]): Promise<void>;
  /** The config that a kiosk runs, from its boot or a report. */
  configReported?(kiosk: Kiosk, reported: ReportedConfig): void;
  /** A command that was `accepted` has ended. */
  commandResult?(kiosk: Kiosk, end: CommandEnd): void;
  /** A proven connection is gone. */
  gone?(kiosk: Kiosk, facts: LinkFacts, reason: GoneReason): void;
  /**
   * Gives a new kiosk its place, if its code is one: single-use, and used up by this call. The request's
   * signature and clock are checked already.
   */
  enrol?(request: EnrolRequest, facts: { address: string }): Promise<EnrolOutcome>;
}

/** Without a fleet room: whoever is registered may work, as its own file says; nobody enrols. */
export const plainListener: LinkListener = {
  admit: async () => ({ status: 'accepted' }),
};
