import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../shared/clock.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Log } from '../log.ts';
import type { FactStore } from '../offline-list/fact-store.ts';
import type { OfflineLists } from '../offline-list/offline-lists.ts';
import type { Fleet } from './fleet.ts';
import type { KioskCallsDeps } from './link/kiosk-calls.ts';
import { KioskSockets } from './link/kiosk-sockets.ts';
import type { SocketLimits } from './link/link-limits.ts';

/** The kiosks' end of the link: the fleet listens to it, and the other rooms answer its calls. */
export function buildLink(deps: {
  fleet: Fleet;
  /** What the gates are answered. */
  gateAnswers: KioskCallsDeps['verification'] & KioskCallsDeps['secondLevel'];
  facts: FactStore;
  offlineLists: OfflineLists | undefined;
  keyring: Keyring;
  /** The hosts whose codes the gates read. */
  hosts: readonly string[];
  certificateSites: 'all' | readonly string[] | undefined;
  /** Where a request comes from. */
  addressOf: (request: IncomingMessage) => string;
  limits: SocketLimits;
  clock: Clock;
  log: Log;
}): KioskSockets {
  const { fleet, gateAnswers } = deps;
  const answers = { verification: gateAnswers, secondLevel: gateAnswers };
  const { connected: kiosks, bus, state: listener } = fleet;
  const enrolled = (kiosk: string) => fleet.state.enrolled(kiosk);
  return new KioskSockets({ ...deps, ...answers, kiosks, bus, listener, finder: fleet, enrolled });
}
