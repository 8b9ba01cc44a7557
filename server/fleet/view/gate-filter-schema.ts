import { z } from 'zod';
import type { GateFilter } from './gate-filter.ts';
import { presences } from './kiosk-row.ts';

const ids = z.array(z.string().min(1).max(64)).min(1);

/** A {@link GateFilter} from outside: at least one field; `all` means every gate on purpose. */
export const gateFilterSchema = z
  .strictObject({
    all: z.literal(true).optional(),
    gates: ids.max(1_000).optional(),
    sites: ids.max(1_000).optional(),
    policies: ids.max(64).optional(),
    tags: ids.max(64).optional(),
    text: z.string().trim().min(1).max(100).optional(),
    presences: z.array(z.enum(presences)).min(1).max(presences.length).optional(),
    alerts: z.boolean().optional(),
    faults: z.boolean().optional(),
    drift: z.boolean().optional(),
  })
  .refine((filter) => Object.values(filter).some((field) => field !== undefined), {
    error: 'says which gates, or all',
  }) satisfies z.ZodType<GateFilter>;
