import type { ServerConfig } from '../../../server/server-config.ts';

/** What a server process serves; its one argument, as JSON. */
export type Subject =
  | { kind: 'bare' }
  | { kind: 'varco'; config: ServerConfig; kiosks: number; publicKey: string };

/** What a server process says: where it is, and what it uses when asked. */
export type ServerTold =
  | { kind: 'ready'; url: string; people: { credentialId: string; codiceFiscale: string }[] }
  | { kind: 'usage'; rssBytes: number; heapBytes: number; cpuMicros: number };

/** What the process of the kiosks is told to do, and answers. */
export type ClientsAsked =
  /** Kiosks from `first` on, each with its own id. */
  | { kind: 'connect'; url: string; first: number; connections: number; privateKey?: string }
  | { kind: 'heartbeats'; rounds: number }
  | { kind: 'disconnect' };
export type ClientsTold =
  | { kind: 'ready' }
  | { kind: 'connected'; seconds: number; failed: number }
  | { kind: 'beaten'; heartbeats: number; seconds: number }
  | { kind: 'gone' };
