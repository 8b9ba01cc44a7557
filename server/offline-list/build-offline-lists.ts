import type { Clock } from '../../shared/clock.ts';
import type { RequestOf } from '../../shared/protocol/actions.ts';
import type { Audit } from '../audit/audit.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Log } from '../log.ts';
import type { Policies } from '../policies/policies.ts';
import type { Registry } from '../registry/registry.ts';
import type { SetAside } from '../set-aside.ts';
import type { Store } from '../store/store.ts';
import { FactStore } from './fact-store.ts';
import { OfflineLists, type OfflineListsConfig } from './offline-lists.ts';

/** The lists that gates decide by without a link, and the facts that they decided. */
export function buildOfflineLists(deps: {
  store: Store;
  keyring: Keyring;
  audit: Audit;
  registry: Registry;
  setAside: SetAside;
  policies: Policies;
  clock: Clock;
  log: Log;
  /** Absent: no lists; facts are taken all the same. */
  config: OfflineListsConfig | undefined;
}) {
  const { config, clock } = deps;
  const offlineLists = config && new OfflineLists({ ...deps, config });
  return {
    offlineLists,
    facts: new FactStore({ ...deps, now: () => clock.now() }),
    /** @param published notifies the gates of a policy that there is a newer list. */
    async start(published: (policy: string, list: RequestOf<'ListChanged'>) => void) {
      await offlineLists?.start(published);
    },
    /** A list is built from its policy's version in force. */
    policiesChanged() {
      offlineLists?.wake();
    },
    async stop() {
      await offlineLists?.stop();
    },
  };
}
