import type { RequestOf } from '../../../shared/protocol/actions.ts';
import type {
  EnrolAnswer,
  EnrolFailureCode,
  EnrolRequest,
} from '../../../shared/protocol/enrolment-messages.ts';
import type { StatusReport } from '../../../shared/protocol/kiosk-status.ts';
import type { Measurement } from '../../../shared/protocol/measurement.ts';
import type { DesiredConfig } from '../../../shared/protocol/remote-config.ts';
import type { CommandEnd } from '../bus/fleet-events.ts';
import type { Kiosk } from '../places/kiosks.ts';

/** Whether a kiosk that has proven itself may work, and when one that may not is to ask again. */
export type Admission =
  | {
      status: 'accepted';
      desired?: DesiredConfig | undefined;
      /** How often it is to report; absent: as the limits say. */
      intervalMs?: number | undefined;
    }
  | { status: 'pending' | 'rejected'; retryAfterMs: number };

/** Why a connection ended; a closed set. */
export type DisconnectReason =
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

/** A proven connection of this node. */
export interface ConnectionInfo {
  /** One more for every connection of this node: orders the older and the newer. */
  connection: number;
  /** The address that it comes from, for staff who look for a kiosk; never stored with a person. */
  address: string;
  /** When its client certificate ends, Unix ms; absent: it showed no valid one. */
  certificateEndsAt?: number | undefined;
}

/** A new kiosk's gate and config, or why it is refused; see `enrolFailureCodes`. */
export type EnrolOutcome =
  | { ok: true; answer: Omit<EnrolAnswer, 'hosts' | 'credentialKeys' | 'serverTime' | 'linkPath'> }
  | { ok: false; code: EnrolFailureCode };

/**
 * What the kiosks' sockets report to the fleet, and what they ask it. The calls of one connection come in
 * the order in which things happened on it. An error is logged and does not end the connection, except
 * from `admit` and `enrol`, where it refuses the kiosk.
 */
export interface LinkListener {
  /** A kiosk proved its key; it has not booted. */
  connected?(kiosk: Kiosk, info: ConnectionInfo): void;
  /** It boots: may it work, and with which config? Called again when the same connection boots again. */
  admit(kiosk: Kiosk, boot: RequestOf<'Boot'>): Promise<Admission>;
  /** Its boot was accepted. */
  booted?(kiosk: Kiosk, boot: RequestOf<'Boot'>): void;
  /**
   * A report, whole or partial (`mergeStatus` of shared/protocol/kiosk-status.ts puts them together).
   *
   * @returns false: with what was known it is more than any kiosk has, and the connection is to end.
   */
  status?(kiosk: Kiosk, report: StatusReport): boolean;
  /** What it measured while there was no link; stored when this resolves. */
  measured?(kiosk: Kiosk, measurements: readonly Measurement[]): Promise<void>;
  /** A command that was `accepted` has ended. */
  commandResult?(kiosk: Kiosk, end: CommandEnd): void;
  /** A proven connection ended. */
  disconnected?(kiosk: Kiosk, info: ConnectionInfo, reason: DisconnectReason): void;
  /**
   * Enrols a new kiosk if its code is valid; the code is single-use, and this call uses it up. The
   * request's signature and clock are checked already. Absent: nobody enrols here.
   */
  enrol?(request: EnrolRequest, from: { address: string }): Promise<EnrolOutcome>;
}
