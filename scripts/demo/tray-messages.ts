import { z } from 'zod';

/** The simulated camera's picture: what rpicam-vid is asked for in the example config. */
export const FRAME = { width: 640, height: 480 } as const;

/** What the tray shows. */
export interface TrayState {
  people: { label: string; codiceFiscale: string; readingUrl?: string | undefined }[];
  /** The citizen portal; empty: this demo's server has no pages. */
  portalUrl: string;
  signal: string;
  relay: string;
  serverRuns: boolean;
  /** `none`: this demo cannot cut it. */
  network: 'none' | 'up' | 'cut';
  /** Offline verdicts that the server does not have yet, and those it has. */
  factsWaiting: number;
  factsKept: number;
  /** Whether the scanner is plugged in. */
  scanner: 'plugged' | 'pulled';
  /** Whether this demo's kiosk is enrolled from the dashboard, with a code shown to it. */
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

/** A binary message of the tray: a byte with its kind, then the bytes of a file or a frame. */
export function toTray(kind: Kind, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(body.length + 1);
  message[0] = kinds.indexOf(kind);
  message.set(body, 1);
  return message;
}

/** Reads a binary message; `undefined` if it is malformed. */
export function fromTray(message: Uint8Array): { kind: Kind; body: Uint8Array } | undefined {
  const kind = kinds[message[0] ?? kinds.length];
  return kind ? { kind, body: message.subarray(1) } : undefined;
}
