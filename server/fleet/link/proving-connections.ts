import { type NetworkPlace, placeOf } from '../../guessing/network-share.ts';

/** A connection that has not proven itself yet. */
export interface ProvingConnection {
  /** It has not answered the challenge. */
  readonly isSilent: boolean;
  close(reason: 'deadline'): void;
}

type Networks<Connection> = Map<string, Set<Connection>>;

/**
 * The connections that have not proven themselves, by where they come from. Anybody may open them, so
 * when there are too many the oldest silent one ends of whoever has the most: a flood displaces itself,
 * and a kiosk that answers within a moment gets in, even from the flood's own address.
 */
export class ProvingConnections<Connection extends ProvingConnection> {
  readonly #shares = new Map<string, Networks<Connection>>();
  readonly #sizes = new Map<string, number>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(address: string, connection: Connection): void {
    const { network, share } = placeOf(address);
    const networks: Networks<Connection> = this.#shares.get(share) ?? new Map();
    const connections = networks.get(network) ?? new Set();
    this.#shares.set(share, networks.set(network, connections.add(connection)));
    this.#sizes.set(share, (this.#sizes.get(share) ?? 0) + 1);
    this.#size += 1;
  }

  /** It proved itself, or ended; may be called twice. */
  remove(address: string, connection: Connection): void {
    this.#remove(placeOf(address), connection);
  }

  #remove({ network, share }: NetworkPlace, connection: Connection): void {
    const networks = this.#shares.get(share);
    const connections = networks?.get(network);
    if (!networks || !connections?.delete(connection)) {
      return;
    }
    const left = (this.#sizes.get(share) ?? 1) - 1;
    this.#sizes.set(share, left);
    this.#size -= 1;
    if (connections.size === 0) {
      networks.delete(network);
    }
    if (left === 0) {
      this.#shares.delete(share);
      this.#sizes.delete(share);
    }
  }

  /** Ends one silent connection of the most crowded network. @returns false when none there is silent. */
  displace(): boolean {
    const [share = ''] = largest(this.#sizes, (size) => size);
    const networks: Networks<Connection> = this.#shares.get(share) ?? new Map();
    const [network = '', crowd] = largest(networks, ({ size }) => size);
    for (const connection of crowd ?? []) {
      if (connection.isSilent) {
        this.#remove({ network, share }, connection);
        connection.close('deadline');
        return true;
      }
    }
    return false;
  }
}

function largest<Value>(
  map: ReadonlyMap<string, Value>,
  sizeOf: (value: Value) => number,
): [name?: string, value?: Value] {
  let best: [string, Value] | undefined;
  for (const entry of map) {
    if (!best || sizeOf(entry[1]) > sizeOf(best[1])) {
      best = entry;
    }
  }
  return best ?? [];
}
