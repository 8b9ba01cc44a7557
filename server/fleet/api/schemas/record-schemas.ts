import { z } from 'zod';
import { newTokenSchema } from '../../access/api-tokens.ts';
import { scopes } from '../../access/permissions.ts';
import { roles } from '../../access/roles.ts';
import { at, count } from './fields.ts';

export const activitySchema = z
  .strictObject({
    id: count,
    at,
    kind: z.string(),
    site: z.string().optional(),
    gate: z.string().optional(),
    actor: z.string().optional(),
    body: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Activity' });

export const auditRowSchema = z
  .strictObject({
    node: z.string(),
    sequence: count,
    at,
    kind: z.string(),
    body: z.record(z.string(), z.unknown()),
    hash: z.string(),
  })
  .meta({ id: 'AuditRow' });

export const newTokenInput = newTokenSchema.meta({ id: 'NewToken' });

export const tokenSchema = z
  .strictObject({
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
  })
  .meta({ id: 'ApiToken' });

export const newTokenAnswer = z
  .strictObject({ token: z.string().describe('The secret itself'), about: tokenSchema })
  .meta({ id: 'CreatedToken' });
