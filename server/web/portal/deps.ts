import type { Credentials } from '../../credential/credentials.ts';
import type { DisabilityCards } from '../../credential/disability-cards.ts';
import type { Keyring } from '../../keys/keyring.ts';
import type { Log } from '../../log.ts';
import type { SessionStore } from '../../login/session-store.ts';
import type { Notify } from '../../notify/notify.ts';
import type { Policies } from '../../policies/policies.ts';
import type { ContactChecks } from '../../portal/contact-checks.ts';
import type { Delegations } from '../../portal/delegations.ts';
import type { Registry } from '../../registry/registry.ts';
import type { Store } from '../../store/store.ts';
import type { Pages } from '../page-renderer.tsx';

/** What the portal's pages stand on. */
export interface PortalDeps {
  pages: Pages;
  store: Store;
  keyring: Keyring;
  log: Log;
  registry: Registry;
  credentials: Credentials;
  cards: DisabilityCards;
  policies: Policies;
  notify: Notify;
  sessions: SessionStore;
  contactChecks: ContactChecks;
  delegations: Delegations;
  /** The service's own address, such as `https://varco.example.it`: links in messages lead there. */
  origin: string;
  now: () => number;
}
