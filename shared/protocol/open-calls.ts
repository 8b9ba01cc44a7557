import type { Clock } from '../clock.ts';
import type { Action } from './actions.ts';
import { CallError } from './call-error.ts';
import type { Frame } from './frame.ts';
import { failureCodes } from './frame.ts';
import { Lanes } from './lanes.ts';

/** A call of ours on its way. */
export interface NewCall {
  id: string;
  name: string;
  action: Action;
  /** For the answer, with the wait for its turn. */
  timeoutMs: number;
  /** Sends it, when it is its turn. */
  send: () => void;
}

interface Pending {
  settle(frame: Frame & { type: 'answer' | 'failure' }): void;
  fail(error: CallError): void;
}

/** The calls of ours on one connection that have no answer yet. */
export class OpenCalls {
  readonly #clock: Clock;
  readonly #lanes: Lanes;
  readonly #pending = new Map<string, Pending>();

  /** @param waitingMax calls of one lane behind the one in flight, at most. */
  constructor(clock: Clock, waitingMax: number) {
    this.#clock = clock;
    this.#lanes = new Lanes(waitingMax);
  }

  get isEmpty(): boolean {
    return this.#pending.size === 0;
  }

  /**
   * Resolves with the answer, checked against its schema.
   *
   * @throws CallError the wire code that came, or `timeout`, `closed`, `busy`, `answerInvalid`.
   */
  make({ id, name, action, timeoutMs, send }: NewCall): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const ticket = this.#lanes.enter(action.lane, send);
      if (!ticket) {
        reject(new CallError('busy', `${name}: too many calls wait for their turn`));
        return;
      }
      const finish = () => {
        cancel();
        this.#pending.delete(id);
        ticket.leave();
      };
      const cancel = this.#clock.after(timeoutMs, () => {
        finish();
        reject(new CallError('timeout', `${name}: no answer in ${timeoutMs} ms`));
      });
      this.#pending.set(id, {
        settle: (frame) => {
          finish();
          settleCall({ name, action }, frame, resolve, reject);
        },
        fail: (error) => {
          finish();
          reject(error);
        },
      });
      ticket.start();
    });
  }

  /** An answer to no call of ours is late or made up: in both cases there is nothing to do. */
  settle(frame: Frame & { type: 'answer' | 'failure' }): void {
    this.#pending.get(frame.id)?.settle(frame);
  }

  /** The connection is gone. */
  close(): void {
    for (const pending of [...this.#pending.values()]) {
      pending.fail(new CallError('closed', 'The connection closed before the answer came'));
    }
  }
}

function settleCall(
  { name, action }: { name: string; action: Action },
  frame: Frame & { type: 'answer' | 'failure' },
  resolve: (answer: unknown) => void,
  reject: (error: CallError) => void,
): void {
  if (frame.type === 'failure') {
    const code = failureCodes.find((known) => known === frame.code) ?? 'internal';
    reject(new CallError(code, `${name}: the other end answered ${code}`));
    return;
  }
  const answer = action.answer.safeParse(frame.payload);
  if (answer.success) {
    resolve(answer.data);
  } else {
    reject(new CallError('answerInvalid', `${name}: the answer is not of its schema`));
  }
}
