import type { ServerResponse } from 'node:http';
import type { Clock } from '../../../shared/clock.ts';
import { BEAT_EVERY_MS, type LiveBeat, type LiveChange } from './live-events.ts';
import type { LiveHub, Scope } from './live-hub.ts';

/** Open streams of this node. A browser opens one for each page that is looked at. */
export const STREAMS_MAX = 1_000;
/** What may wait for a slow page, in bytes; one that is further behind is let go and comes back. */
export const WAITING_BYTES_MAX = 4 * 1024 * 1024;
/** How long the browser waits before it comes back (`retry:`), in milliseconds. */
const RETRY_MS = 1_000;

/** The id of a change in the stream: the server's run and the change's sequence. */
export function eventId(run: string, sequence: number): string {
  return `${run}.${sequence}`;
}

/** @returns the sequence, if the id is of this run. */
export function sequenceOf(id: string | undefined, run: string): number | undefined {
  const [ofRun, sequence] = (id ?? '').split('.');
  return ofRun === run && /^\d{1,15}$/.test(sequence ?? '') ? Number(sequence) : undefined;
}

export interface EventStreamDeps {
  hub: LiveHub;
  clock: Clock;
  /** Whether the session that opened a stream is still one; asked every `CHECK_EVERY_BEATS`. */
  stillMay(): Promise<boolean>;
}

const CHECK_EVERY_BEATS = 15;

/**
 * One open page's stream of server-sent events: the changes that it missed, then each as it happens,
 * and a beat every second. It ends when the page goes, its session ends or it can't keep up.
 */
export class EventStream {
  readonly #deps: EventStreamDeps;
  readonly #response: ServerResponse;
  readonly #withRows: boolean;
  #cancelBeat: () => void = () => {};
  #unlisten: () => void = () => {};
  #beats = 0;
  #ended = false;

  /** @param options.rows whether the page has the table: without it, only topics and the summary go. */
  constructor(response: ServerResponse, deps: EventStreamDeps, options: { rows: boolean }) {
    this.#response = response;
    this.#deps = deps;
    this.#withRows = options.rows;
  }

  /** @param lastId the last change that the page has; absent: it has just been made. */
  start(scope: Scope, lastId: string | undefined): void {
    const { hub } = this.#deps;
    this.#response.on('close', () => this.end());
    this.#response.on('error', () => this.end());
    this.#write(`retry: ${RETRY_MS}\n\n`);
    const sequence = sequenceOf(lastId, hub.run);
    const missed = sequence === undefined ? undefined : hub.since(sequence, scope);
    if (missed) {
      for (const change of missed) {
        this.#change(change);
      }
    } else if (lastId !== undefined) {
      this.#write(`id: ${eventId(hub.run, hub.sequence)}\nevent: reset\ndata: {}\n\n`);
    }
    this.#unlisten = hub.listen(scope, (change) => this.#change(change));
    this.#beat();
  }

  end(): void {
    if (!this.#ended) {
      this.#ended = true;
      this.#cancelBeat();
      this.#unlisten();
      this.#response.end();
    }
  }

  #change(change: LiveChange): void {
    const data = this.#withRows ? change : { ...change, rows: [], gone: [] };
    const id = eventId(this.#deps.hub.run, change.sequence);
    this.#write(`id: ${id}\nevent: change\ndata: ${JSON.stringify(data)}\n\n`);
  }

  #beat(): void {
    const beat: LiveBeat = { at: this.#deps.clock.now() };
    this.#write(`event: beat\ndata: ${JSON.stringify(beat)}\n\n`);
    this.#beats += 1;
    if (this.#beats % CHECK_EVERY_BEATS === 0) {
      this.#deps.stillMay().then(
        (may) => may || this.end(),
        () => this.end(),
      );
    }
    if (!this.#ended) {
      this.#cancelBeat = this.#deps.clock.after(BEAT_EVERY_MS, () => this.#beat());
    }
  }

  #write(text: string): void {
    if (this.#ended) {
      return;
    }
    this.#response.write(text);
    if (this.#response.writableLength > WAITING_BYTES_MAX) {
      this.#response.destroy();
    }
  }
}
