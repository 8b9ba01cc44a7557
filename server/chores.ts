import type { Clock } from '../shared/clock.ts';
import type { buildAudit } from './audit/build-audit.ts';
import { indexSubjects } from './audit/subject-index.ts';
import type { Refusals } from './fleet/access/refusals.ts';
import { auditPruning, type Chore } from './housekeeping.ts';
import type { Logins } from './login/logins.ts';
import type { buildOfflineLists } from './offline-list/build-offline-lists.ts';
import type { buildPortal } from './portal/build-portal.ts';
import type { DueFold } from './registry/due-fold.ts';
import type { Registry } from './registry/registry.ts';
import type { SetAside } from './set-aside.ts';
import type { Store } from './store/store.ts';
import type { buildVerification } from './verification/build-verification.ts';

/** Refused facts are kept as long as the audit is. */
const REFUSED_KEPT_MS = 365 * 86_400_000;

/** What is deleted, counted and indexed each minute. */
export function choresOf(
  { store, clock }: { store: Store; clock: Clock },
  rooms: {
    audit: ReturnType<typeof buildAudit>;
    registry: Registry;
    dueFold: DueFold;
    logins: Logins;
    portal: ReturnType<typeof buildPortal>;
    verification: ReturnType<typeof buildVerification>;
    lists: ReturnType<typeof buildOfflineLists>;
    refusals: Refusals;
    setAside: SetAside;
  },
): Chore[] {
  const { audit, registry, dueFold, logins, portal, refusals, lists, setAside } = rooms;
  const { verification, refusalCounts } = rooms.verification;
  return [
    { name: 'verification', run: () => verification.purgeExpired() },
    { name: 'refusal counts', run: () => refusalCounts.close() },
    { name: 'registry', run: () => registry.purgeErasedEntries() },
    { name: 'due', run: () => dueFold.run() },
    { name: 'anchors', run: () => audit.anchors.anchor() },
    { name: 'subjects', run: () => indexSubjects(store) },
    { name: 'refusals', run: () => refusals.settle() },
    { name: 'logins', run: () => logins.purgeExpired() },
    { name: 'failed logins', run: () => logins.log.writeCounts() },
    { name: 'contacts', run: () => portal.contactChecks.forgetExpired() },
    { name: 'delegations', run: () => portal.delegations.forgetOld() },
    { name: 'setAside', run: () => setAside.purge() },
    {
      name: 'refusedFacts',
      run: () => lists.facts.quarantine.purge(clock.now() - REFUSED_KEPT_MS),
    },
    auditPruning(audit.checkpoints, () => clock.now()),
  ];
}
