import { z } from 'zod';
import { commandActions } from '../access/permissions.ts';
import type { Fleet } from '../fleet.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { commandRowSchema, filterSchema, kioskCommand } from './schemas/action-schemas.ts';
import { byId, idSchema, numberSchema } from './schemas/inputs.ts';
import { pageOf } from './schemas/page.ts';

/** Commands to kiosks, and what came of them. */
export function commandEndpoints({ commands }: Fleet): Endpoint[] {
  const read = { method: 'GET', tag: 'commands' } as const;
  return [
    endpoint({
      ...read,
      operationId: 'listCommands',
      action: 'fleet.view',
      url: '/commands',
      summary: 'Commands, newest first',
      input: {
        query: z.strictObject({
          gate: idSchema.optional(),
          batch: idSchema.optional(),
          before: numberSchema.optional(),
          limit: numberSchema.max(200).optional(),
        }),
      },
      answer: pageOf(commandRowSchema),
      handle: async (who, { query }) => ({ items: await commands.list(who, query) }),
    }),
    endpoint({
      method: 'POST',
      tag: 'commands',
      operationId: 'sendCommands',
      action: commandActions,
      url: '/commands',
      summary:
        'Send a command to kiosks; to more than one only with their count. No token opens a gate',
      input: {
        body: z.strictObject({
          filter: filterSchema,
          command: kioskCommand,
          reason: z.string().max(200).optional(),
          count: z.number().int().positive().optional(),
        }),
      },
      answer: pageOf(commandRowSchema),
      status: 202,
      refusals: ['nobodyMeant', 'countMismatch', 'notInBulk', 'reasonMissing'],
      handle: async (who, { body }) => ({ items: await commands.send(who, body) }),
    }),
    endpoint({
      ...read,
      operationId: 'getCommand',
      action: 'fleet.view',
      url: '/commands/:id',
      summary: 'A command, with what the kiosk sent back',
      input: { params: byId },
      answer: commandRowSchema,
      refusals: ['commandUnknown'],
      handle: (who, { params }) => commands.get(who, params.id),
    }),
  ];
}
