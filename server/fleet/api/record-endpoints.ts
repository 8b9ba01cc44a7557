import { z } from 'zod';
import type { Fleet } from '../fleet.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { idSchema, numberSchema } from './schemas/inputs.ts';
import { pageOf } from './schemas/page.ts';
import { activitySchema, auditRowSchema } from './schemas/record-schemas.ts';

/** What happened, and who did it. */
export function recordEndpoints({ activity }: Fleet): Endpoint[] {
  return [
    endpoint({
      method: 'GET',
      tag: 'records',
      operationId: 'listActivity',
      action: 'fleet.view',
      url: '/activity',
      summary: 'What happened, newest first',
      input: {
        query: z.strictObject({
          gate: idSchema.optional(),
          before: numberSchema.optional(),
          limit: numberSchema.max(200).optional(),
        }),
      },
      answer: pageOf(activitySchema),
      handle: async (who, { query }) => ({ items: await activity.list(who, query) }),
    }),
    endpoint({
      method: 'GET',
      tag: 'records',
      operationId: 'listAudit',
      action: 'audit.read',
      url: '/audit',
      summary: "Operators' acts in the audit chain, newest first",
      input: {
        query: z.strictObject({
          before: numberSchema.optional(),
          limit: numberSchema.max(500).optional(),
        }),
      },
      answer: pageOf(auditRowSchema),
      handle: async (who, { query }) => ({ items: await activity.audited(who, query) }),
    }),
  ];
}
