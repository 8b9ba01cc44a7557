import { z } from 'zod';
import { CODE_LIFE_MS, SHEET_LIFE_MS } from '../enrolment/enrolment.ts';
import type { Fleet } from '../fleet.ts';
import { readGateTable } from '../places/gate-table.ts';
import { gateChangeSchema, gateSchema } from '../places/gates.ts';
import { siteChangeSchema, siteSchema } from '../places/sites.ts';
import { HOURS_KEPT_MS } from '../state/telemetry.ts';
import { type GateFilter, gateMatcher } from '../view/gate-filter.ts';
import {
  detailsSchema,
  enrolmentCodeSchema,
  gateAnswerSchema,
  historySchema,
  pageOf,
  presenceSchema,
  rowSchema,
  siteAnswerSchema,
  summarySchema,
} from './answers.ts';
import { type Endpoint, endpoint } from './endpoint.ts';

const id = z.string().min(1).max(64);
const gateParams = z.strictObject({ gate: id });
const siteParams = z.strictObject({ site: id });
const reason = z.string().trim().min(1).max(300);
const nothing = z.strictObject({});
const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

const rowQuery = z.strictObject({
  site: id.optional(),
  presence: presenceSchema.optional(),
  tag: id.optional(),
  policy: id.optional(),
  alerts: flag.optional(),
  drift: flag.optional(),
  faults: flag.optional(),
  /** Words that are all in the name, id, site's name or tags; accents and case do not matter. */
  text: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
  after: id.optional(),
});

/** Places, what their kiosks told, and how new ones come. */
export function fleetEndpoints(fleet: Fleet): Endpoint[] {
  return [
    ...readEndpoints(fleet),
    ...siteEndpoints(fleet),
    ...gateEndpoints(fleet),
    ...enrolEndpoints(fleet),
  ];
}

