import { backoffMs } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { errorCode, VarcoError } from '../../shared/errors.ts';
import { watchNode } from '../serial/node-watch.ts';
import {
  type Board,
  type JohnnyFive,
  loadJohnnyFive,
  serialTransport,
  type Transport,
} from './johnny-five.ts';

/** A driver with parts on a board. */
export interface BoardUser {
  /** The board is connected. Parts are built on this `board`: after a replug there is another one. */
  ready(board: Board, five: JohnnyFive): void;
  lost(reason: string): void;
}

/** What the pool needs from outside. */
export interface BoardDeps {
  clock: Clock;
  random: () => number;
  load?: () => Promise<JohnnyFive>;
  transport?: (path: string) => Promise<Transport>;
  watch?: (path: string, gone: () => void) => () => void;
}

const RETRY = { firstMs: 500, longestMs: 30_000, factor: 2 };
/** A board that is silent this long after its port opened runs no Firmata, in milliseconds. */
const READY_TIMEOUT_MS = 15_000;

/**
 * The kiosk's boards, with one connection per port, so that a lamp, a relay and a display can share one
 * Arduino. A connection opens with its first user and closes with its last.
 */
export class BoardPool {
  readonly #deps: BoardDeps;
  readonly #connections = new Map<string, Connection>();

  constructor(deps: BoardDeps) {
    this.#deps = deps;
  }

  /** Joins the board on `path`; the returned function leaves it and resolves when that is done. */
  join(path: string, user: BoardUser): () => Promise<void> {
    let connection = this.#connections.get(path);
    if (!connection) {
      connection = new Connection(path, this.#deps);
      this.#connections.set(path, connection);
      connection.add(user);
      connection.start();
    } else {
      connection.add(user);
    }
    const joined = connection;
    return async () => {
      if (joined.remove(user) === 0 && this.#connections.get(path) === joined) {
        this.#connections.delete(path);
        await joined.stop();
      }
    };
  }
}

type Phase =
  | { name: 'stopped' }
  | { name: 'waiting'; cancel: () => void }
  | { name: 'connecting' }
  | { name: 'open'; transport: Transport; cancelReady: () => void; unwatch: () => void }
  | { name: 'ready'; transport: Transport; unwatch: () => void; board: Board; five: JohnnyFive };

class Connection {
  readonly #path: string;
  readonly #deps: BoardDeps;
  readonly #users = new Set<BoardUser>();
  #phase: Phase = { name: 'stopped' };
  #attempt = 0;

  constructor(path: string, deps: BoardDeps) {
    this.#path = path;
    this.#deps = deps;
  }

  add(user: BoardUser): void {
    this.#users.add(user);
    if (this.#phase.name === 'ready') {
      user.ready(this.#phase.board, this.#phase.five);
    }
  }

  /** How many users are left. */
  remove(user: BoardUser): number {
    this.#users.delete(user);
    return this.#users.size;
  }

  start(): void {
    this.#phase = { name: 'connecting' };
    void this.#connect();
  }

  async stop(): Promise<void> {
    const phase = this.#phase;
    this.#phase = { name: 'stopped' };
    if (phase.name === 'waiting') {
      phase.cancel();
    } else if (phase.name === 'open' || phase.name === 'ready') {
      phase.unwatch();
      if (phase.name === 'open') {
        phase.cancelReady();
      }
      await closed(phase.transport);
    }
  }

  async #connect(): Promise<void> {
    let transport: Transport | undefined;
    try {
      const five = await (this.#deps.load ?? loadJohnnyFive)();
      transport = await (this.#deps.transport ?? serialTransport)(this.#path);
      // Before the port opens, because johnny-five starts its handshake on `open`.
      const board = new five.Board({
        port: transport,
        repl: false,
        debug: false,
        sigint: false,
        timeout: READY_TIMEOUT_MS * 2,
      });
      board.on('error', () => this.#lose('boardFault', transport));
      transport.on('close', () => this.#lose('unplugged', transport));
      await opened(transport);
      this.#awaitReady(board, five, transport);
    } catch (error) {
      if (transport?.isOpen) {
        await closed(transport);
      }
      this.#retry(openReason(error));
    }
  }

  #awaitReady(board: Board, five: JohnnyFive, transport: Transport): void {
    if (this.#phase.name !== 'connecting') {
      void closed(transport);
      return;
    }
    const gone = () => this.#lose('unplugged', transport);
    const unwatch = (this.#deps.watch ?? watchNode)(this.#path, gone);
    const cancelReady = this.#deps.clock.after(READY_TIMEOUT_MS, () =>
      this.#lose('firmwareSilent', transport),
    );
    this.#phase = { name: 'open', transport, cancelReady, unwatch };
    board.on('ready', () => {
      if (this.#phase.name !== 'open' || this.#phase.transport !== transport) {
        return;
      }
      cancelReady();
      this.#attempt = 0;
      this.#phase = { name: 'ready', transport, unwatch, board, five };
      for (const user of [...this.#users]) {
        user.ready(board, five);
      }
    });
  }

  #lose(reason: string, transport: Transport | undefined): void {
    const phase = this.#phase;
    if ((phase.name !== 'open' && phase.name !== 'ready') || phase.transport !== transport) {
      return;
    }
    phase.unwatch();
    if (phase.name === 'open') {
      phase.cancelReady();
    }
    this.#retry(reason);
    void closed(phase.transport);
  }

  #retry(reason: string): void {
    if (this.#phase.name === 'stopped') {
      return;
    }
    const delayMs = RETRY.firstMs + backoffMs(this.#attempt++, RETRY, this.#deps.random());
    this.#phase = {
      name: 'waiting',
      cancel: this.#deps.clock.after(delayMs, () => this.start()),
    };
    for (const user of [...this.#users]) {
      user.lost(reason);
    }
  }
}

function opened(transport: Transport): Promise<void> {
  return new Promise((resolve, reject) => {
    transport.open((error) => (error ? reject(error) : resolve()));
  });
}

function closed(transport: Transport): Promise<void> {
  return new Promise((resolve) => {
    if (transport.isOpen) {
      transport.close(() => resolve());
    } else {
      resolve();
    }
  });
}

/** serialport's errors have messages and no codes: the codes of those that a technician can fix. */
function openReason(error: unknown): string {
  if (error instanceof VarcoError) {
    return error.code;
  }
  const message = error instanceof Error ? error.message : '';
  if (/permission denied/i.test(message)) {
    return 'permissionDenied';
  }
  if (/no such file|cannot find/i.test(message)) {
    return 'ENOENT';
  }
  if (/lock|busy|temporarily unavailable/i.test(message)) {
    return 'portBusy';
  }
  return errorCode(error);
}
