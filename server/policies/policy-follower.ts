import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { Policy } from '../../shared/policy.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/store.ts';
import type { Policies } from './policies.ts';

/** The {@link Store.notify} channel for changes of policies. */
export const POLICY_CHANNEL = 'varco_policy';

/** How often to look for changes without a notification, and for a new day. */
const POLL_MS = 5_000;

/** What gates ask changed: a version came into force, by a release or by its day, or none is any more. */
export interface PolicyChange {
  id: string;
  before: Policy | undefined;
  after: Policy | undefined;
}

/** Keeps a node's policies equal to the database while it serves, and says which gates ask otherwise now. */
export class PolicyFollower {
  readonly #deps: { store: Store; policies: Policies; clock: Clock; log: Log };
  #changed: (changes: readonly PolicyChange[]) => void = () => {};
  #inForce = new Map<string, Policy>();
  #state: 'stopped' | 'following' = 'stopped';
  #cancelPoll: () => void = () => {};
  #unlisten: () => Promise<void> = async () => {};
  #looking: Promise<void> | undefined;
  #mustLookAgain = false;

  constructor(deps: { store: Store; policies: Policies; clock: Clock; log: Log }) {
    this.#deps = deps;
  }

  async start(changed: (changes: readonly PolicyChange[]) => void): Promise<void> {
    const { store, policies, clock } = this.#deps;
    this.#changed = changed;
    this.#state = 'following';
    this.#inForce = policies.inForce(new Date(clock.now()));
    this.#unlisten = await store.listen(POLICY_CHANNEL, () => void this.look());
    this.#awaitPoll();
  }

  async stop(): Promise<void> {
    this.#state = 'stopped';
    this.#cancelPoll();
    await this.#unlisten();
    await this.#looking;
  }

  /** Reads what changed. Never throws: on failure the node goes on with the policies it has. */
  look(): Promise<void> {
    this.#mustLookAgain = true;
    this.#looking ??= this.#lookAll().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookAll(): Promise<void> {
    const { policies, clock, log } = this.#deps;
    while (this.#mustLookAgain) {
      this.#mustLookAgain = false;
      try {
        await policies.look();
        this.#compare(policies.inForce(new Date(clock.now())));
      } catch (error) {
        log.warn({ code: errorCode(error) }, 'policies could not be read');
      }
    }
  }

  #compare(now: Map<string, Policy>): void {
    const before = this.#inForce;
    this.#inForce = now;
    const changes = [...new Set([...before.keys(), ...now.keys()])]
      .map((id) => ({ id, before: before.get(id), after: now.get(id) }))
      .filter((change) => change.before?.version !== change.after?.version);
    if (changes.length > 0) {
      this.#changed(changes);
    }
  }

  #awaitPoll(): void {
    this.#cancelPoll = this.#deps.clock.after(POLL_MS, async () => {
      await this.look();
      if (this.#state === 'following') {
        this.#awaitPoll();
      }
    });
  }
}
