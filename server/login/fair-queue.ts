/** How many may wait: in all, of one network, and of one account in one network. */
export interface FairQueueLimits {
  waitingMax: number;
  ofNetworkMax: number;
  ofAccountMax: number;
}

/**
 * A bounded queue that serves networks in turn, and in each network its accounts in turn, so that a crowd
 * waits for itself and not for others. When it is full, a network with less waiting takes the place of the
 * newest of the one with most.
 */
export class FairQueue<Item> {
  readonly #limits: FairQueueLimits;
  /** By network and account; the next to be served stands first. */
  readonly #networks = new Map<string, Map<string, Item[]>>();
  #size = 0;

  constructor(limits: FairQueueLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#size;
  }

  /** @returns the item that does not wait (any longer): a displaced one, this one, or none. */
  push(network: string, account: string, item: Item): Item | undefined {
    const ofNetwork = this.#networks.get(network);
    const own = sizeOf(ofNetwork);
    const ofAccount = ofNetwork?.get(account)?.length ?? 0;
    const { waitingMax, ofNetworkMax, ofAccountMax } = this.#limits;
    if (own >= ofNetworkMax || ofAccount >= ofAccountMax) {
      return item;
    }
    const displaced = this.#size >= waitingMax ? this.#displaceFor(own) : undefined;
    if (this.#size >= waitingMax) {
      return item;
    }
    const accounts = this.#networks.get(network) ?? new Map<string, Item[]>();
    accounts.set(account, [...(accounts.get(account) ?? []), item]);
    this.#networks.set(network, accounts);
    this.#size += 1;
    return displaced;
  }

  /** The next item; its network and its account then stand last. */
  shift(): Item | undefined {
    const [network, accounts] = first(this.#networks) ?? [];
    const [account, items] = (accounts && first(accounts)) ?? [];
    if (network === undefined || account === undefined || !accounts || !items) {
      return undefined;
    }
    const [item, ...rest] = items;
    moveToEnd(accounts, account, rest, rest.length);
    moveToEnd(this.#networks, network, accounts, accounts.size);
    this.#size -= 1;
    return item;
  }

  /** Removes the newest item of the largest network, if that has at least two more than the newcomer's. */
  #displaceFor(own: number): Item | undefined {
    const [network, accounts] = largest(this.#networks, sizeOf);
    if (sizeOf(accounts) < own + 2) {
      return undefined;
    }
    const [account, items] = largest(accounts, (all) => all.length);
    const item = items.pop();
    if (items.length === 0) {
      accounts.delete(account);
    }
    if (accounts.size === 0) {
      this.#networks.delete(network);
    }
    this.#size -= 1;
    return item;
  }
}

function sizeOf(accounts: ReadonlyMap<string, readonly unknown[]> | undefined): number {
  return [...(accounts?.values() ?? [])].reduce((sum, items) => sum + items.length, 0);
}

function first<Value>(map: ReadonlyMap<string, Value>): [string, Value] | undefined {
  const { value } = map.entries().next();
  return value;
}

/** The entry with the highest count; of a map that is not empty. */
function largest<Value>(
  map: ReadonlyMap<string, Value>,
  count: (value: Value) => number,
): [string, Value] {
  return [...map].reduce((one, other) => (count(other[1]) > count(one[1]) ? other : one));
}

function moveToEnd<Value>(map: Map<string, Value>, key: string, value: Value, size: number): void {
  map.delete(key);
  if (size > 0) {
    map.set(key, value);
  }
}
