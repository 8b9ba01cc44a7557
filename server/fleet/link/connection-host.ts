import type { Clock } from '../../../shared/clock.ts';
import type { Keyring } from '../../keys/keyring.ts';
import type { Log } from '../../log.ts';
import type { KioskFinder } from '../places/kiosks.ts';
import type { ConnectedKiosks, ProvenConnection } from './connected-kiosks.ts';
import type { KioskCalls } from './kiosk-calls.ts';
import type { SocketLimits } from './link-limits.ts';
import type { ConnectionInfo, LinkListener } from './link-listener.ts';
import type { Semaphore } from './semaphore.ts';

/** What a connection needs of the server around it. */
export interface ConnectionHost {
  readonly limits: SocketLimits;
  readonly clock: Clock;
  readonly log: Log;
  readonly finder: KioskFinder;
  readonly keyring: Keyring;
  /** The hosts whose codes the gates read. */
  readonly hosts: readonly string[];
  readonly calls: KioskCalls;
  readonly listener: LinkListener;
  readonly proofs: Semaphore;
  readonly kiosks: ConnectedKiosks;
  /** Whether a site's kiosks must show a client certificate of their own as well. */
  demandsCertificate(site: string): boolean;
  /** Whether this kiosk flooded a moment ago, and is to wait. */
  isShutOut(kioskId: string): boolean;
  /** It sent more than a kiosk may, and was disconnected. */
  flooded(kioskId: string): void;
  /** It proved itself: it replaces an older connection of the same kiosk. */
  accept(kioskId: string, connection: ProvenConnection): void;
  /** It ended. @param kioskId undefined: before it proved itself. */
  forget(kioskId: string | undefined, connection: ProvenConnection): void;
}

/** What the handshake says about a connection. */
export interface Handshake {
  /** The host that the kiosk asked for, in lower case. */
  host: string;
  info: ConnectionInfo;
  /** The name in the client certificate that TLS verified; absent: none was shown, or none is valid. */
  certificateName?: string | undefined;
}
