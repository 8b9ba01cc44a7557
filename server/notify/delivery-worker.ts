import { type BackoffLimits, backoffMs } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { Log } from '../log.ts';
import type { ClaimedMessage, Outbox } from './message-outbox.ts';
import type { Channel } from './templates.ts';
import type { SendOutcome } from './transport.ts';

/** How often the outbox is polled in the absence of a wake-up. */
export const POLL_MS = 1000;
/** Messages of one channel in flight at once; the last slots are reserved for urgent ones. */
const IN_FLIGHT_MAX = 8;
const ORDINARY_MAX = 6;
/** Between two probes of a channel whose server is unreachable. */
const unreachableBackoff: BackoffLimits = { firstMs: 2_000, longestMs: 60_000, factor: 2 };
/** Between two attempts of one message: a greylisting server requires minutes. */
const laterBackoff: BackoffLimits = { firstMs: 30_000, longestMs: 3_600_000, factor: 2 };
/** An urgent message expires within minutes. */
const urgentBackoff: BackoffLimits = { firstMs: 3_000, longestMs: 30_000, factor: 2 };
const RETRY_AFTER_MAX_MS = 3_600_000;
/** How long `stop()` waits for messages in flight; unfinished ones are sent again. */
const STOP_MS = 5_000;

/** Delivers one message; returns an outcome and never throws. */
export type Deliver = (one: ClaimedMessage) => Promise<SendOutcome>;

/**
 * Delivers the outbox messages of one channel. A message that the server defers is retried later and has
 * an attempt counted. While the server is unreachable the whole channel waits, single messages probe
 * whether it is back, and no attempts are counted.
 */
export class DeliveryWorker {
  readonly channel: Channel;
  readonly #outbox: Outbox;
  readonly #deliver: Deliver;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #random: () => number;
  #state: 'stopped' | 'running' = 'stopped';
  #cancelPoll: () => void = () => {};
  #inFlight = new Map<string, Promise<void>>();
  #ordinaryInFlight = 0;
  #claiming: Promise<void> | undefined;
  #mustClaimAgain = false;
  #unreachable: { since: number; until: number; failures: number } | undefined;

  constructor(deps: {
    channel: Channel;
    outbox: Outbox;
    deliver: Deliver;
    clock: Clock;
    log: Log;
    random: () => number;
  }) {
    this.channel = deps.channel;
    this.#outbox = deps.outbox;
    this.#deliver = deps.deliver;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#random = deps.random;
  }

  start(): void {
    this.#state = 'running';
    this.#poll();
  }

  async stop(): Promise<void> {
    this.#state = 'stopped';
    this.#cancelPoll();
    let cancel = () => {};
    const timeout = new Promise<void>((resolve) => {
      cancel = this.#clock.after(STOP_MS, resolve);
    });
    await Promise.race([this.idle(), timeout]);
    cancel();
  }

  /** Claims due messages now instead of at the next poll. */
  wake(): void {
    if (this.#state === 'stopped') {
      return;
    }
    if (this.#claiming) {
      this.#mustClaimAgain = true;
      return;
    }
    this.#claiming = this.#claimSome()
      .catch((error: unknown) => {
        this.#log.warn({ channel: this.channel, code: errorCode(error) }, 'outbox not read');
      })
      .finally(() => {
        this.#claiming = undefined;
        if (this.#mustClaimAgain) {
          this.#mustClaimAgain = false;
          this.wake();
        }
      });
  }

  /** Resolves once nothing is being claimed or sent. */
  async idle(): Promise<void> {
    while (this.#claiming || this.#inFlight.size > 0) {
      await this.#claiming;
      await Promise.all(this.#inFlight.values());
    }
  }

  /** Since when the channel's server has been unreachable, if it is. */
  unreachableSince(): number | undefined {
    return this.#unreachable?.since;
  }

  #poll(): void {
    this.wake();
    this.#cancelPoll = this.#clock.after(POLL_MS, () => this.#poll());
  }

