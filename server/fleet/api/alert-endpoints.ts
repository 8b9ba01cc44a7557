import { z } from 'zod';
import type { Fleet } from '../fleet.ts';
import { done, type Endpoint, endpoint, nothing } from './endpoint.ts';
import { alertSchema } from './schemas/action-schemas.ts';
import { byId, idSchema, numberSchema, reasonSchema } from './schemas/inputs.ts';
import { pageOf } from './schemas/page.ts';

/** What is wrong in the fleet, and who takes care of it. */
export function alertEndpoints({ alerts }: Fleet): Endpoint[] {
  const write = { method: 'POST', tag: 'alerts' } as const;
  return [
    endpoint({
      method: 'GET',
      tag: 'alerts',
      operationId: 'listAlerts',
      action: 'fleet.view',
      url: '/alerts',
      summary: 'Alerts, newest first',
      input: {
        query: z.strictObject({
          state: z.enum(['open', 'over']).default('open'),
          gate: idSchema.optional(),
          before: numberSchema.optional(),
          limit: numberSchema.max(500).optional(),
        }),
      },
      answer: pageOf(alertSchema),
      handle: async (who, { query: { state, ...query } }) => ({
        items: await alerts.list(who, { open: state === 'open', ...query }),
      }),
    }),
    endpoint({
      ...write,
      operationId: 'acknowledgeAlert',
      action: 'alert.acknowledge',
      url: '/alerts/:id/acknowledge',
      summary: 'Acknowledge an alert: no more reminders',
      input: { params: byId, body: z.strictObject({ reason: reasonSchema }) },
      answer: nothing,
      refusals: ['alertUnknown', 'alertOver'],
      handle: (who, { params, body }) => done(alerts.acknowledge(who, params.id, body.reason)),
    }),
    endpoint({
      ...write,
      operationId: 'silenceAlert',
      action: 'alert.silence',
      url: '/alerts/:id/silence',
      summary: 'Send no notices about alerts of this kind there until then',
      input: {
        params: byId,
        body: z.strictObject({ until: z.number().int().nonnegative(), reason: reasonSchema }),
      },
      answer: nothing,
      refusals: ['alertUnknown', 'silenceTooLong'],
      handle: (who, { params, body }) => done(alerts.silence(who, params.id, body)),
    }),
  ];
}
