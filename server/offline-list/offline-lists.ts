import { z } from 'zod';
import type { Clock } from '../../shared/clock.ts';
import { fullCost } from '../../shared/offline-list/entry-key.ts';
import type { AnswerOf, RequestOf } from '../../shared/protocol/actions.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Log } from '../log.ts';
import type { Policies } from '../policies/policies.ts';
import type { Registry } from '../registry/registry.ts';
import type { SetAside } from '../set-aside.ts';
import type { Store } from '../store/store.ts';
import { hmacSha256, nodeScrypt } from './crypto.ts';
import { Entries } from './entries.ts';
import { ListServer } from './list-server.ts';
import { LIST_CHANNEL } from './list-updater.ts';
import { defaultPublisherTimes, ListPublisher, type PublisherTimes } from './publisher.ts';

/**
 * The part of the server's config that turns offline lists on. `cost` is scrypt's N: the work per credential
 * when it is issued, and per person at an offline gate. Changing it derives all credentials again.
 */
export const offlineListsConfigSchema = z.strictObject({
  cost: z
    .number()
    .int()
    .min(2)
    .max(131_072)
    .refine((cost) => (cost & (cost - 1)) === 0, 'must be a power of two')
    .default(fullCost.cost),
  /**
   * Whether this node builds the lists it serves. With millions of entries that takes a thread seconds of
   * one core; `varco offline publish` does it in a separate process, also on another machine.
   */
  publish: z.boolean().default(true),
  refreshMs: z.number().int().min(1_000).max(86_400_000).default(defaultPublisherTimes.refreshMs),
});
export type OfflineListsConfig = z.infer<typeof offlineListsConfigSchema>;

export interface OfflineListsDeps {
  store: Store;
  keyring: Keyring;
  registry: Registry;
  setAside: SetAside;
  policies: Policies;
  clock: Clock;
  log: Log;
  config: OfflineListsConfig;
  times?: Partial<PublisherTimes>;
}

/** Publishes and serves offline lists. */
export class OfflineLists {
  readonly publisher: ListPublisher;
  readonly #server: ListServer;
  readonly #store: Store;
  readonly #publishes: boolean;
  readonly #warnOfCost: () => void;
  #unlisten: (() => Promise<void>) | undefined;

  constructor(deps: OfflineListsDeps) {
    const { store, keyring, policies, clock, config } = deps;
    const now = () => clock.now();
    const kdf = { ...fullCost, cost: config.cost };
    const entries = new Entries({
      store,
      keyring,
      kdf,
      scrypt: nodeScrypt,
      hmac: hmacSha256,
      now,
    });
    const times = { ...defaultPublisherTimes, refreshMs: config.refreshMs, ...deps.times };
    this.publisher = new ListPublisher({ ...deps, entries, kdf, times });
    this.#server = new ListServer({ store, policies, now });
    this.#store = store;
    this.#publishes = config.publish;
    this.#warnOfCost = () => {
      if (config.cost < fullCost.cost) {
        deps.log.warn(
          { cost: config.cost },
          'a stolen offline list is cheap to search at this cost',
        );
      }
    };
  }

  /** @param changed called for every new list, whichever node published it. */
  async start(changed: (policy: string, list: RequestOf<'ListChanged'>) => void): Promise<void> {
    this.#unlisten = await this.#store.listen(LIST_CHANNEL, (payload) => {
      const [policy = '', epoch, version] = payload.split(' ');
      changed(policy, { epoch: Number(epoch), version: Number(version) });
    });
    if (this.#publishes) {
      this.#warnOfCost();
      await this.publisher.start();
    }
  }

  /** Looks at once for what the lists must follow. */
  wake(): void {
    this.publisher.wake();
  }

  async stop(): Promise<void> {
    await this.#unlisten?.();
    this.#unlisten = undefined;
    await this.publisher.stop();
  }

  /** The version in force of a policy's list. */
  version(policy: string): Promise<number | undefined> {
    return this.#server.version(policy);
  }

  head(policy: string, asked: RequestOf<'ListHead'>): Promise<AnswerOf<'ListHead'>> {
    return this.#server.head(policy, asked);
  }

  chunk(policy: string, asked: RequestOf<'ListChunk'>): Promise<AnswerOf<'ListChunk'>> {
    return this.#server.chunk(policy, asked);
  }
}
