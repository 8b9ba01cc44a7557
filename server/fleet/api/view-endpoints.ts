import { z } from 'zod';
import type { Fleet } from '../fleet.ts';
import { HOURS_KEPT_MS } from '../state/telemetry.ts';
import { type GateFilter, gateMatcher } from '../view/gate-filter.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { byGate, idSchema } from './schemas/inputs.ts';
import { pageOf } from './schemas/page.ts';
import {
  detailsSchema,
  historySchema,
  presenceSchema,
  rowSchema,
  summarySchema,
} from './schemas/view-schemas.ts';

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

const rowQuery = z.strictObject({
  site: idSchema.optional(),
  presence: presenceSchema.optional(),
  tag: idSchema.optional(),
  policy: idSchema.optional(),
  alerts: flag.optional().describe('With open alerts, or without any'),
  drift: flag.optional().describe('Running something else than it should, or not'),
  faults: flag.optional().describe('With a peripheral that does not work, or without'),
  text: z
    .string()
    .max(100)
    .optional()
    .describe("Words that are all in the name, id, site's name or tags, in any case and accents"),
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
  after: idSchema.optional().describe('`next` of the page before'),
});

/** What there is and how it is doing. */
export function viewEndpoints(fleet: Fleet): Endpoint[] {
  const about = { method: 'GET', tag: 'fleet' } as const;
  return [
    endpoint({
      ...about,
      operationId: 'getSummary',
      action: 'fleet.view',
      url: '/summary',
      summary: 'Counts of gates and kiosks by presence',
      input: {},
      answer: summarySchema,
      handle: async (who) => fleet.summaryFor(who),
    }),
    endpoint({
      ...about,
      operationId: 'listGates',
      action: 'fleet.view',
      url: '/gates',
      summary: 'Gates with their kiosks, by id',
      input: { query: rowQuery },
      answer: pageOf(rowSchema),
      handle: async (who, { query }) => {
        const isMeant = gateMatcher(filterOf(query));
        const rows = fleet
          .rowsFor(who)
          .filter((row) => isMeant(row) && row.id > (query.after ?? ''))
          .sort((one, other) => (one.id < other.id ? -1 : 1));
        const items = rows.slice(0, query.limit);
        return { items, next: rows.length > items.length ? items.at(-1)?.id : undefined };
      },
    }),
    endpoint({
      ...about,
      operationId: 'getGate',
      action: 'fleet.view',
      url: '/gates/:gate',
      summary: 'Everything known of a gate and its kiosk',
      input: { params: byGate },
      answer: detailsSchema,
      refusals: ['gateUnknown'],
      handle: async (who, { params }) => fleet.details(who, params.gate),
    }),
    endpoint({
      ...about,
      operationId: 'getGateHistory',
      action: 'fleet.view',
      url: '/gates/:gate/history',
      summary: 'Telemetry over time; small counts are "< 5"',
      input: {
        params: byGate,
        query: z.strictObject({
          from: z.coerce.number().int().optional(),
          to: z.coerce.number().int().optional(),
        }),
      },
      answer: historySchema,
      refusals: ['gateUnknown'],
      handle: async (who, { params, query }) => {
        const to = query.to ?? Date.now();
        const from = Math.max(query.from ?? to - 86_400_000, to - HOURS_KEPT_MS);
        return fleet.history(who, params.gate, { from, to });
      },
    }),
  ];
}

/** The gates that a query asks for. */
function filterOf(query: z.infer<typeof rowQuery>): GateFilter {
  const { site, presence, tag, policy, text, alerts, faults, drift } = query;
  return {
    sites: site === undefined ? undefined : [site],
    presences: presence && [presence],
    tags: tag === undefined ? undefined : [tag],
    policies: policy === undefined ? undefined : [policy],
    text,
    alerts,
    faults,
    drift,
  };
}
