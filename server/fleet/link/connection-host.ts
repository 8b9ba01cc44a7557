import type { Clock } from '../../../shared/clock.ts';
import type { Keyring } from '../../keys/keyring.ts';
import type { Log } from '../../log.ts';
import type { KioskFinder } from '../places/kiosks.ts';
import type { KioskCalls } from './kiosk-calls.ts';
import type { CloseReason, SocketLimits } from './link-limits.ts';
import type { LinkFacts, LinkListener } from './link-listener.ts';
import type { Semaphore } from './semaphore.ts';

/** What a connection needs of the server around it. */
export interface ConnectionHost {
  readonly limits: SocketLimits;
  readonly clock: Clock;
  readonly log: Log;
  readonly fleet: KioskFinder;
  readonly keyring: Keyring;
  /** The hosts whose codes the gates read. */
  readonly hosts: readonly string[];
  readonly calls: KioskCalls;
  readonly listener: LinkListener;
  readonly proofs: Semaphore;
  /** Whether a site's kiosks must show a client certificate of their own as well. */
  demandsCertificate(site: string): boolean;
  /** Kiosks that are connected to this node. */
  readonly size: number;
  /** It proved itself: it takes the place of an older connection of the same kiosk. */
  accept(kioskId: string, connection: Connection): void;
  forget(kioskId: string | undefined, connection: Connection): void;
}

/** A connection, as those see it who only keep it. */
export interface Connection {
  close(reason: CloseReason): void;
}

/** What the handshake said of a connection. */
export interface Handshake {
  /** The host that the kiosk asked for, in lower case. */
  host: string;
  facts: LinkFacts;
  /** The name in the client certificate that TLS checked; absent: none was shown, or none that holds. */
  certificateName?: string | undefined;
}
