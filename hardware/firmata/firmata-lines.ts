import type { LineSource, LineSourceEvents } from '../gpio/line.ts';
import { faultReason } from '../gpio/onoff-lines.ts';
import type { BoardPool } from './board-pool.ts';
import type { Board, JohnnyFive } from './johnny-five.ts';

/** Lines on a Firmata board, built again each time the board connects. */
export class FirmataSource<Lines extends { close(): void }> implements LineSource<Lines> {
  readonly #path: string;
  readonly #pool: BoardPool;
  readonly #build: (board: Board, five: JohnnyFive) => Lines;
  #lines: Lines | undefined;
  #leavePool: (() => Promise<void>) | undefined;

  constructor(path: string, pool: BoardPool, build: (board: Board, five: JohnnyFive) => Lines) {
    this.#path = path;
    this.#pool = pool;
    this.#build = build;
  }

  async start(events: LineSourceEvents<Lines>): Promise<void> {
    this.#leavePool = this.#pool.join(this.#path, {
      ready: (board, five) => {
        try {
          this.#lines = this.#build(board, five);
        } catch (error) {
          events.lost(faultReason(error));
          return;
        }
        events.ready(this.#lines);
      },
      lost: (reason) => {
        this.#lines = undefined;
        events.lost(reason);
      },
    });
  }

  async stop(): Promise<void> {
    this.#lines?.close();
    this.#lines = undefined;
    await this.#leavePool?.();
    this.#leavePool = undefined;
  }
}
