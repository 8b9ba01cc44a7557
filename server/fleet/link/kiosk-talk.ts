import { errorCode } from '../../../shared/errors.ts';
import type { AnswerOf, RequestOf } from '../../../shared/protocol/actions.ts';
import { CallError } from '../../../shared/protocol/call-error.ts';
import type { Handlers } from '../../../shared/protocol/peer.ts';
import type { Kiosk } from '../places/kiosks.ts';
import { CommandResults } from './command-results.ts';
import type { ConnectionHost } from './connection-host.ts';
import { reconnectWithinMs } from './link-limits.ts';
import type { LinkListener } from './link-listener.ts';

/** The connection that a kiosk talks by. */
export interface TalkingKiosk {
  readonly isOpen: boolean;
  /** Resolves once its proof is checked. @throws CallError `notAccepted`: it does not hold. */
  proven(): Promise<Kiosk>;
  /** It booted, and may work. */
  letIn(kiosk: Kiosk): void;
  /** @throws CallError `notAccepted` before that. */
  accepted(): Kiosk;
  /** What it was told last of its return, in milliseconds. */
  toldWithinMs: number;
  /** Absent while no command's result is on its way. */
  results: CommandResults | undefined;
}

/** What kiosks may call, and what they are answered; one for all connections of a server. */
export class KioskTalk {
  readonly #server: ConnectionHost;

  constructor(server: ConnectionHost) {
    this.#server = server;
  }

  handlers(): Handlers<TalkingKiosk> {
    const { calls } = this.#server;
    return {
      Boot: (request, from) => this.#logged('boot', () => this.#boot(request, from)),
      Verify: (request, from) => calls.verify(from.accepted(), request),
      VerifyCode: (request, from) => calls.verifyCode(from.accepted(), request),
      Status: (report, from) => this.#status(report, from),
      ListHead: (request, from) => calls.listHead(from.accepted(), request),
      ListChunk: (request, from) => calls.listChunk(from.accepted(), request),
      Facts: (request, from) => calls.facts(from.accepted(), request),
      Measurements: (request, from) => this.#measurements(request, from),
      CommandResult: (part, from) => this.#commandResult(part, from),
    };
  }

  /** A listener's fault is its own: the link goes on. */
  tell(what: (listener: LinkListener) => void): void {
    try {
      what(this.#server.listener);
    } catch (error) {
      this.#server.log.error({ code: errorCode(error) }, 'the fleet did not take an event');
    }
  }

  async #boot(request: RequestOf<'Boot'>, from: TalkingKiosk): Promise<AnswerOf<'Boot'>> {
    const kiosk = await from.proven();
    const { clock, hosts, keyring, limits, listener } = this.#server;
    const admission = await listener.admit(kiosk, request);
    const serverTime = clock.now();
    if (admission.status !== 'accepted') {
      return { ...admission, serverTime };
    }
    if (!from.isOpen) {
      // It left while its config was read: nobody may believe that it is here.
      throw new CallError('closed', 'The kiosk is gone');
    }
    from.letIn(kiosk);
    this.tell((told) => told.booted?.(kiosk, request));
    this.tell((told) => request.config && told.configReported?.(kiosk, request.config));
    return {
      status: 'accepted',
      serverTime,
      intervalMs: admission.intervalMs ?? limits.statusEveryMs,
      gate: this.#server.calls.gateOf(kiosk),
      hosts: [...hosts],
      credentialKeys: keyring.credentialKeys(),
      reconnectWithinMs: this.#within(from),
      factsKey: keyring.factsKey(),
      ...(admission.desired ? { desired: admission.desired } : {}),
    };
  }

  #status(report: RequestOf<'Status'>, from: TalkingKiosk): AnswerOf<'Status'> {
    const kiosk = from.accepted();
    this.tell((listener) => listener.status?.(kiosk, report));
    this.tell((listener) => report.config && listener.configReported?.(kiosk, report.config));
    const before = from.toldWithinMs;
    const withinMs = this.#within(from);
    return {
      serverTime: this.#server.clock.now(),
      ...(withinMs === before ? {} : { reconnectWithinMs: withinMs }),
    };
  }

  async #measurements(
    { measurements }: RequestOf<'Measurements'>,
    from: TalkingKiosk,
  ): Promise<AnswerOf<'Measurements'>> {
    const kiosk = from.accepted();
    await this.#logged('measurements', async () =>
      this.#server.listener.measured?.(kiosk, measurements),
    );
    return {};
  }

  /** How this server's kiosks are spread if it is lost; a kiosk is told when it changes. */
  #within(from: TalkingKiosk): number {
    from.toldWithinMs = reconnectWithinMs(this.#server.size, this.#server.limits);
    return from.toldWithinMs;
  }

  #commandResult(part: RequestOf<'CommandResult'>, from: TalkingKiosk): AnswerOf<'CommandResult'> {
    const kiosk = from.accepted();
    from.results ??= new CommandResults();
    const end = from.results.take(part);
    if (from.results.isEmpty) {
      from.results = undefined;
    }
    this.tell((listener) => end && listener.commandResult?.(kiosk, end));
    return {};
  }

  /** A fault of ours is told to the kiosk by its code alone: what it was stands in our log. */
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
