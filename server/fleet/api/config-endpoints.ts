import { z } from 'zod';
import { rolloutPlanSchema } from '../config/rollout-rows.ts';
import type { Fleet } from '../fleet.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import {
  configVersionSchema,
  filterSchema,
  remoteConfig,
  rolloutDetailsSchema,
  rolloutSchema,
} from './schemas/action-schemas.ts';
import { byId, numberSchema, reasonSchema } from './schemas/inputs.ts';
import { pageOf } from './schemas/page.ts';

const read = { method: 'GET', tag: 'config' } as const;
const write = { method: 'POST', tag: 'config' } as const;

/** Remote configs, and how they reach the kiosks. */
export function configEndpoints(fleet: Fleet): Endpoint[] {
  return [...versionEndpoints(fleet), ...rolloutEndpoints(fleet)];
}

function versionEndpoints({ configs }: Fleet): Endpoint[] {
  return [
    endpoint({
      ...read,
      operationId: 'listConfigs',
      action: 'fleet.view',
      url: '/configs',
      summary: 'Config versions, newest first',
      input: { query: z.strictObject({ before: numberSchema.optional() }) },
      answer: pageOf(configVersionSchema),
      handle: async (who, { query }) => ({ items: await configs.list(who, query.before) }),
    }),
    endpoint({
      ...write,
      operationId: 'createConfig',
      action: 'config.edit',
      url: '/configs',
      summary: 'Check and keep a config; no kiosk runs it before a roll-out',
      input: { body: z.strictObject({ body: remoteConfig, note: z.string().max(500).optional() }) },
      answer: configVersionSchema,
      status: 201,
      handle: (who, { body }) => configs.create(who, body),
    }),
    endpoint({
      ...read,
      operationId: 'getConfig',
      action: 'fleet.view',
      url: '/configs/:version',
      summary: 'A config version',
      input: { params: z.strictObject({ version: numberSchema }) },
      answer: configVersionSchema,
      refusals: ['configUnknown'],
      handle: (who, { params }) => configs.get(who, params.version),
    }),
  ];
}

function rolloutEndpoints({ rollouts }: Fleet): Endpoint[] {
  return [
    endpoint({
      ...read,
      operationId: 'listRollouts',
      action: 'fleet.view',
      url: '/rollouts',
      summary: 'Roll-outs, newest first',
      input: {},
      answer: pageOf(rolloutSchema),
      handle: async (who) => ({ items: await rollouts.list(who) }),
    }),
    endpoint({
      ...write,
      operationId: 'startRollout',
      action: 'config.rollOut',
      url: '/rollouts',
      summary: 'Roll a version out to gates in stages; version 0 is the kiosk’s own file',
      input: {
        body: z.strictObject({
          version: z.number().int().nonnegative(),
          filter: filterSchema,
          plan: rolloutPlanSchema.optional(),
          reason: z.string().max(500).optional(),
        }),
      },
      answer: rolloutDetailsSchema,
      status: 201,
      refusals: ['configUnknown', 'nobodyMeant', 'tooManyRollouts'],
      handle: (who, { body }) => rollouts.start(who, body),
    }),
    endpoint({
      ...read,
      operationId: 'getRollout',
      action: 'fleet.view',
      url: '/rollouts/:id',
      summary: 'A roll-out with every gate',
      input: { params: byId },
      answer: rolloutDetailsSchema,
      refusals: ['rolloutUnknown'],
      handle: (who, { params }) => rollouts.get(who, params.id),
    }),
    endpoint({
      ...write,
      operationId: 'turnRollout',
      action: 'config.rollOut',
      url: '/rollouts/:id/turn',
      summary: 'Pause, resume, cancel or roll back a roll-out',
      input: {
        params: byId,
        body: z.strictObject({
          act: z.enum(['pause', 'resume', 'cancel', 'rollBack']),
          reason: reasonSchema,
        }),
      },
      answer: rolloutDetailsSchema,
      refusals: ['rolloutUnknown', 'rolloutOver'],
      handle: (who, { params, body }) => rollouts.turn(who, params.id, body.act, body.reason),
    }),
  ];
}
