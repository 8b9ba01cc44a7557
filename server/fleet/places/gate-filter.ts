import { z } from 'zod';
import type { Gate } from './gates.ts';

const ids = z.array(z.string().min(1).max(64)).min(1);

/** Which gates: each field narrows, and at least one is there; `all` says so on purpose. */
export const gateFilterSchema = z
  .strictObject({
    all: z.literal(true).optional(),
    gates: ids.max(1_000).optional(),
    sites: ids.max(1_000).optional(),
    /** Any of these. */
    tags: ids.max(64).optional(),
    policies: ids.max(64).optional(),
  })
  .refine(
    ({ all, gates, sites, tags, policies }) =>
      (all ?? gates ?? sites ?? tags ?? policies) !== undefined,
    { error: 'says which gates, or all' },
  );
export type GateFilter = z.infer<typeof gateFilterSchema>;

/** Whether a gate is one of those meant. */
export function isMeant(filter: GateFilter, gate: Pick<Gate, 'id' | 'site' | 'tags' | 'policy'>) {
  const { gates, sites, tags, policies } = filter;
  return (
    (!gates || gates.includes(gate.id)) &&
    (!sites || sites.includes(gate.site)) &&
    (!tags || tags.some((tag) => gate.tags.includes(tag))) &&
    (!policies || policies.includes(gate.policy))
  );
}
