import type { AddressInfo } from 'node:net';

/** The port a server listens on. @throws Error if it does not listen on TCP. */
export function portOf(server: { address(): AddressInfo | string | null }): number {
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('The server is not listening on a TCP port');
  }
  return address.port;
}
