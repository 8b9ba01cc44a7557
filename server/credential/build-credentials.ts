import type { Clock } from '../../shared/clock.ts';
import type { Audit } from '../audit/audit.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Log } from '../log.ts';
import type { Notify } from '../notify/notify.ts';
import type { Registry } from '../registry/registry.ts';
import type { SetAside } from '../set-aside.ts';
import type { Store } from '../store/store.ts';
import { CardRenewal } from './card-renewal.ts';
import { Credentials } from './credentials.ts';
import { DisabilityCards } from './disability-cards.ts';

/** The codes that people show, and their Disability Cards. */
export function buildCredentials(deps: {
  store: Store;
  keyring: Keyring;
  audit: Audit;
  registry: Registry;
  notify: Notify;
  /** The host in the codes that are issued. */
  host: string;
  portalUrl: string;
  /** Whether staff look at the cards' photos first. */
  review: 'staff' | 'none';
  setAside: SetAside;
  clock: Clock;
  log: Log;
  now: () => number;
}) {
  const credentials = new Credentials(deps);
  return {
    credentials,
    disabilityCards: new DisabilityCards({ ...deps, credentials }),
    cardRenewal: new CardRenewal({ ...deps, credentials }),
  };
}