function readEndpoints(fleet: Fleet): Endpoint[] {
  const about = { method: 'GET', tag: 'fleet', scope: 'fleet:read' } as const;
  return [
    endpoint({
      ...about,
      url: '/summary',
      summary: 'How many kiosks are how',
      answer: summarySchema,
      handle: async ({ who }) => fleet.summaryFor(who),
    }),
    endpoint({
      ...about,
      url: '/gates',
      summary: 'Gates with their kiosks, by id',
      query: rowQuery,
      answer: pageOf(rowSchema),
      handle: async ({ who, query }) => {
        const isMeant = gateMatcher(filterOf(query));
        const rows = fleet
          .rowsFor(who)
          .filter((row) => isMeant(row) && row.id > (query.after ?? ''))
          .sort((one, other) => (one.id < other.id ? -1 : 1));
        const items = rows.slice(0, query.limit);
        const next = rows.length > items.length ? { next: items.at(-1)?.id } : {};
        return { items, ...next };
      },
    }),
    endpoint({
      ...about,
      url: '/gates/:gate',
      summary: 'All that is known of a gate and its kiosk',
      params: gateParams,
      answer: detailsSchema,
      handle: async ({ who, params }) => fleet.details(who, params.gate),
    }),
    endpoint({
      ...about,
      url: '/gates/:gate/history',
      summary: 'Telemetry over time; small counts are "< 5"',
      params: gateParams,
      query: z.strictObject({
        from: z.coerce.number().int().optional(),
        to: z.coerce.number().int().optional(),
      }),
      answer: historySchema,
      handle: async ({ who, params, query }) => {
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

function siteEndpoints(fleet: Fleet): Endpoint[] {
  const write = { tag: 'places', scope: 'fleet:write' } as const;
  const read = { tag: 'places', scope: 'fleet:read', method: 'GET' } as const;
  return [
    endpoint({
      ...read,
      url: '/sites',
      summary: 'The sites',
      answer: pageOf(siteAnswerSchema),
      handle: async ({ who }) => ({ items: await fleet.sites.list(who) }),
    }),
    endpoint({
      ...write,
      method: 'POST',
      url: '/sites',
      summary: 'Make a site',
      body: siteSchema,
      answer: siteAnswerSchema,
      status: 201,
      handle: ({ who, body }) => fleet.sites.create(who, body),
    }),
    endpoint({
      ...read,
      url: '/sites/:site',
      summary: 'A site',
      params: siteParams,
      answer: siteAnswerSchema,
      handle: ({ who, params }) => fleet.sites.get(who, params.site),
    }),
    endpoint({
      ...write,
      method: 'PATCH',
      url: '/sites/:site',
      summary: 'Change a site',
      params: siteParams,
      body: siteChangeSchema,
      answer: siteAnswerSchema,
      handle: ({ who, params, body }) => fleet.sites.change(who, params.site, body),
    }),
  ];
}

function gateEndpoints(fleet: Fleet): Endpoint[] {
  const write = { tag: 'places', scope: 'fleet:write' } as const;
  return [
    endpoint({
      ...write,
      method: 'POST',
      url: '/gates',
      summary: 'Make gates, all or none',
      body: z.strictObject({ gates: z.array(gateSchema).min(1).max(1_000) }),
      answer: pageOf(gateAnswerSchema),
      status: 201,
      handle: async ({ who, body }) => ({ items: await fleet.gates.create(who, body.gates) }),
    }),
    endpoint({
      ...write,
      method: 'POST',
      url: '/gates/import',
      summary: 'Make gates from CSV: site,gate,title,policy[,place,tags,note,x,y]',
      body: z.strictObject({ csv: z.string().min(1).max(60_000) }),
      answer: pageOf(gateAnswerSchema),
      status: 201,
      handle: async ({ who, body }) => ({
        items: await fleet.gates.create(who, readGateTable(body.csv)),
      }),
    }),
    endpoint({
      ...write,
      method: 'PATCH',
      url: '/gates/:gate',
      summary: 'Change a gate; another policy is in force when its kiosk has come back',
      params: gateParams,
      body: gateChangeSchema,
      answer: gateAnswerSchema,
      handle: ({ who, params, body }) => fleet.gates.change(who, params.gate, body),
    }),
    endpoint({
      ...write,
      method: 'DELETE',
      url: '/gates/:gate',
      summary: "Take a gate away for good, with its kiosk's key",
      params: gateParams,
      query: z.strictObject({ reason }),
      answer: nothing,
      handle: ({ who, params, query }) => fleet.gates.remove(who, params.gate, query.reason),
    }),
  ];
}

function enrolEndpoints(fleet: Fleet): Endpoint[] {
  const about = { method: 'POST', tag: 'enrolment', scope: 'enrol:write' } as const;
  return [
    endpoint({
      ...about,
      url: '/enrolment-codes',
      summary: 'One-time codes, shown now and never again; earlier ones of these gates end',
      body: z.strictObject({
        gates: z.array(id).min(1).max(1_000),
        /** On purpose: the key of the board that stands there ends when the code is used. */
        replace: z.boolean().default(false),
        minutes: z
          .number()
          .int()
          .min(1)
          .max(SHEET_LIFE_MS / 60_000)
          .default(CODE_LIFE_MS / 60_000),
      }),
      answer: pageOf(enrolmentCodeSchema),
      status: 201,
      handle: async ({ who, body: { gates, replace, minutes } }) => ({
        items: await fleet.enrolment.createCodes(who, gates, { replace, lifeMs: minutes * 60_000 }),
      }),
    }),
    endpoint({
      ...about,
      url: '/gates/:gate/cancel-codes',
      summary: "End a gate's codes that nobody has used",
      params: gateParams,
      answer: nothing,
      handle: ({ who, params }) => fleet.enrolment.cancelCodes(who, params.gate),
    }),
    endpoint({
      ...about,
      url: '/gates/:gate/revoke',
      summary: "Take a gate's kiosk its key: it is cut off at once",
      params: gateParams,
      body: z.strictObject({ reason }),
      answer: nothing,
      handle: ({ who, params, body }) => fleet.kiosks.revoke(who, params.gate, body.reason),
    }),
  ];
}
