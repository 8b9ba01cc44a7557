import type { ViewTopic } from '../../fleet/bus/fleet-events.ts';
import type { FleetSummary, KioskRow } from '../../fleet/view/kiosk-row.ts';

/** What of the fleet a part of a page shows: the part is fetched again when its topic changes. */
export type Topic = ViewTopic;

/** A change, as the stream `/fleet/events` carries it (WHATWG HTML, server-sent events). */
export interface LiveChange {
  /** Grows by one with every change of this server's run. */
  sequence: number;
  /** Kiosks that are new or differ; whole rows, so that one applied twice does no harm. */
  rows: KioskRow[];
  /** Kiosks that are no more. */
  gone: string[];
  topics: Topic[];
  /** Of all kiosks that this session may see. */
  summary: FleetSummary;
}

/** Every second, whether or not anything has changed: what makes the counter go. */
export interface LiveBeat {
  /** The server's time, Unix ms. */
  at: number;
}

/** The answer of `/fleet/kiosks.json`. */
export interface Snapshot {
  /** The run of the server that counts, and its last change that is in the rows. */
  run: string;
  sequence: number;
  rows: KioskRow[];
}

export const BEAT_EVERY_MS = 1_000;

/** What the page's stream sends to its islands, as the detail of a `fleet-live` event of the document. */
export type LiveUpdate =
  | { name: 'change'; run: string; change: LiveChange }
  /** Changes were missed (the server restarted, or the connection was lost for long): fetch everything again. */
  | { name: 'reset' }
  | { name: 'beat'; at: number };

export const LIVE_EVENT = 'fleet-live';
