import type { z } from 'zod';
import type { Clock } from '../clock.ts';
import { errorCode, VarcoError } from '../errors.ts';
import { type FailureCode, type Frame, failureCodes, formatFrame, parseFrame } from './frame.ts';
import { Lanes } from './lanes.ts';
import {
  type Action,
  type ActionName,
  type AnswerOf,
  actions,
  type RequestOf,
} from './messages.ts';

/** Why a call of ours has no answer; a wire code, or what happened on this side. */
export type CallFailureCode = FailureCode | 'timeout' | 'closed' | 'answerInvalid';

/** A call of ours that failed, or a handler's refusal: thrown by a handler, its code goes on the wire. */
export class CallError extends VarcoError<CallFailureCode> {}

/** The other end's calls, by action. A handler may throw a {@link CallError} with a wire code. */
export type Handlers = {
  [Name in ActionName]?: (request: RequestOf<Name>) => Promise<AnswerOf<Name>> | AnswerOf<Name>;
};

/** The bounds of one connection. */
export interface PeerLimits {
  /** Calls of ours of one lane that wait for their turn, at most; one more fails with `busy`. */
  callsWaitingMax: number;
  /** Calls of theirs being handled, at most; one more is answered `busy`. */
  handledAtOnceMax: number;
  /** Messages of theirs a second, on average, and in one burst; one more is answered `busy`. */
  messagesPerSecond: number;
  messagesBurst: number;
  /** Messages too many, above the rate, from which on the other end is no kiosk: see `flooded`. */
  excessMax: number;
}

export const defaultPeerLimits: PeerLimits = {
  callsWaitingMax: 16,
  handledAtOnceMax: 16,
  messagesPerSecond: 100,
  messagesBurst: 200,
  excessMax: 400,
};

/** A protocol's actions by name, as the wire says them. */
export type ActionTable = Readonly<Record<string, Action>>;

interface PendingCall {
  settle(frame: Frame & { type: 'answer' | 'failure' }): void;
  fail(error: CallError): void;
}

/**
 * One end of a `varco.v1` connection, over anything that sends text: calls with a time-out, the other
 * end's calls to handlers, both schema-checked. It never throws for what the other end sends.
 *
 * @example
 * const peer = new Peer({ send: (text) => socket.send(text), handlers, clock });
 * socket.on('message', (data) => peer.receive(String(data)));
 * socket.on('close', () => peer.close());
 * const { verdict } = await peer.call('Verify', request, { timeoutMs: 2000 });
 */
export class Peer {
  readonly #send: (text: string) => void;
  readonly #handlers: Handlers;
  readonly #clock: Clock;
  readonly #limits: PeerLimits;
  readonly #actions: ActionTable;
  readonly #flooded: () => void;
  readonly #lanes: Lanes;
  readonly #pending = new Map<string, PendingCall>();
  #nextId = 1;
  #handling = 0;
  #closed = false;
  #tokens: number;
  #tokensAt: number;
  #excess = 0;

  /**
   * @param options.actions of another version of the protocol; `varco.v1` without it.
   * @param options.flooded the other end sends far more than it may; whoever owns the socket ends it.
   */
  constructor(options: {
    send: (text: string) => void;
    handlers: Handlers;
    clock: Clock;
    limits?: PeerLimits;
    actions?: ActionTable;
    flooded?: () => void;
  }) {
    this.#send = options.send;
    this.#handlers = options.handlers;
    this.#clock = options.clock;
    this.#limits = options.limits ?? defaultPeerLimits;
    this.#actions = options.actions ?? actions;
    this.#flooded = options.flooded ?? (() => {});
    this.#lanes = new Lanes(this.#limits.callsWaitingMax);
    this.#tokens = this.#limits.messagesBurst;
    this.#tokensAt = this.#clock.monotonic();
  }

