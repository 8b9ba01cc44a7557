import { randomUUID } from 'node:crypto';
import type { Clock } from '../../shared/clock.ts';
import { errorCode, VarcoError } from '../../shared/errors.ts';
import { defaultLanguage, isLanguage, type Language } from '../../shared/language.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Log } from '../log.ts';
import type { Registry } from '../registry/registry.ts';
import type { Store, Tx } from '../store/store.ts';
import type { Messenger } from '../verification/messenger.ts';
import { DeliveryWorker } from './delivery-worker.ts';
import { checkMessage, type MessageRequest } from './message.ts';
import {
  type ClaimedMessage,
  type EnqueueResult,
  Outbox,
  type OutboxLimits,
} from './message-outbox.ts';
import { renderMail, renderSms } from './render.ts';
import type { Channel, TemplateName } from './templates.ts';
import type { SendOutcome, Transports } from './transport.ts';

/** A new message of this node is sent after so long; the caller's transaction has ended by then. */
const WAKE_MS = 30;
/** How often settled messages are forgotten. */
const FORGET_EVERY_MS = 3_600_000;

export interface NotifyDeps {
  store: Store;
  keyring: Keyring;
  registry: Pick<Registry, 'identity'>;
  clock: Clock;
  log: Log;
  transports?: Transports | undefined;
  limits?: OutboxLimits | undefined;
  random?: () => number;
}

/**
 * Messages to people: e-mail and SMS through an outbox in the store.
 *
 * @example await notify.queue(tx, { key: `issued:${id}`, to: { kind: 'email', personId }, template:
 * 'credentialIssued', data: { link } });
 */
export class Notify {
  readonly outbox: Outbox;
  readonly #deps: NotifyDeps;
  readonly #transports: Transports;
  readonly #couriers: readonly DeliveryWorker[];
  #cancels = new Set<() => void>();
  #running = false;

