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
import { type ClaimedMessage, type EnqueueResult, Outbox } from './message-outbox.ts';
import type { OutboxLimits } from './outbox-limits.ts';
import { renderMail, renderSms } from './render.ts';
import type { Channel, TemplateName } from './templates.ts';
import type { SendOutcome, Transports } from './transport.ts';

/** Delay before a message queued on this node is sent, so that the caller's transaction has ended. */
const WAKE_MS = 30;
/** How often old messages are purged. */
const PURGE_INTERVAL_MS = 3_600_000;

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
  readonly #workers: readonly DeliveryWorker[];
  #cancels = new Set<() => void>();
  #running = false;

  constructor(deps: NotifyDeps) {
    const { store, keyring, clock, log, limits } = deps;
    this.#deps = deps;
    this.#transports = deps.transports ?? {};
    this.outbox = new Outbox({ store, keyring, now: () => clock.now(), limits });
    const { email, sms } = this.#transports;
    this.#workers = [email, sms].flatMap((transport) =>
      transport
        ? [
            new DeliveryWorker({
              channel: transport.channel,
              outbox: this.outbox,
              deliver: (one) => this.#deliver(transport.channel, one),
              clock,
              log,
              random: deps.random ?? Math.random,
            }),
          ]
        : [],
    );
  }

  /** Whether this service has a transport for the channel. */
  canSend(channel: Channel): boolean {
    return this.#transports[channel] !== undefined;
  }

  /**
   * Writes a message to the outbox within the caller's transaction: it is sent, at least once, if and
   * only if that commits.
   *
   * What has the shape of a codice fiscale or a credential in its text is masked.
   *
   * @throws VarcoError `messageInvalid`, `messageHoldsPerson`, `messageTooLarge`.
   */
  async queue<Name extends TemplateName>(
    tx: Tx,
    request: MessageRequest<Name>,
  ): Promise<EnqueueResult> {
    const { body, isMasked } = checkMessage(request);
    if (isMasked) {
      this.#deps.log.warn({ template: request.template }, 'a message held a person, and is masked');
    }
    if (!this.canSend(request.to.kind)) {
      return { outcome: 'unavailable' };
    }
    const queued = await this.outbox.enqueue(tx, request, body);
    this.#wakeSoon();
    return queued;
  }

  /** Sets the language in which a person wants to receive messages. */
  async setLanguage(tx: Tx, personId: number, language: Language): Promise<void> {
    await tx
      .insertInto('message_preference')
      .values({ person_id: personId, language })
      .onConflict((conflict) => conflict.column('person_id').doUpdateSet({ language }))
      .execute();
  }

  /** The language a person chose for messages, or undefined without a choice. */
  async languageOf(personId: number): Promise<Language | undefined> {
    const row = await this.#deps.store.db
      .selectFrom('message_preference')
      .select('language')
      .where('person_id', '=', personId)
      .executeTakeFirst();
    return isLanguage(row?.language) ? row.language : undefined;
  }

  /** Erases all messages to a person whose data are erased. */
  async erase(tx: Tx, personId: number): Promise<void> {
    await tx.deleteFrom('message').where('person_id', '=', personId).execute();
    await tx.deleteFrom('message_preference').where('person_id', '=', personId).execute();
  }

  /** Sends one-time codes and second-level answers for `server/verification`. */
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
          to: { kind: 'sms', address: mobile, personId },
          template: 'secondLevelCode',
          data: { code },
        }),
      sendDetail: ({ email, personId }, text) =>
        send({
          key: `detail:${randomUUID()}`,
          to: { kind: 'email', address: email, personId },
          template: 'secondLevelDetail',
          data: { text },
        }),
    };
  }

  /** Starts sending. A command that works on the same data never calls this and so sends nothing. */
  start(): void {
    this.#running = true;
    for (const worker of this.#workers) {
      worker.start();
    }
    this.#schedulePurge();
  }

  async stop(): Promise<void> {
    this.#running = false;
    for (const cancel of this.#cancels) {
      cancel();
    }
    this.#cancels.clear();
    await Promise.all(this.#workers.map((worker) => worker.stop()));
    await this.#transports.email?.stop();
    await this.#transports.sms?.stop();
  }

  /** Resolves once no message is being sent. */
  async idle(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.idle()));
  }

  /** The configured channels, and since when a channel's server has been unreachable. */
  health(): { channel: Channel; unreachableSince?: number | undefined }[] {
    return this.#workers.map((worker) => ({
      channel: worker.channel,
      unreachableSince: worker.unreachableSince(),
    }));
  }

  #wakeSoon(): void {
    if (this.#running) {
      this.#after(WAKE_MS, () => {
        for (const worker of this.#workers) {
          worker.wake();
        }
      });
    }
  }

  #schedulePurge(): void {
    this.#after(PURGE_INTERVAL_MS, () => {
      this.outbox.purgeSettled().catch((error: unknown) => {
        this.#deps.log.warn({ code: errorCode(error) }, 'purging old messages failed');
      });
      this.#schedulePurge();
    });
  }

  #after(delayMs: number, act: () => void): void {
    const cancel = this.#deps.clock.after(delayMs, () => {
      this.#cancels.delete(cancel);
      act();
    });
    this.#cancels.add(cancel);
  }

  async #deliver(channel: Channel, one: ClaimedMessage): Promise<SendOutcome> {
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
        return (await sms?.send({ id, to, text })) ?? NO_TRANSPORT;
      }
      const attachments = body.attachments.map((file) => ({
        ...file,
        content: Buffer.from(file.content, 'base64'),
      }));
      const mail = renderMail(template, body.data, language);
      return (await email?.send({ id, to, ...mail, attachments })) ?? NO_TRANSPORT;
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

const NO_TRANSPORT: SendOutcome = { outcome: 'unreachable', code: 'noTransport' };