  /**
   * Calls the other end, when no other call of the same lane is in flight; the wait for that counts.
   *
   * @throws CallError with the wire code it answered, or `timeout`, `closed`, `busy` (too many calls
   * of ours already wait) or `answerInvalid`.
   */
  call<Name extends ActionName>(
    name: Name,
    request: RequestOf<Name>,
    options: { timeoutMs: number },
  ): Promise<AnswerOf<Name>> {
    if (this.#closed) {
      return Promise.reject(new CallError('closed', `${name}: the connection is closed`));
    }
    const action = this.#actions[name];
    if (!action) {
      return Promise.reject(new CallError('unknownAction', `${name}: not of this protocol`));
    }
    const id = String(this.#nextId++);
    return new Promise((resolve, reject) => {
      const send = () =>
        this.#sendOpen({ type: 'call', id, action: name, payload: request as unknown });
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
      const cancel = this.#clock.after(options.timeoutMs, () => {
        finish();
        reject(new CallError('timeout', `${name}: no answer in ${options.timeoutMs} ms`));
      });
      this.#pending.set(id, {
        settle: (frame) => {
          finish();
          settleCall({ name, action }, frame, resolve as (answer: unknown) => void, reject);
        },
        fail: (error) => {
          finish();
          reject(error);
        },
      });
      ticket.start();
    });
  }

  /** Takes one text message of the other end. */
  receive(text: string): void {
    if (this.#closed) {
      return;
    }
    if (!this.take()) {
      if (this.#excess > this.#limits.messagesBurst) {
        return;
      }
      const parsed = parseFrame(text);
      const id = parsed.ok && parsed.frame.type === 'call' ? parsed.frame.id : '';
      this.#refuse(id, 'busy');
      return;
    }
    const parsed = parseFrame(text);
    if (!parsed.ok) {
      this.#refuse(parsed.id, parsed.code);
      return;
    }
    const { frame } = parsed;
    if (frame.type === 'call') {
      void this.#handle(frame);
    } else {
      // An answer to no call of ours is late or made up: in both cases there is nothing to do.
      this.#pending.get(frame.id)?.settle(frame);
    }
  }

  /** The connection is gone: every waiting call fails with `closed`, and nothing is sent any more. */
  close(): void {
    this.#closed = true;
    for (const pending of [...this.#pending.values()]) {
      pending.fail(new CallError('closed', 'The connection closed before the answer came'));
    }
  }

  async #handle(frame: Frame & { type: 'call' }): Promise<void> {
    const name = frame.action;
    const action = Object.hasOwn(this.#actions, name) ? this.#actions[name] : undefined;
    const handler = action && (this.#handlers as UntypedHandlers)[name];
    if (!action || !handler) {
      this.#refuse(frame.id, 'unknownAction');
      return;
    }
    const request = action.request.safeParse(frame.payload);
    if (!request.success) {
      this.#refuse(frame.id, 'payloadInvalid', fieldsOf(request.error));
      return;
    }
    if (this.#handling >= this.#limits.handledAtOnceMax) {
      this.#refuse(frame.id, 'busy');
      return;
    }
    this.#handling += 1;
    try {
      const payload = await handler(request.data);
      this.#sendOpen({ type: 'answer', id: frame.id, payload });
    } catch (error) {
      const code = failureCodes.find((known) => known === errorCode(error)) ?? 'internal';
      this.#refuse(frame.id, code);
    } finally {
      this.#handling -= 1;
    }
  }

  #refuse(id: string, code: FailureCode, details: unknown = {}): void {
    this.#sendOpen({ type: 'failure', id, code, details });
  }

  #sendOpen(frame: Frame): void {
    if (!this.#closed) {
      this.#send(formatFrame(frame));
    }
  }

  /**
   * Counts a message of theirs, or a control frame, in a token bucket.
   *
   * @returns whether it is within the rate. Far beyond, `flooded` is told, once.
   */
  take(): boolean {
    const now = this.#clock.monotonic();
    const earned = ((now - this.#tokensAt) / 1000) * this.#limits.messagesPerSecond;
    this.#tokens = Math.min(this.#limits.messagesBurst, this.#tokens + earned);
    this.#tokensAt = now;
    this.#excess = Math.max(0, this.#excess - earned);
    if (this.#tokens < 1) {
      this.#excess += 1;
      if (this.#excess > this.#limits.excessMax) {
        this.close();
        this.#flooded();
      }
      return false;
    }
    this.#tokens -= 1;
    return true;
  }
}

type UntypedHandlers = Readonly<Record<string, ((request: unknown) => unknown) | undefined>>;

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

/** Which fields were wrong, without their values: a payload may hold a codice fiscale. */
function fieldsOf(error: z.ZodError): { fields: string[] } {
  return { fields: [...new Set(error.issues.map((issue) => issue.path.join('.')))].slice(0, 16) };
}
