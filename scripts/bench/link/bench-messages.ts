import type { ServerConfig } from '../../../server/server-config.ts';

/** What a server process serves; its only argument, as JSON. */
export type Subject =
  | { kind: 'bare' }
  | { kind: 'varco'; config: ServerConfig; kiosks: number; publicKey: string };

/** What a server process sends: its address when ready, and its usage on request. */
export type ServerMessage =
  | { kind: 'ready'; url: string; people: { credentialId: string; codiceFiscale: string }[] }
  | { kind: 'usage'; rssBytes: number; heapBytes: number; cpuMicros: number };

/** Requests to the process with the kiosks, and its replies. */
export type ClientsRequest =
  /** Kiosks from `first` on, each with its own id. */
  | { kind: 'connect'; url: string; first: number; connections: number; privateKey?: string }
  | { kind: 'heartbeats'; rounds: number }
  | { kind: 'disconnect' };
export type ClientsMessage =
  | { kind: 'ready' }
  | { kind: 'connected'; seconds: number; failed: number }
  | { kind: 'beaten'; heartbeats: number; seconds: number }
  | { kind: 'gone' };

/** `names` that nobody may send; `parts` that add up; `reports` without pause; messages beyond the `size`. */
export const hostilities = ['names', 'parts', 'reports', 'size'] as const;
export type Hostility = (typeof hostilities)[number];

/** The only argument of a hostile kiosk, as JSON. */
export interface HostileOrders {
  url: string;
  kioskId: string;
  privateKey: string;
  hostility: Hostility;
}
