import { z } from 'zod';
import { wholeStatusSchema } from '../../../../shared/protocol/kiosk-status.ts';
import { measured } from '../../../../shared/protocol/measurement.ts';
import { reportedConfigSchema } from '../../../../shared/protocol/remote-config.ts';
import { at, count, severity } from './fields.ts';
import { gateAnswerSchema } from './place-schemas.ts';

export const presenceSchema = z
  .enum(['online', 'degraded', 'outOfService', 'updating', 'offline', 'neverSeen'])
  .meta({ id: 'Presence' });

export const rowSchema = z
  .strictObject({
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
  })
  .meta({ id: 'GateRow', description: 'A gate and its kiosk in one line' });

export const summarySchema = z
  .strictObject({
    gates: count,
    kiosks: count,
    presence: z.strictObject({
      online: count,
      degraded: count,
      outOfService: count,
      updating: count,
      offline: count,
      neverSeen: count,
    }),
    alerts: count,
    drift: count,
  })
  .meta({ id: 'FleetSummary' });

const driftSchema = z
  .union([
    z.strictObject({
      kind: z.literal('config'),
      desired: count,
      reported: count,
      status: z.enum(['running', 'trial', 'fellBack', 'refused', 'pending', 'unknown']),
    }),
    z.strictObject({ kind: z.literal('policy'), desired: z.string(), reported: z.string() }),
  ])
  .meta({ id: 'Drift', description: 'What a kiosk runs, where it should run something else' });

const reportSchema = z
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
    earlierPolicies: z.array(z.string()).optional(),
    runs: z
      .strictObject({
        earlier: z.array(at),
        returnedAt: at.optional(),
        returnedBefore: at.optional(),
      })
      .optional()
      .describe('Earlier starts of its program; one that returns is of a second board'),
    floodedAt: at.optional().describe('When it was last disconnected for a flood'),
    presence: presenceSchema,
    since: at,
  })
  .meta({ id: 'KioskReport', description: 'What a kiosk last reported' });

export const detailsSchema = z
  .strictObject({
    row: rowSchema,
    gate: gateAnswerSchema,
    kiosk: z.strictObject({ id: z.string(), registeredAt: at }).optional(),
    told: reportSchema.optional(),
    stale: z.boolean().describe('The report is old'),
    node: z.string().optional(),
    connectedAt: at.optional(),
    desired: count.describe('The config version that it should run'),
    drifts: z.array(driftSchema),
  })
  .meta({ id: 'GateDetails' });

const hourCounts = z
  .array(z.union([count, z.literal('< 5')]))
  .describe('A count below 5 is not shown, because it could point at one person');

export const historySchema = z
  .strictObject({
    span: z.enum(['minute', 'hour']),
    at: z.array(at),
    values: z.partialRecord(z.enum(measured), z.array(z.number().nullable())),
    outcomes: z.strictObject({
      at: z.array(at),
      counts: z.strictObject({
        granted: hourCounts,
        denied: hourCounts,
        unconfirmed: hourCounts,
        otpRequired: hourCounts,
        throttled: hourCounts,
      }),
    }),
  })
  .meta({ id: 'GateHistory', description: 'Each series has one value per time in `at`' });
