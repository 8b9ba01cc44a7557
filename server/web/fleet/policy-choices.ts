import type { Dashboard } from './dashboard.tsx';

/** The policies that a gate may ask now: the newest version of each that is in force. */
export function policyChoices({ deps }: Dashboard): { id: string; title: string }[] {
  const now = new Date(deps.now());
  const ids = [...new Set(deps.policies.list().map(({ id }) => id))];
  return ids
    .flatMap((id) => deps.policies.find(id, now) ?? [])
    .map(({ id, title }) => ({ id, title }));
}
