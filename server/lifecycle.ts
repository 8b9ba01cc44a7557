import { errorCode } from '../shared/errors.ts';
import type { Log } from './log.ts';

/**
 * A part of the server that works by itself from `start` to `stop`. `stop` leaves nothing behind, and does
 * nothing where there was no `start`.
 */
export interface Room {
  start?(): Promise<void> | void;
  stop?(): Promise<void> | void;
}

/** The rooms of one stage: those of `open` serve any command beside the server, those of `serve` a server. */
export interface Stage {
  open: Readonly<Record<string, Room>>;
  serve: Readonly<Record<string, Room>>;
}

/** Starts rooms in their order, and stops them in the reverse one. */
export class Lifecycle {
  readonly #rooms: Stage;
  readonly #log: Log;
  #stopped: Promise<void> | undefined;

  constructor(rooms: Stage, log: Log) {
    this.#rooms = rooms;
    this.#log = log;
  }

  /** When a room does not start, all of them are stopped. @throws what the room threw. */
  async start(stage: keyof Stage): Promise<void> {
    try {
      for (const room of Object.values(this.#rooms[stage])) {
        await room.start?.();
      }
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Never throws: a room that does not stop is logged, and keeps no other from stopping. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const { open, serve } = this.#rooms;
    const started = [...Object.entries(open), ...Object.entries(serve)];
    for (const [name, room] of started.reverse()) {
      try {
        await room.stop?.();
      } catch (error) {
        this.#log.error({ room: name, code: errorCode(error) }, 'a room did not stop');
      }
    }
  }
}
