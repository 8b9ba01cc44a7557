import type { z } from 'zod';
import type { Clock } from '../clock.ts';
import { errorCode } from '../errors.ts';
import { type Action, type ActionName, type AnswerOf, actions, type RequestOf } from './actions.ts';
import { CallError } from './call-error.ts';
import { type FailureCode, type Frame, failureCodes, formatFrame, parseFrame } from './frame.ts';
import { OpenCalls } from './open-calls.ts';

/**
 * Handlers for the other end's calls, by action. Each also gets the `owner` of its peer's connection, and
 * may throw a {@link CallError} with a wire code.
 */
export type Handlers<Owner = undefined> = {
  [Name in ActionName]?: (
    request: RequestOf<Name>,
    owner: Owner,
  ) => Promise<AnswerOf<Name>> | AnswerOf<Name>;
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
  /** Messages above the rate after which the other end can't be a real kiosk: see `flooded`. */
  excessMax: number;
}

export const defaultPeerLimits: PeerLimits = {
  callsWaitingMax: 16,
  handledAtOnceMax: 16,
  messagesPerSecond: 100,
  messagesBurst: 200,
  excessMax: 400,
};

/** What a message that nobody can use costs beside its own place in the rate: to find that out is dear. */
const INVALID_COST = 9;

/** A protocol's actions by name, as the wire says them. */
const table: Readonly<Record<string, Action>> = actions;

/** What like peers share: one options object serves any number of connections. */
export interface PeerOptions<Owner = undefined> {
  send: (text: string, owner: Owner) => void;
  handlers: Handlers<Owner>;
  clock: Clock;
  limits?: PeerLimits;
  /** The other end sends far more than it may; whoever owns the socket ends it. */
  flooded?: (owner: Owner) => void;
}

/**
 * One end of a `varco.v1` connection, over anything that sends text: calls with a time-out, the other
 * end's calls to handlers, both schema-checked. It never throws for what the other end sends. A server
 * has thousands of silent connections, so an idle peer takes little memory.
 *
 * @example
 * const peer = new Peer({ send: (text) => socket.send(text), handlers, clock });
 * socket.on('message', (data) => peer.receive(String(data)));
 * socket.on('close', () => peer.close());
 * const { verdict } = await peer.call('Verify', request, { timeoutMs: 2000 });
 */
export class Peer<Owner = undefined> {
  readonly #options: PeerOptions<Owner>;
  readonly #owner: Owner;
  /** Absent while no call of ours is open. */
  #calls: OpenCalls | undefined;
  #nextId = 1;
  #handling = 0;
  #closed = false;
  #tokens: number;
  #tokensAt: number;
  #excess = 0;

  /** @param owner handed to everything in the options, when they are shared. */
  constructor(
    options: PeerOptions<Owner>,
    ...[owner]: undefined extends Owner ? [] : [owner: Owner]
  ) {
    this.#options = options;
    this.#owner = owner as Owner;
    this.#tokens = this.#limits.messagesBurst;
    this.#tokensAt = options.clock.monotonic();
  }

  get #limits(): PeerLimits {
    return this.#options.limits ?? defaultPeerLimits;
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
    const action = table[name];
    if (!action) {
      return Promise.reject(new CallError('unknownAction', `${name}: not of this protocol`));
    }
    const id = String(this.#nextId++);
    const { clock } = this.#options;
    this.#calls ??= new OpenCalls(clock, this.#limits.callsWaitingMax);
    const answer = this.#calls.make({
      id,
      name,
      action,
      timeoutMs: options.timeoutMs,
      send: () => this.#sendOpen({ type: 'call', id, action: name, payload: request }),
    });
    return answer.finally(() => this.#forgetCalls()) as Promise<AnswerOf<Name>>;
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
      this.#tokens -= INVALID_COST;
      this.#refuse(parsed.id, parsed.code);
      return;
    }
    const { frame } = parsed;
    if (frame.type === 'call') {
      void this.#handle(frame);
    } else {
      this.#calls?.settle(frame);
    }
  }

  /** The connection is gone: every waiting call fails with `closed`, and nothing is sent any more. */
  close(): void {
    this.#closed = true;
    this.#calls?.close();
  }

  #forgetCalls(): void {
    if (this.#calls?.isEmpty) {
      this.#calls = undefined;
    }
  }

  async #handle(frame: Frame & { type: 'call' }): Promise<void> {
    const route = routesOf(this.#options).get(frame.action);
    if (!route) {
      this.#refuse(frame.id, 'unknownAction');
      return;
    }
    const request = route.schema.safeParse(frame.payload);
    if (!request.success) {
      this.#tokens -= INVALID_COST;
      this.#refuse(frame.id, 'payloadInvalid', fieldsOf(request.error));
      return;
    }
    if (this.#handling >= this.#limits.handledAtOnceMax) {
      this.#refuse(frame.id, 'busy');
      return;
    }
    this.#handling += 1;
    try {
      const payload = await route.handler(request.data, this.#owner);
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
      this.#options.send(formatFrame(frame), this.#owner);
    }
  }

  /**
   * Counts a message of theirs, or a control frame, in a token bucket.
   *
   * @returns whether it is within the rate. Far above it, `flooded` is called, once.
   */
  take(): boolean {
    const { messagesPerSecond, messagesBurst, excessMax } = this.#limits;
    const now = this.#options.clock.monotonic();
    const earned = ((now - this.#tokensAt) / 1000) * messagesPerSecond;
    this.#tokens = Math.min(messagesBurst, this.#tokens + earned);
    this.#tokensAt = now;
    this.#excess = Math.max(0, this.#excess - earned);
    if (this.#tokens < 1) {
      this.#excess += 1;
      if (this.#excess > excessMax) {
        this.close();
        this.#options.flooded?.(this.#owner);
      }
      return false;
    }
    this.#tokens -= 1;
    return true;
  }
}

/** A call of theirs that is answered here. */
interface Route<Owner> {
  schema: z.ZodType;
  handler: (request: unknown, owner: Owner) => unknown;
}

/** Routes by action name, made once per options object: a Map costs a fraction of a property look-up. */
const routes = new WeakMap<object, ReadonlyMap<string, unknown>>();

function routesOf<Owner>(options: PeerOptions<Owner>): ReadonlyMap<string, Route<Owner>> {
  let known = routes.get(options);
  if (!known) {
    const handlers = Object.entries(
      options.handlers as Record<string, Route<Owner>['handler'] | undefined>,
    );
    known = new Map(
      handlers.flatMap(([name, handler]) => {
        const action = Object.hasOwn(table, name) ? table[name] : undefined;
        return action && handler ? [[name, { schema: action.request, handler }]] : [];
      }),
    );
    routes.set(options, known);
  }
  return known as ReadonlyMap<string, Route<Owner>>;
}

/** Which fields were wrong, without their values: a payload may hold a codice fiscale. */
function fieldsOf(error: z.ZodError): { fields: string[] } {
  return { fields: [...new Set(error.issues.map((issue) => issue.path.join('.')))].slice(0, 16) };
}
