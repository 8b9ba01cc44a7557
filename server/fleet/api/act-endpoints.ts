import { z } from 'zod';
import { commandSchema } from '../../../shared/protocol/kiosk-command.ts';
import { remoteConfigSchema } from '../../../shared/protocol/remote-config.ts';
import { newTokenSchema } from '../access/api-tokens.ts';
import { visibleSites } from '../access/permissions.ts';
import { rolloutPlanSchema } from '../config/rollout-rows.ts';
import type { Fleet } from '../fleet.ts';
import { gateFilterSchema } from '../view/gate-filter-schema.ts';
import {
  activitySchema,
  alertSchema,
  auditRowSchema,
  commandRowSchema,
  configVersionSchema,
  pageOf,
  rolloutDetailsSchema,
  rolloutSchema,
  tokenSchema,
} from './answers.ts';
import { type Endpoint, endpoint } from './endpoint.ts';

const id = z.string().min(1).max(64);
const byId = z.strictObject({ id });
const reason = z.string().trim().min(1).max(300);
const nothing = z.strictObject({});
const number = z.coerce.number().int().nonnegative();

/** What kiosks are told, what is wrong, what happened, and programs' tokens. */
export function actEndpoints(fleet: Fleet): Endpoint[] {
  return [
    ...configEndpoints(fleet),
    ...commandEndpoints(fleet),
    ...alertEndpoints(fleet),
    ...recordEndpoints(fleet),
    ...tokenEndpoints(fleet),
  ];
}

function configEndpoints({ configs, rollouts }: Fleet): Endpoint[] {
  const read = { method: 'GET', tag: 'config', scope: 'fleet:read' } as const;
  const write = { method: 'POST', tag: 'config', scope: 'config:write' } as const;
  return [
    endpoint({
      ...read,
      url: '/configs',
      summary: 'Config versions, the newest first',
      query: z.strictObject({ before: number.optional() }),
      answer: pageOf(configVersionSchema),
      handle: async ({ who, query }) => ({ items: await configs.list(who, query.before) }),
    }),
    endpoint({
      ...write,
      url: '/configs',
      summary: 'Check and keep a config; no kiosk runs it before a roll-out',
      body: z.strictObject({ body: remoteConfigSchema, note: z.string().max(500).optional() }),
      answer: configVersionSchema,
      status: 201,
      handle: ({ who, body }) => configs.create(who, body),
    }),
    endpoint({
      ...read,
      url: '/configs/:version',
      summary: 'A config version',
      params: z.strictObject({ version: number }),
      answer: configVersionSchema,
      handle: ({ who, params }) => configs.get(who, params.version),
    }),
    endpoint({
      ...read,
      url: '/rollouts',
      summary: 'Roll-outs, the newest first',
      answer: pageOf(rolloutSchema),
      handle: async ({ who }) => ({ items: await rollouts.list(who) }),
    }),
    endpoint({
      ...write,
      url: '/rollouts',
      summary: 'Bring a version to gates, a portion after the other; 0 is their own file',
      body: z.strictObject({
        version: z.number().int().nonnegative(),
        filter: gateFilterSchema,
        plan: rolloutPlanSchema.optional(),
        reason: z.string().max(500).optional(),
      }),
      answer: rolloutDetailsSchema,
      status: 201,
      handle: ({ who, body }) => rollouts.start(who, body),
    }),
    endpoint({
      ...read,
      url: '/rollouts/:id',
      summary: 'A roll-out with every gate',
      params: byId,
      answer: rolloutDetailsSchema,
      handle: ({ who, params }) => rollouts.get(who, params.id),
    }),
    endpoint({
      ...write,
      url: '/rollouts/:id/turn',
      summary: 'Pause, resume, cancel or roll back',
      params: byId,
      body: z.strictObject({ act: z.enum(['pause', 'resume', 'cancel', 'rollBack']), reason }),
      answer: rolloutDetailsSchema,
      handle: ({ who, params, body }) => rollouts.turn(who, params.id, body.act, body.reason),
    }),
  ];
}