  constructor(deps: NotifyDeps) {
    const { store, keyring, clock, log, limits } = deps;
    this.#deps = deps;
    this.#transports = deps.transports ?? {};
    this.outbox = new Outbox({ store, keyring, now: () => clock.now(), limits });
    const { email, sms } = this.#transports;
    this.#couriers = [email, sms].flatMap((transport) =>
      transport
        ? [
            new DeliveryWorker({
              channel: transport.channel,
              outbox: this.outbox,
              hand: (one) => this.#hand(transport.channel, one),
              clock,
              log,
              random: deps.random ?? Math.random,
            }),
          ]
        : [],
    );
  }

  /** Whether this service can send by this channel. */
  canSend(channel: Channel): boolean {
    return this.#transports[channel] !== undefined;
  }

  /**
   * Writes a message to the outbox within the caller's transaction: it is sent, at least once, if and
   * only if that commits.
   *
   * @throws VarcoError `messageInvalid`, `messageHoldsPerson`, `messageTooLarge`.
   */
  async queue<Name extends TemplateName>(
    tx: Tx,
    request: MessageRequest<Name>,
  ): Promise<EnqueueResult> {
    const body = checkMessage(request);
    if (!this.canSend(request.to.kind)) {
      return { outcome: 'unavailable' };
    }
    const queued = await this.outbox.enqueue(tx, request, body);
    this.#soon();
    return queued;
  }

  /** The language that a person chose to be written in. */
  async setLanguage(tx: Tx, personId: number, language: Language): Promise<void> {
    await tx
      .insertInto('message_preference')
      .values({ person_id: personId, language })
      .onConflict((conflict) => conflict.column('person_id').doUpdateSet({ language }))
      .execute();
  }

  /** Undefined: the person never chose one. */
  async languageOf(personId: number): Promise<Language | undefined> {
    const row = await this.#deps.store.db
      .selectFrom('message_preference')
      .select('language')
      .where('person_id', '=', personId)
      .executeTakeFirst();
    return isLanguage(row?.language) ? row.language : undefined;
  }

  /** Erases all that was and would be sent to a person, where a citizen's data are erased. */
  async erase(tx: Tx, personId: number): Promise<void> {
    await tx.deleteFrom('message').where('person_id', '=', personId).execute();
    await tx.deleteFrom('message_preference').where('person_id', '=', personId).execute();
  }

  /** One-time codes and the second level, for the verification's room. */
  messenger(): Messenger {
    const send = async (request: MessageRequest) => {
      const queued = await this.#deps.store.transaction((tx) => this.queue(tx, request));
      if (queued.outcome !== 'queued') {
        const code = queued.outcome === 'throttled' ? 'messageThrottled' : 'messageUnavailable';
        throw new VarcoError(code, 'A message to a citizen was not taken');
      }
    };
    return {
      sendCode: ({ mobile, personId }, code) =>
        send({
          key: `code:${randomUUID()}`,
          to: { kind: 'sms', address: mobile, ...(personId === undefined ? {} : { personId }) },
          template: 'secondLevelCode',
          data: { code },
        }),
      sendDetail: ({ email, personId }, text) =>
        send({
          key: `detail:${randomUUID()}`,
          to: { kind: 'email', address: email, ...(personId === undefined ? {} : { personId }) },
          template: 'secondLevelDetail',
          data: { text },
        }),
    };
  }

  /** Begins to send. Not part of building the rooms: a command on the same data sends nothing. */
  start(): void {
    this.#running = true;
    for (const courier of this.#couriers) {
      courier.start();
    }
    this.#forgetLater();
  }

  async stop(): Promise<void> {
    this.#running = false;
    for (const cancel of this.#cancels) {
      cancel();
    }
    this.#cancels.clear();
    await Promise.all(this.#couriers.map((courier) => courier.stop()));
    await this.#transports.email?.stop();
    await this.#transports.sms?.stop();
  }

  /** Resolves once nothing is on its way. */
  async idle(): Promise<void> {
    await Promise.all(this.#couriers.map((courier) => courier.idle()));
  }

  /** The channels that there are, and since when one's other end has been gone. */
  health(): { channel: Channel; unreachableSince?: number }[] {
    return this.#couriers.map((courier) => {
      const since = courier.unreachableSince();
      return {
        channel: courier.channel,
        ...(since === undefined ? {} : { unreachableSince: since }),
      };
    });
  }

  #soon(): void {
    if (this.#running) {
      this.#after(WAKE_MS, () => {
        for (const courier of this.#couriers) {
          courier.wake();
        }
      });
    }
  }

  #forgetLater(): void {
    this.#after(FORGET_EVERY_MS, () => {
      this.outbox.purgeSettled().catch((error: unknown) => {
        this.#deps.log.warn({ code: errorCode(error) }, 'old messages not forgotten');
      });
      this.#forgetLater();
    });
  }

  #after(delayMs: number, act: () => void): void {
    const cancel = this.#deps.clock.after(delayMs, () => {
      this.#cancels.delete(cancel);
      act();
    });
    this.#cancels.add(cancel);
  }

  async #hand(channel: Channel, one: ClaimedMessage): Promise<SendOutcome> {
    const { id, template, personId, body } = one;
    try {
      const to = body.address ?? (await this.#addressOf(channel, personId));
      if (to === undefined) {
        return { outcome: 'refused', code: 'addressMissing' };
      }
      const chosen = personId === undefined ? undefined : await this.languageOf(personId);
      const language = body.language ?? chosen ?? defaultLanguage;
      const { email, sms } = this.#transports;
      if (channel === 'sms') {
        const text = renderSms(template, body.data, language);
        return (await sms?.send({ id, to, text })) ?? GONE;
      }
      const attachments = body.attachments.map((file) => ({
        ...file,
        content: Buffer.from(file.content, 'base64'),
      }));
      const mail = renderMail(template, body.data, language);
      return (await email?.send({ id, to, ...mail, attachments })) ?? GONE;
    } catch (error) {
      return { outcome: 'later', code: errorCode(error) };
    }
  }

  async #addressOf(channel: Channel, personId: number | undefined): Promise<string | undefined> {
    if (personId === undefined) {
      return undefined;
    }
    const { email, mobile } = await this.#deps.registry.identity(personId);
    return channel === 'email' ? email : mobile;
  }
}

const GONE: SendOutcome = { outcome: 'unreachable', code: 'noTransport' };
