import { isIPv6 } from 'node:net';
import { networkOf } from './login-attempts.ts';

/** Where an address belongs, for limits that must not let one caller use up everybody's share. */
export interface NetworkPlace {
  /** What one customer has: an IPv4 address, or a /64 of IPv6. */
  network: string;
  /** What one owner may hold many of: a /24 of IPv4, or a /48 of IPv6. */
  share: string;
}

/** Pure. @param address as a socket or a trusted proxy names it. */
export function placeOf(address: string): NetworkPlace {
  const network = networkOf(address);
  const share =
    isIPv6(address) && network.includes(':')
      ? network.split(':').slice(0, 3).join(':')
      : network.split('.').slice(0, 3).join('.');
  return { network, share };
}
