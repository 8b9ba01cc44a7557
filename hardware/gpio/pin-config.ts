import { z } from 'zod';

/** A pin by its Broadcom number; `activeLow`: its device is on when the wire is low. */
export const pinSchema = z.strictObject({
  pin: z.number().int().min(0).max(255),
  activeLow: z.boolean().default(false),
});
