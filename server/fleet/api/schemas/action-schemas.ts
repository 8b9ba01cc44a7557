import { z } from 'zod';
import { commandSchema } from '../../../../shared/protocol/kiosk-command.ts';
import { remoteConfigSchema } from '../../../../shared/protocol/remote-config.ts';
import { alertKinds } from '../../alerts/kinds.ts';
import { gateFilterSchema } from '../../view/gate-filter-schema.ts';
import { at, count, severity } from './fields.ts';

export const remoteConfig = remoteConfigSchema.meta({ id: 'RemoteConfig' });
export const kioskCommand = commandSchema.meta({ id: 'KioskCommand' });
export const filterSchema = gateFilterSchema.meta({
  id: 'GateFilter',
  description: 'Which gates: each field narrows, and at least one is there',
});

export const configVersionSchema = z
  .strictObject({
    version: count,
    at,
    actor: z.string(),
    note: z.string(),
    body: remoteConfig,
  })
  .meta({ id: 'ConfigVersion' });

const targetState = z.enum(['waiting', 'sent', 'applied', 'failed', 'late']);

const rolloutFields = z.strictObject({
  id: z.string(),
  version: count,
  filter: filterSchema,
  plan: z.strictObject({
    percentages: z.array(count),
    failuresMax: count,
    soakMs: count,
    patienceMs: count,
  }),
  state: z.enum(['running', 'paused', 'stopped', 'completed', 'cancelled', 'rolledBack']),
  stage: count,
  actor: z.string(),
  reason: z.string(),
  startedAt: at,
  endedAt: at.optional(),
  counts: z.strictObject({
    waiting: count,
    sent: count,
    applied: count,
    failed: count,
    late: count,
  }),
});
export const rolloutSchema = rolloutFields.meta({ id: 'Rollout' });
export const rolloutDetailsSchema = rolloutFields
  .extend({
    targets: z.array(
      z.strictObject({
        gate: z.string(),
        state: targetState,
        at,
        previous: count,
        problem: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'RolloutDetails' });

export const commandRowSchema = z
  .strictObject({
    id: z.string(),
    batch: z.string(),
    gate: z.string(),
    kiosk: z.string(),
    site: z.string(),
    command: kioskCommand,
    actor: z.string(),
    reason: z.string(),
    createdAt: at,
    expiresAt: at,
    state: z.enum([
      'queued',
      'sent',
      'running',
      'done',
      'failed',
      'refused',
      'busy',
      'timedOut',
      'expired',
    ]),
    endedAt: at.optional(),
    result: z
      .strictObject({
        code: z.string().optional(),
        type: z.enum(['text/plain', 'application/json', 'image/png']).optional(),
        content: z.string().optional().describe('Text, or a picture in base64'),
      })
      .optional(),
  })
  .meta({ id: 'Command' });

export const alertSchema = z
  .strictObject({
    id: z.string(),
    subject: z.string().describe('`gate:ID`, `site:ID` or `server`'),
    kind: z.enum(alertKinds),
    site: z.string().optional(),
    gate: z.string().optional(),
    severity,
    raisedAt: at,
    clearedAt: at.optional(),
    detail: z.record(z.string(), z.unknown()),
    acknowledged: z.strictObject({ at, by: z.string(), reason: z.string() }).optional(),
    silenced: z.strictObject({ until: at, by: z.string(), reason: z.string() }).optional(),
  })
  .meta({ id: 'Alert' });