  async #claimSome(): Promise<void> {
    const gone = this.#unreachable;
    if (gone && (this.#clock.now() < gone.until || this.#inFlight.size > 0)) {
      return;
    }
    if (!(await this.#outbox.hasDue(this.channel))) {
      return;
    }
    const ordinary = gone ? 1 : ORDINARY_MAX - this.#ordinaryInFlight;
    const urgent = IN_FLIGHT_MAX - this.#inFlight.size;
    if (ordinary > 0) {
      this.#begin(await this.#outbox.claim(this.channel, ordinary));
    } else if (urgent > 0) {
      this.#begin(await this.#outbox.claim(this.channel, urgent, { urgentOnly: true }));
    }
  }

  #begin(messages: readonly ClaimedMessage[]): void {
    for (const one of messages) {
      this.#ordinaryInFlight += one.urgent ? 0 : 1;
      const sending = this.#send(one)
        .catch((error: unknown) => {
          // The claim expires, and the message is sent again.
          this.#log.warn(
            { channel: this.channel, code: errorCode(error) },
            'delivery outcome not saved',
          );
        })
        .finally(() => {
          this.#ordinaryInFlight -= one.urgent ? 0 : 1;
          this.#inFlight.delete(one.id);
          this.wake();
        });
      this.#inFlight.set(one.id, sending);
    }
  }

  async #send(one: ClaimedMessage): Promise<void> {
    const outcome = await this.#deliver(one);
    if (outcome.outcome !== 'unreachable') {
      this.#onReachable();
    }
    switch (outcome.outcome) {
      case 'sent':
        return this.#outbox.markDelivered(one);
      case 'refused':
        return this.#giveUp(one, outcome.code);
      case 'later':
        return this.#retryLater(one, outcome.code, outcome.retryAfterMs);
      case 'unreachable':
        return this.#onUnreachable(one, outcome.code);
    }
  }

  async #retryLater(one: ClaimedMessage, code: string, retryAfterMs = 0): Promise<void> {
    const { attemptsMax } = this.#outbox.limits;
    if (one.attempts >= attemptsMax || this.#isTooOld(one)) {
      return this.#giveUp(one, code);
    }
    const limits = one.urgent ? urgentBackoff : laterBackoff;
    const backoff = this.#halfJitter(one.attempts - 1, limits);
    const delayMs = Math.max(backoff, Math.min(retryAfterMs, RETRY_AFTER_MAX_MS));
    await this.#outbox.reschedule(one, code, delayMs, { counts: true });
  }

  async #onUnreachable(one: ClaimedMessage, code: string): Promise<void> {
    const now = this.#clock.now();
    const failures = this.#unreachable?.failures ?? 0;
    const pauseMs = this.#halfJitter(failures, unreachableBackoff);
    if (!this.#unreachable) {
      this.#log.error({ channel: this.channel, code }, 'message server unreachable');
    }
    const since = this.#unreachable?.since ?? now;
    this.#unreachable = { since, until: now + pauseMs, failures: failures + 1 };
    if (this.#isTooOld(one)) {
      return this.#giveUp(one, code);
    }
    await this.#outbox.reschedule(one, code, 0, { counts: false });
  }

  #onReachable(): void {
    if (this.#unreachable) {
      this.#unreachable = undefined;
      this.#log.info({ channel: this.channel }, 'message server reachable again');
    }
  }

  async #giveUp(one: ClaimedMessage, code: string): Promise<void> {
    const { id, template, attempts } = one;
    this.#log.error(
      { channel: this.channel, message: id, template, attempts, code },
      'dead letter',
    );
    await this.#outbox.markDead(one, code);
  }

  #isTooOld(one: ClaimedMessage): boolean {
    return this.#clock.now() - one.createdAt >= this.#outbox.limits.ageMaxMs;
  }

  /** At least half the ceiling, because a delay near zero would use up the attempts at once. */
  #halfJitter(attempt: number, limits: BackoffLimits): number {
    const ceiling = backoffMs(attempt, limits, 1);
    return Math.ceil(ceiling / 2) + backoffMs(attempt, limits, this.#random() / 2);
  }
}
