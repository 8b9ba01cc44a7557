import { z } from 'zod';
import { alertsConfigSchema } from './alerts/alerts.ts';

/** The fleet's part of the server's config. */
export const fleetConfigSchema = z.strictObject({
  alerts: alertsConfigSchema.prefault({}),
  /**
   * Who may read `/metrics`: `token`, whoever has a token with the scope `metrics:read`; `loopback`,
   * also every program of this machine: only where no proxy on it forwards others' requests.
   */
  metrics: z.enum(['token', 'loopback']).default('token'),
});
export type FleetConfig = z.infer<typeof fleetConfigSchema>;
