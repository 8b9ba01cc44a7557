import type { Lane } from './actions.ts';

/** A call's place in its lane. */
export interface Ticket {
  /** Sends when it is this call's turn: at once, if no other is before it. */
  start(): void;
  /** Answered, failed or given up: the next may go. May be called twice. */
  leave(): void;
}

interface Waiting {
  send: () => void;
  state: 'new' | 'waiting' | 'sent' | 'left';
}

/** One call in flight per lane, and a bounded queue behind each. */
export class Lanes {
  readonly #waitingMax: number;
  readonly #queues = new Map<Lane, Waiting[]>();

  /** @param waitingMax calls behind the one in flight, at most. */
  constructor(waitingMax: number) {
    this.#waitingMax = waitingMax;
  }

  /** @returns `undefined` when the lane's queue is full. */
  enter(lane: Lane, send: () => void): Ticket | undefined {
    const queue = this.#queues.get(lane) ?? [];
    if (queue.length > this.#waitingMax) {
      return undefined;
    }
    this.#queues.set(lane, queue);
    const call: Waiting = { send, state: 'new' };
    queue.push(call);
    return {
      start() {
        call.state = 'waiting';
        advance(queue);
      },
      leave() {
        call.state = 'left';
        advance(queue);
      },
    };
  }
}

/** Drops the calls that have left, then sends the one that is now first. */
function advance(queue: Waiting[]): void {
  const staying = queue.filter(({ state }) => state !== 'left');
  queue.splice(0, queue.length, ...staying);
  const [first] = queue;
  if (first?.state === 'waiting') {
    first.state = 'sent';
    first.send();
  }
}
