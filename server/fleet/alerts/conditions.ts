import { errorCode } from '../../../shared/errors.ts';
import type { Log } from '../../log.ts';
import type { RefusedCount } from '../../offline-list/fact-quarantine.ts';
import type { SetAside, SetAsideItem } from '../../set-aside.ts';
import type { Store } from '../../store/store.ts';
import type { Expiry } from '../access/expiry.ts';
import { type HourCount, HourCounts } from './hour-counts.ts';
import type { Thresholds } from './rules.ts';

/** The outbox of messages to people: how many wait, and how many could not be delivered. */
export interface WaitingMessages {
  waiting: number;
  dead: number;
}

/** What was refused, or set aside, is an alert for this long. */
const RECENT_MS = 86_400_000;

/** What is watched beside the kiosks' own reports. */
export interface Conditions {
  hours: ReadonlyMap<string, HourCount>;
  expiries: readonly Expiry[];
  messages?: WaitingMessages | undefined;
  /** By gate: facts that no kiosk can truly have decided. */
  refusedFacts: ReadonlyMap<string, RefusedCount>;
  /** Items that a job goes on without. */
  setAside: readonly SetAsideItem[];
  /** Requests come through a proxy that the config does not name. */
  isProxyUnnamed: boolean;
}

export interface ConditionDeps {
  store: Store;
  setAside: SetAside;
  expiries: () => Promise<Expiry[]>;
  /** The outbox of messages to people; absent: unknown. */
  messages?: (() => Promise<WaitingMessages>) | undefined;
  refusedFacts: (since: number) => Promise<RefusedCount[]>;
  isProxyUnnamed: () => boolean;
  log: Log;
}

/** Reads what changes slowly once a minute; what can't be read stays as it was, and stops none of the rest. */
export class ConditionReader {
  readonly #deps: ConditionDeps;
  readonly #hours: HourCounts;
  #expiries: readonly Expiry[] = [];
  #messages: WaitingMessages | undefined;
  #refusedFacts: ReadonlyMap<string, RefusedCount> = new Map();
  #setAside: readonly SetAsideItem[] = [];

  constructor(deps: ConditionDeps, { refusalsMin }: Pick<Thresholds, 'refusalsMin'>) {
    this.#deps = deps;
    this.#hours = new HourCounts({ store: deps.store, refusalsMin });
  }

  current(): Conditions {
    return {
      hours: this.#hours.current(),
      expiries: this.#expiries,
      messages: this.#messages,
      refusedFacts: this.#refusedFacts,
      setAside: this.#setAside,
      isProxyUnnamed: this.#deps.isProxyUnnamed(),
    };
  }

  async refresh(now: number): Promise<void> {
    const { expiries, messages, refusedFacts, setAside } = this.#deps;
    const since = now - RECENT_MS;
    const reads: Record<string, () => Promise<void>> = {
      hours: () => this.#hours.refresh(now),
      expiries: async () => {
        this.#expiries = await expiries();
      },
      messages: async () => {
        this.#messages = await messages?.();
      },
      refusedFacts: async () => {
        const counts = await refusedFacts(since);
        this.#refusedFacts = new Map(counts.map((count) => [count.gate, count]));
      },
      setAside: async () => {
        this.#setAside = await setAside.since(since);
      },
    };
    for (const [what, read] of Object.entries(reads)) {
      try {
        await read();
      } catch (error) {
        this.#deps.log.warn({ what, code: errorCode(error) }, 'a condition was not read');
      }
    }
  }
}
