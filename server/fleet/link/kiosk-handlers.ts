import { errorCode } from '../../../shared/errors.ts';
import type { AnswerOf, RequestOf } from '../../../shared/protocol/actions.ts';
import { CallError } from '../../../shared/protocol/call-error.ts';
import type { Handlers } from '../../../shared/protocol/peer.ts';
import { NOT_COVERED_BY_ARCHIVE } from '../../../shared/verdict.ts';
import type { Answer } from '../../verification/answer.ts';
import type { Kiosk } from '../places/kiosks.ts';
import type { Allowance } from './allowance.ts';
import { CommandResults } from './command-results.ts';
import type { ConnectionHost } from './connection-host.ts';
import { type CloseReason, reconnectWithinMs } from './link-limits.ts';
import type { LinkListener } from './link-listener.ts';

/** The connection that a kiosk's call came by. */
export interface HandlerConnection {
  readonly isOpen: boolean;
  /** Resolves once its proof is checked. @throws CallError `notAccepted`: the proof is invalid. */
  proven(): Promise<Kiosk>;
  /** It booted, and may make any call. */
  accept(kiosk: Kiosk): void;
  /** @throws CallError `notAccepted` before that. */
  accepted(): Kiosk;
  /** The spread of reconnections that it was last sent, in milliseconds. */
  sentReconnectWithinMs: number;
  /** Whether it has words for `notCoveredByArchive`. */
  knowsNotCovered: boolean;
  /** The reports that it may still send. */
  readonly reports: Allowance;
  close(reason: CloseReason): void;
  /** Absent while no command's result is being received. */
  results: CommandResults | undefined;
}

/** Handles the calls of kiosks; one for all connections of a server. */
export class KioskHandlers {
  readonly #server: ConnectionHost;

  constructor(server: ConnectionHost) {
    this.#server = server;
  }

  handlers(): Handlers<HandlerConnection> {
    const { calls } = this.#server;
    return {
      Boot: (request, from) => this.#logged('boot', () => this.#boot(request, from)),
      Verify: (request, from) =>
        calls.verify(from.accepted(), request).then((answer) => understood(answer, from)),
      VerifyCode: (request, from) =>
        calls.verifyCode(from.accepted(), request).then((answer) => understood(answer, from)),
      Status: (report, from) => this.#status(report, from),
      ListHead: (request, from) => calls.listHead(from.accepted(), request),
      ListChunk: (request, from) => calls.listChunk(from.accepted(), request),
      Facts: (request, from) => calls.facts(from.accepted(), request),
      Measurements: (request, from) => this.#measurements(request, from),
      CommandResult: (part, from) => this.#commandResult(part, from),
    };
  }

  /** Notifies the listener; its error is logged and does not end the connection. */
  notify<Result>(what: (listener: LinkListener) => Result): Result | undefined {
    try {
      return what(this.#server.listener);
    } catch (error) {
      this.#server.log.error({ code: errorCode(error) }, 'the fleet did not take an event');
      return undefined;
    }
  }

  async #boot(request: RequestOf<'Boot'>, from: HandlerConnection): Promise<AnswerOf<'Boot'>> {
    const kiosk = await from.proven();
    const { clock, hosts, keyring, limits, listener } = this.#server;
    const admission = await listener.admit(kiosk, request);
    const serverTime = clock.now();
    if (admission.status !== 'accepted') {
      return { ...admission, serverTime };
    }
    if (!from.isOpen) {
      // It disconnected while its config was read, and must not count as connected.
      throw new CallError('closed', 'The kiosk is gone');
    }
    from.knowsNotCovered = request.capabilities?.includes(NOT_COVERED_BY_ARCHIVE) === true;
    from.accept(kiosk);
    this.notify((to) => to.booted?.(kiosk, request));
    return {
      status: 'accepted',
      serverTime,
      intervalMs: admission.intervalMs ?? limits.statusEveryMs,
      gate: this.#server.calls.gateOf(kiosk),
      hosts: [...hosts],
      credentialKeys: keyring.credentialKeys(),
      reconnectWithinMs: this.#reconnectWithinMs(from),
      factsKey: keyring.factsKey(),
      desired: admission.desired,
    };
  }

  #status(report: RequestOf<'Status'>, from: HandlerConnection): AnswerOf<'Status'> {
    const kiosk = from.accepted();
    const allowed = from.reports.take();
    if (allowed === 'refused') {
      throw new CallError('busy', 'Reports come faster than anybody reads them');
    }
    const fits =
      allowed === 'granted' && this.notify((listener) => listener.status?.(kiosk, report));
    if (fits === false) {
      from.close('flood');
      throw new CallError('tooLarge', 'More reports, or more in them, than a kiosk has');
    }
    const before = from.sentReconnectWithinMs;
    const withinMs = this.#reconnectWithinMs(from);
    return {
      serverTime: this.#server.clock.now(),
      reconnectWithinMs: withinMs === before ? undefined : withinMs,
    };
  }

  async #measurements(
    { measurements }: RequestOf<'Measurements'>,
    from: HandlerConnection,
  ): Promise<AnswerOf<'Measurements'>> {
    const kiosk = from.accepted();
    await this.#logged('measurements', async () =>
      this.#server.listener.measured?.(kiosk, measurements),
    );
    return {};
  }

  /** Over which time this server's kiosks reconnect if it is lost; sent again when it changes. */
  #reconnectWithinMs(from: HandlerConnection): number {
    const { kiosks, limits } = this.#server;
    from.sentReconnectWithinMs = reconnectWithinMs(kiosks.size, limits);
    return from.sentReconnectWithinMs;
  }

  #commandResult(
    part: RequestOf<'CommandResult'>,
    from: HandlerConnection,
  ): AnswerOf<'CommandResult'> {
    const kiosk = from.accepted();
    from.results ??= new CommandResults();
    const end = from.results.take(part);
    if (from.results.isEmpty) {
      from.results = undefined;
    }
    this.notify((listener) => end && listener.commandResult?.(kiosk, end));
    return {};
  }

  /** The kiosk gets an error's code alone; the details are in our log. */
  async #logged<Answer>(what: string, work: () => Promise<Answer>): Promise<Answer> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CallError)) {
        this.#server.log.error({ code: errorCode(error), what }, 'a call of a kiosk failed');
      }
      throw error;
    }
  }
}

/** An answer in the words of the kiosk: an older program refuses a reason that it does not know. */
function understood(answer: Answer, { knowsNotCovered }: HandlerConnection): Answer {
  const { verdict, decidedAt } = answer;
  return verdict.outcome === 'unconfirmed' &&
    verdict.reason === NOT_COVERED_BY_ARCHIVE &&
    !knowsNotCovered
    ? { verdict: { outcome: 'unconfirmed', reason: 'notInArchive' }, decidedAt }
    : answer;
}
