import { errorCode } from '../../shared/errors.ts';
import { STATUS_CHANNEL } from '../registry/status-events.ts';
import type { SetAside } from '../set-aside.ts';
import { CREDENTIAL_CHANNEL } from '../store/change-feed.ts';
import { ListUpdater, type ListUpdaterDeps } from './list-updater.ts';

/** Asks for a new full list of a policy, for a kiosk that can't go back to the one there is. */
export const REBASE_CHANNEL = 'varco_list_rebase';

/** When lists are published again. */
export interface PublisherTimes {
  /** How often to poll for changes without a notification, written by another process. */
  pollMs: number;
  /** Publishes an unchanged list again after this time, so that its age shows how fresh it is. */
  refreshMs: number;
  /** Least time between two full lists on demand, per policy. */
  rebaseMs: number;
  /** Renews the entry keys after this time, which bounds the value of a stolen list. */
  epochMs: number;
}

export const defaultPublisherTimes: PublisherTimes = {
  pollMs: 5_000,
  refreshMs: 600_000,
  rebaseMs: 60_000,
  epochMs: 90 * 86_400_000,
};

/** Publishes backfilled credentials at least this often. */
const BACKFILL_MS = 10_000;

export interface PublisherDeps extends ListUpdaterDeps {
  times: PublisherTimes;
  setAside: SetAside;
}

/**
 * Keeps the offline list of every policy that a gate uses up to date: it follows status and credential
 * changes, and publishes deltas, or full lists when a delta has grown large. Any number of nodes may run a
 * publisher: each version is published once, and the node that lost the race reads the published one.
 */
export class ListPublisher {
  readonly #deps: PublisherDeps;
  readonly #updater: ListUpdater;
  readonly #rebaseRequested = new Set<string>();
  readonly #rebasedAt = new Map<string, number>();
  #working: Promise<void> | undefined;
  #mustRunAgain = false;
  #isBackfilling = false;
  #state: 'stopped' | 'running' = 'stopped';
  #cancelPoll: () => void = () => {};
  #unlisten: (() => Promise<void>)[] = [];

  constructor(deps: PublisherDeps) {
    this.#deps = deps;
    this.#updater = new ListUpdater(deps);
  }

  async start(): Promise<void> {
    this.#state = 'running';
    const { store } = this.#deps;
    for (const channel of [STATUS_CHANNEL, CREDENTIAL_CHANNEL]) {
      this.#unlisten.push(await store.listen(channel, () => this.wake()));
    }
    this.#unlisten.push(
      await store.listen(REBASE_CHANNEL, (policy) => this.#requestRebase(policy)),
    );
    this.wake();
  }

  async stop(): Promise<void> {
    this.#state = 'stopped';
    this.#cancelPoll();
    for (const unlisten of this.#unlisten.splice(0)) {
      await unlisten();
    }
    await this.#working;
  }

  /** Resolves once all changes so far are followed and published. */
  async flush(): Promise<void> {
    this.wake();
    await this.#working;
  }

  async #advanceAll(): Promise<void> {
    const rows = await this.#deps.store.db
      .selectFrom('kiosk')
      .innerJoin('gate', 'gate.id', 'kiosk.gate')
      .select('gate.policy')
      .distinct()
      .where('kiosk.state', '=', 'accepted')
      .execute();
    for (const { policy } of rows) {
      // A list that can't be built keeps none of the others from being published.
      await this.#deps.setAside.try('lists', policy, async () => {
        const isForced = this.#rebaseRequested.has(policy);
        this.#mustRunAgain = (await this.#updater.advance(policy, isForced)) || this.#mustRunAgain;
        this.#rebaseRequested.delete(policy);
      });
    }
  }

  /** Follows what changed, now or when the work under way is done. */
  wake(): void {
    this.#mustRunAgain = true;
    if (this.#state === 'running') {
      this.#working ??= this.#work().finally(() => {
        this.#working = undefined;
      });
    }
  }

  /** One run at a time; a wake-up in between makes it run again. */
  async #work(): Promise<void> {
    const { clock, times, log, entries } = this.#deps;
    this.#cancelPoll();
    while (this.#mustRunAgain && this.#state === 'running') {
      this.#mustRunAgain = false;
      try {
        await this.#advanceAll();
        // Publishes the backfill's own changes together, but interrupts it for a revocation.
        const began = clock.monotonic();
        let isMore = this.#updater.hasLists;
        while (isMore && !this.#mustRunAgain && clock.monotonic() - began < BACKFILL_MS) {
          isMore = await entries.backfill();
          this.#mustRunAgain ||= !isMore && this.#isBackfilling;
          this.#isBackfilling = isMore;
        }
        this.#mustRunAgain ||= isMore;
      } catch (error) {
        log.error({ code: errorCode(error) }, 'publishing an offline list failed');
      }
    }
    if (this.#state === 'running') {
      this.#cancelPoll = clock.after(times.pollMs, () => this.wake());
    }
  }

  #requestRebase(policy: string): void {
    const { clock, times } = this.#deps;
    const last = this.#rebasedAt.get(policy);
    if (last === undefined || clock.now() - last >= times.rebaseMs) {
      this.#rebasedAt.set(policy, clock.now());
      this.#rebaseRequested.add(policy);
      this.wake();
    }
  }
}
