import { z } from 'zod';
import { commandSchema } from '../../../shared/protocol/kiosk-command.ts';
import { wholeStatusSchema } from '../../../shared/protocol/kiosk-status.ts';
import { measured } from '../../../shared/protocol/measurement.ts';
import {
  remoteConfigSchema,
  reportedConfigSchema,
} from '../../../shared/protocol/remote-config.ts';
import { roles } from '../../login/session.ts';
import { scopes } from '../access/permissions.ts';
import { alertKinds } from '../alerts/kinds.ts';
import { gateSchema } from '../places/gates.ts';
import { siteSchema } from '../places/sites.ts';
import { outcomes } from '../state/last-report.ts';
import { gateFilterSchema } from '../view/gate-filter-schema.ts';

/** Unix time in milliseconds. */
const at = z.number().int();
const count = z.number().int().nonnegative();

export const presenceSchema = z.enum([
  'online',
  'degraded',
  'outOfService',
  'updating',
  'offline',
  'neverSeen',
]);
const severity = z.enum(['critical', 'warning']);

export const rowSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  siteId: z.string(),
  siteName: z.string(),
  policy: z.string(),
  tags: z.array(z.string()),
  presence: presenceSchema,
  since: at.nullable(),
  lastSeenAt: at.nullable(),
  faults: z.array(z.string()),
  alerts: count,
  worst: severity.nullable(),
  drift: z.boolean(),
  software: z.string().nullable(),
});

export const summarySchema = z.strictObject({
  gates: count,
  kiosks: count,
  presence: z.record(presenceSchema, count),
  alerts: count,
  drift: count,
});

export const gateAnswerSchema = z.strictObject({ ...gateSchema.shape, createdAt: at });
export const siteAnswerSchema = z.strictObject({ ...siteSchema.shape, createdAt: at });

const driftSchema = z.union([
  z.strictObject({
    kind: z.literal('config'),
    desired: count,
    reported: count,
    status: z.enum(['running', 'trial', 'fellBack', 'refused', 'pending', 'unknown']),
  }),
  z.strictObject({ kind: z.literal('policy'), desired: z.string(), reported: z.string() }),
]);

export const detailsSchema = z.strictObject({
  row: rowSchema,
  gate: gateAnswerSchema,
  kiosk: z.strictObject({ id: z.string(), registeredAt: at }).optional(),
  told: z
    .strictObject({
      at,
      intervalMs: count,
      status: wholeStatusSchema.omit({ verifications: true }).optional(),
      statusAt: at.optional(),
      software: z.string(),
      startedAt: at,
      bootedAt: at,
      capabilities: z.array(z.string()).optional(),
      certificateEndsAt: at.optional(),
      config: reportedConfigSchema.optional(),
      policy: z.string(),
      presence: presenceSchema,
      since: at,
    })
    .optional(),
  /** What was told is old. */
  stale: z.boolean(),
  node: z.string().optional(),
  connectedAt: at.optional(),
  desired: count,
  drifts: z.array(driftSchema),
});

export const historySchema = z.strictObject({
  span: z.enum(['minute', 'hour']),
  at: z.array(at),
  values: z.partialRecord(z.enum(measured), z.array(z.number().nullable())),
  outcomes: z.strictObject({
    at: z.array(at),
    counts: z.record(z.enum(outcomes), z.array(z.union([count, z.literal('< 5')]))),
  }),
});

export const enrolmentCodeSchema = z.strictObject({
  gate: z.string(),
  title: z.string(),
  site: z.string(),
  code: z.string(),
  invitation: z.string(),
  expiresAt: at,
  replaces: z.string().optional(),
});

export const configVersionSchema = z.strictObject({
  version: count,
  at,
  actor: z.string(),
  note: z.string(),
  body: remoteConfigSchema,
});

const targetState = z.enum(['waiting', 'sent', 'applied', 'failed', 'late']);
export const rolloutSchema = z.strictObject({
  id: z.string(),
  version: count,
  filter: gateFilterSchema,
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
  counts: z.record(targetState, count),
});
export const rolloutDetailsSchema = rolloutSchema.extend({
  targets: z.array(
    z.strictObject({
      gate: z.string(),
      state: targetState,
      at,
      previous: count,
      problem: z.string().optional(),
    }),
  ),
});

export const commandRowSchema = z.strictObject({
  id: z.string(),
  batch: z.string(),
  gate: z.string(),
  kiosk: z.string(),
  site: z.string(),
  command: commandSchema,
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
      content: z.string().optional(),
    })
    .optional(),
});

export const alertSchema = z.strictObject({
  id: z.string(),
  subject: z.string(),
  kind: z.enum(alertKinds),
  site: z.string().optional(),
  gate: z.string().optional(),
  severity,
  raisedAt: at,
  clearedAt: at.optional(),
  detail: z.record(z.string(), z.unknown()),
  acknowledged: z.strictObject({ at, by: z.string(), reason: z.string() }).optional(),
  silenced: z.strictObject({ until: at, by: z.string(), reason: z.string() }).optional(),
});

export const activitySchema = z.strictObject({
  id: count,
  at,
  kind: z.string(),
  site: z.string().optional(),
  gate: z.string().optional(),
  actor: z.string().optional(),
  body: z.record(z.string(), z.unknown()),
});

export const auditRowSchema = z.strictObject({
  node: z.string(),
  sequence: count,
  at,
  kind: z.string(),
  body: z.record(z.string(), z.unknown()),
  hash: z.string(),
});

export const tokenSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  role: z.enum(roles),
  sites: z.union([z.literal('all'), z.array(z.string())]),
  scopes: z.array(z.enum(scopes)),
  createdAt: at,
  createdBy: z.string(),
  expiresAt: at,
  lastUsedAt: at.optional(),
  revokedAt: at.optional(),
});

/** A list, and how to ask for what comes after it. */
export function pageOf(items: z.ZodType) {
  return z.strictObject({ items: z.array(items), next: z.string().optional() });
}
