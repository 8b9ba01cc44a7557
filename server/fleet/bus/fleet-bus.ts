import { errorCode } from '../../../shared/errors.ts';
import type { Log } from '../../log.ts';
import type { FleetEvents } from './fleet-events.ts';

export type FleetEventName = keyof FleetEvents;
export type FleetEventHandler<Name extends FleetEventName> = (
  payload: FleetEvents[Name],
) => void | Promise<void>;

interface Subscription<Name extends FleetEventName> {
  subscriber: string;
  handle: FleetEventHandler<Name>;
}
type Subscriptions = { [Name in FleetEventName]: Set<Subscription<Name>> };

/** Handlers of one event, at most: a forgotten unsubscribe is found before it fills the memory. */
const HANDLERS_MAX = 100;
const done = Promise.resolve();

/**
 * What happens in the fleet on this node, said once and handled by whoever subscribed. The rooms do not
 * know each other: `fleet-subscriptions.ts` lists who listens to what.
 */
export class FleetBus {
  readonly #log: Log;
  readonly #subscriptions: Subscriptions = {
    rosterChanged: new Set(),
    rosterRead: new Set(),
    viewChanged: new Set(),
    kioskConnected: new Set(),
    kioskBooted: new Set(),
    configSent: new Set(),
    commandReported: new Set(),
    reportsWritten: new Set(),
    remoteRosterChanged: new Set(),
    remoteKioskConnected: new Set(),
    remoteReportsWritten: new Set(),
    commandEnded: new Set(),
    enrolmentTried: new Set(),
    verificationAnswered: new Set(),
  };

  constructor(log: Log) {
    this.#log = log;
  }

  /**
   * Calls `handle` with every such event; the returned function ends that.
   *
   * @param subscriber names the handler in the log when it fails.
   * @throws RangeError beyond {@link HANDLERS_MAX} handlers of one event.
   */
  on<Name extends FleetEventName>(
    name: Name,
    subscriber: string,
    handle: FleetEventHandler<Name>,
  ): () => void {
    const subscriptions = this.#subscriptions[name];
    if (subscriptions.size >= HANDLERS_MAX) {
      throw new RangeError(`Too many handlers of ${name}`);
    }
    const subscription = { subscriber, handle };
    subscriptions.add(subscription);
    return () => void subscriptions.delete(subscription);
  }

  /**
   * Calls every handler before it returns. A handler that throws or rejects is logged and keeps none of
   * the others from its turn.
   *
   * @returns resolves when the handlers that take their time are done; never rejects.
   */
  emit<Name extends FleetEventName>(name: Name, payload: FleetEvents[Name]): Promise<void> {
    let pending: Promise<void>[] | undefined;
    for (const { subscriber, handle } of this.#subscriptions[name]) {
      try {
        const result = handle(payload);
        if (result) {
          pending ??= [];
          pending.push(result.catch((error: unknown) => this.#failed(name, subscriber, error)));
        }
      } catch (error) {
        this.#failed(name, subscriber, error);
      }
    }
    return pending ? Promise.all(pending).then(() => {}) : done;
  }

  #failed(event: FleetEventName, subscriber: string, error: unknown): void {
    this.#log.warn({ event, subscriber, code: errorCode(error) }, 'a fleet event was not handled');
  }
}
