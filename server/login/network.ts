import { isIPv4 } from 'node:net';
import { networkOf } from '../guessing/login-attempts.ts';

/** The network of an address, such as `203.0.113.0/24` or `2001:db8:1:2::/64`. Pure. */
export function shownNetwork(address: string): string {
  const network = networkOf(address);
  if (isIPv4(network)) {
    return `${network.slice(0, network.lastIndexOf('.'))}.0/24`;
  }
  return network.includes(':') ? `${network}::/64` : '';
}
