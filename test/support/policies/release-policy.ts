import type { App } from '../../../server/app.ts';
import type { FleetActor } from '../../../server/fleet/access/actor.ts';
import type { PolicyVersion } from '../../../server/policies/policy-versions.ts';
import type { Policy } from '../../../shared/policy.ts';

const administrator = (id: string): FleetActor => ({
  id: `staff:${id}`,
  name: id,
  role: 'administrator',
  sites: 'all',
});

/** Two administrators, so that one can release what the other proposes. */
export const [anna, bruno] = [administrator('anna'), administrator('bruno')];

/** Brings a policy in force as two people do; what tests leave out is filled in. */
export async function releasePolicy(
  { fleet, policies }: Pick<App, 'fleet' | 'policies'>,
  policy: { [Field in keyof Policy]?: Policy[Field] | undefined },
): Promise<PolicyVersion> {
  const sources = policy.sources ?? [{ title: 'Test', checkedOn: '2026-11-30' }];
  const { releases } = fleet;
  const proposed = await releases.propose(anna, { policy: { ...policy, sources } });
  const { id, version } = proposed.policy;
  const seen = policies.find(id, new Date())?.version;
  return releases.release(bruno, { id, version, seen });
}
