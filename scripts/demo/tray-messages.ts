import { z } from 'zod';

/** The simulated camera's picture: what rpicam-vid is asked for in the example config. */
export const FRAME = { width: 640, height: 480 } as const;

/** What the tray is told. */
export interface TrayState {
  people: { label: string; codiceFiscale: string; readingUrl?: string }[];
  /** The citizen portal; empty: this demo's server has no pages. */
  portalUrl: string;
  signal: string;
  relay: string;
  serverRuns: boolean;
  /** `none`: this demo has no switch for it. */
  network: 'none' | 'up' | 'cut';
  /** Answers given without the server that it does not have yet, and those that it has. */
  factsWaiting: number;
  factsKept: number;
  /** Whether the scanner's plug is in. */
  scanner: 'plugged' | 'pulled';
  /** Whether an enrolment code can be shown: this demo's kiosk has its place from the dashboard. */
  enrols: boolean;
}

/** A text message of the tray. */
export const trayMessageSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('present'), person: z.number().int().nonnegative() }),
  z.strictObject({ name: z.literal('unplug') }),
  z.strictObject({ name: z.literal('scanner'), pulled: z.boolean() }),
  /** An enrolment code as the dashboard shows it, or the text of its QR. */
  z.strictObject({ name: z.literal('invite'), text: z.string().max(300) }),
  z.strictObject({ name: z.literal('network'), cut: z.boolean() }),
  z.strictObject({ name: z.literal('server'), run: z.boolean() }),
]);

const kinds = ['photo', 'frame'] as const;
type Kind = (typeof kinds)[number];

/** A binary message of the tray: one byte that tells the kind, then a file's or a frame's bytes. */
export function toTray(kind: Kind, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(body.length + 1);
  message[0] = kinds.indexOf(kind);
  message.set(body, 1);
  return message;
}

/** Reads a binary message, or nothing if it is none. */
export function fromTray(message: Uint8Array): { kind: Kind; body: Uint8Array } | undefined {
  const kind = kinds[message[0] ?? kinds.length];
  return kind ? { kind, body: message.subarray(1) } : undefined;
}
