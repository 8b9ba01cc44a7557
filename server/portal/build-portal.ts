import type { Audit } from '../audit/audit.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Notify } from '../notify/notify.ts';
import type { Registry } from '../registry/registry.ts';
import type { Store } from '../store/store.ts';
import { ContactChecks } from './contact-checks.ts';
import { Delegations } from './delegations.ts';

/** What people do in the portal beside looking: confirm a contact, give a delegation. */
export function buildPortal(deps: {
  store: Store;
  keyring: Keyring;
  audit: Audit;
  registry: Registry;
  notify: Notify;
  now: () => number;
}) {
  return { contactChecks: new ContactChecks(deps), delegations: new Delegations(deps) };
}
