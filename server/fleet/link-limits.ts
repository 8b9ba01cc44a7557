/** The bounds of kiosk connections. */
export interface SocketLimits {
  /** From connecting until the proof is checked and the kiosk has booted. */
  acceptDeadlineMs: number;
  /** The kiosk's clock may differ by this much at the proof. */
  clockSkewMaxMs: number;
  /** With the deadline below it less than two status intervals: a frozen kiosk is found within them. */
  pingEveryMs: number;
  pongDeadlineMs: number;
  statusEveryMs: number;
  socketsMax: number;
}

export const defaultSocketLimits: SocketLimits = {
  acceptDeadlineMs: 10_000,
  clockSkewMaxMs: 300_000,
  pingEveryMs: 20_000,
  pongDeadlineMs: 10_000,
  statusEveryMs: 30_000,
  socketsMax: 20_000,
};

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
