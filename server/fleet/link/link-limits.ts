import type { AllowanceRate } from './allowance.ts';

/** The bounds of kiosk connections. */
export interface SocketLimits {
  /** From connecting until the proof is checked and the kiosk has booted. */
  acceptDeadlineMs: number;
  /** For the head of an HTTP request, which may be on its way to a link. */
  headDeadlineMs: number;
  /** The kiosk's clock may differ by this much at the proof. */
  clockSkewMaxMs: number;
  /** With the deadline below it less than two status intervals: a frozen kiosk is found within them. */
  pingEveryMs: number;
  pongDeadlineMs: number;
  statusEveryMs: number;
  socketsMax: number;
  /** Sockets that have not proven themselves yet, at most; one more comes again later. */
  provingMax: number;
  /** Proofs that are checked together; the others wait their turn, verifications do not. */
  proofsAtOnceMax: number;
  /** Kiosks that come back in a second after this server was lost, as it spreads them. */
  returnsPerSecond: number;
  /** The reports of one kiosk: several at once when parts change, and then as it is asked to. */
  reports: AllowanceRate;
  /** How long a kiosk that was disconnected for a flood is refused. */
  shutOutMs: number;
  /** How long such a kiosk waits for that answer. */
  shutOutReplyMs: number;
  /** What may wait to be sent to a kiosk that doesn't read, in bytes. */
  unsentBytesMax: number;
}

export const defaultSocketLimits: SocketLimits = {
  acceptDeadlineMs: 10_000,
  headDeadlineMs: 10_000,
  clockSkewMaxMs: 300_000,
  pingEveryMs: 20_000,
  pongDeadlineMs: 10_000,
  statusEveryMs: 30_000,
  socketsMax: 20_000,
  provingMax: 1_024,
  proofsAtOnceMax: 4,
  returnsPerSecond: 50,
  reports: { burst: 60, perSecond: 2, excessMax: 120 },
  shutOutMs: 60_000,
  shutOutReplyMs: 2_000,
  unsentBytesMax: 1_048_576,
};

/** The longest spread: every kiosk's first try after a loss comes within it. */
const SPREAD_MAX_MS = 50_000;
const SPREAD_MIN_MS = 1_000;

/**
 * Within which time a server's kiosks are to come back after a loss, in milliseconds: long enough for
 * `returnsPerSecond`, and for 1,000 kiosks and more still below a minute.
 */
export function reconnectWithinMs(kiosks: number, limits: SocketLimits): number {
  const spread = Math.ceil(kiosks / limits.returnsPerSecond) * 1_000;
  return Math.min(SPREAD_MAX_MS, Math.max(SPREAD_MIN_MS, spread));
}

/** Options of Node's HTTP server that end a connection whose request head comes drop by drop. */
export function slowness({ headDeadlineMs }: Pick<SocketLimits, 'headDeadlineMs'>) {
  return {
    headersTimeout: headDeadlineMs,
    connectionsCheckingInterval: Math.ceil(headDeadlineMs / 2),
  };
}

/** Why the server closes a connection (the private range of RFC 6455 §7.4.2); a closed set. */
export const closeCodes = {
  /** The server stops; come back. */
  goingAway: 1001,
  unavailable: 1013,
  proofRefused: 4401,
  /** Its key was taken back, or its place given away. */
  revoked: 4403,
  /** No proof, boot or pong in time. */
  deadline: 4408,
  /** A newer connection of the same kiosk proved itself. */
  evicted: 4409,
  /** More than anybody may send, or nothing read of what was sent. */
  flood: 4429,
} as const;
export type CloseReason = keyof typeof closeCodes;
