import { z } from 'zod';
import { type AlertsConfig, alertsConfigSchema } from './alerts/alerts.ts';
import { readWebhook } from './alerts/webhook.ts';

/** The fleet's part of the server's config. */
export const fleetConfigSchema = z.strictObject({
  alerts: alertsConfigSchema.prefault({}),
  /**
   * Who may read `/metrics`: `token`, whoever has a token with the scope `metrics:read`; `loopback`,
   * also every program of this machine: only where no proxy on it forwards others' requests.
   */
  metrics: z.enum(['token', 'loopback']).default('token'),
});

/** The config with what its files hold. */
export interface FleetConfig {
  alerts: AlertsConfig;
  metrics: 'token' | 'loopback';
}

/** Reads what the config names in files. @throws VarcoError `webhookSecretUnusable`. */
export async function readFleetConfig(
  given: z.infer<typeof fleetConfigSchema>,
): Promise<FleetConfig> {
  const webhooks = await Promise.all(given.alerts.webhooks.map(readWebhook));
  return { ...given, alerts: { ...given.alerts, webhooks } };
}

/** The config with every path made whole by `resolve`. */
export function resolveFleetPaths<Given extends z.infer<typeof fleetConfigSchema>>(
  config: Given,
  resolve: (path: string) => string,
): Given {
  const webhooks = config.alerts.webhooks.map((hook) => ({
    ...hook,
    secretFile: resolve(hook.secretFile),
  }));
  return { ...config, alerts: { ...config.alerts, webhooks } };
}
