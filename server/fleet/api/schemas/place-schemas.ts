import { z } from 'zod';
import { gateChangeSchema, gateSchema } from '../../places/gates.ts';
import { siteChangeSchema, siteSchema } from '../../places/sites.ts';
import { at } from './fields.ts';

export const newSiteInput = siteSchema.meta({ id: 'NewSite' });
export const siteChangeInput = siteChangeSchema.meta({ id: 'SiteChange' });
export const newGateInput = gateSchema.meta({ id: 'NewGate' });
export const gateChangeInput = gateChangeSchema.meta({ id: 'GateChange' });

export const siteAnswerSchema = z
  .strictObject({ ...siteSchema.shape, createdAt: at })
  .meta({ id: 'Site' });
export const gateAnswerSchema = z
  .strictObject({ ...gateSchema.shape, createdAt: at })
  .meta({ id: 'Gate' });

export const enrolmentCodeSchema = z
  .strictObject({
    gate: z.string(),
    title: z.string(),
    site: z.string(),
    code: z.string(),
    invitation: z.string().describe('The text of the QR code that a new kiosk reads'),
    expiresAt: at,
    replaces: z.string().optional().describe('The kiosk whose key ends when the code is used'),
  })
  .meta({ id: 'EnrolmentCode' });