function commandEndpoints({ commands }: Fleet): Endpoint[] {
  const about = { tag: 'commands', scope: 'fleet:read', method: 'GET' } as const;
  return [
    endpoint({
      ...about,
      url: '/commands',
      summary: 'Commands, the newest first',
      query: z.strictObject({
        gate: id.optional(),
        batch: id.optional(),
        before: number.optional(),
        limit: number.max(200).optional(),
      }),
      answer: pageOf(commandRowSchema),
      handle: async ({ who, query }) => ({ items: await commands.list(who, defined(query)) }),
    }),
    endpoint({
      ...about,
      method: 'POST',
      scope: 'commands:write',
      url: '/commands',
      summary:
        'Tell kiosks to do something; for more than one with their count. No token opens a gate',
      body: z.strictObject({
        filter: gateFilterSchema,
        command: commandSchema,
        reason: z.string().max(200).optional(),
        count: z.number().int().positive().optional(),
      }),
      answer: pageOf(commandRowSchema),
      status: 202,
      handle: async ({ who, body }) => ({ items: await commands.send(who, body) }),
    }),
    endpoint({
      ...about,
      url: '/commands/:id',
      summary: 'A command, with what the kiosk sent',
      params: byId,
      answer: commandRowSchema,
      handle: ({ who, params }) => commands.get(who, params.id),
    }),
  ];
}

function alertEndpoints({ alerts }: Fleet): Endpoint[] {
  const write = { method: 'POST', tag: 'alerts', scope: 'alerts:write', params: byId } as const;
  return [
    endpoint({
      method: 'GET',
      tag: 'alerts',
      scope: 'fleet:read',
      url: '/alerts',
      summary: 'Alerts, the newest first',
      query: z.strictObject({
        state: z.enum(['open', 'over']).default('open'),
        gate: id.optional(),
        before: number.optional(),
        limit: number.max(500).optional(),
      }),
      answer: pageOf(alertSchema),
      handle: async ({ who, query: { state, ...query } }) => ({
        items: await alerts.list(who, { open: state === 'open', ...defined(query) }),
      }),
    }),
    endpoint({
      ...write,
      url: '/alerts/:id/acknowledge',
      summary: 'Somebody knows: no more reminders',
      body: z.strictObject({ reason }),
      answer: nothing,
      handle: ({ who, params, body }) => alerts.acknowledge(who, params.id, body.reason),
    }),
    endpoint({
      ...write,
      url: '/alerts/:id/silence',
      summary: 'Tell nobody of this kind there until then',
      body: z.strictObject({ until: z.number().int().nonnegative(), reason }),
      answer: nothing,
      handle: ({ who, params, body }) => alerts.silence(who, params.id, body),
    }),
  ];
}

function recordEndpoints({ activity }: Fleet): Endpoint[] {
  return [
    endpoint({
      method: 'GET',
      tag: 'records',
      scope: 'fleet:read',
      url: '/activity',
      summary: 'What happened, the newest first',
      query: z.strictObject({
        gate: id.optional(),
        before: number.optional(),
        limit: number.max(200).optional(),
      }),
      answer: pageOf(activitySchema),
      handle: async ({ who, query }) => {
        const sites = visibleSites(who) ?? [];
        return { items: await activity.list({ ...query, sites }) };
      },
    }),
    endpoint({
      method: 'GET',
      tag: 'records',
      scope: 'audit:read',
      url: '/audit',
      summary: "Operators' acts in the audit chain, the newest first",
      query: z.strictObject({ before: number.optional(), limit: number.max(500).optional() }),
      answer: pageOf(auditRowSchema),
      handle: async ({ who, query }) => ({ items: await activity.audited(who, query) }),
    }),
  ];
}

function tokenEndpoints({ tokens }: Fleet): Endpoint[] {
  return [
    endpoint({
      method: 'GET',
      tag: 'tokens',
      url: '/tokens',
      summary: "Programs' tokens, without themselves",
      answer: pageOf(tokenSchema),
      handle: async ({ who }) => ({ items: await tokens.list(who) }),
    }),
    endpoint({
      method: 'POST',
      tag: 'tokens',
      url: '/tokens',
      summary: 'Make a token; it is shown now and never again',
      body: newTokenSchema,
      answer: z.strictObject({ token: z.string(), about: tokenSchema }),
      status: 201,
      handle: ({ who, body }) => tokens.create(who, body),
    }),
    endpoint({
      method: 'DELETE',
      tag: 'tokens',
      url: '/tokens/:id',
      summary: 'End a token at once',
      params: byId,
      answer: nothing,
      handle: ({ who, params }) => tokens.revoke(who, params.id),
    }),
  ];
}

/** Without the fields that are not given. */
function defined<Given extends object>(given: Given) {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [Field in keyof Given]?: Exclude<Given[Field], undefined>;
  };
}
