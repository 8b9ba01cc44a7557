import { z } from 'zod';
import { type AlertsConfig, alertsConfigSchema } from './alerts/alerts-config.ts';
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

/** The config with the content of the files that it names. */
export interface FleetConfig {
  alerts: AlertsConfig;
  metrics: 'token' | 'loopback';
}

/** Reads the files that the config names. @throws VarcoError `webhookSecretUnusable`. */
export async function readFleetConfig(
  config: z.infer<typeof fleetConfigSchema>,
): Promise<FleetConfig> {
  const webhooks = await Promise.all(config.alerts.webhooks.map(readWebhook));
  return { ...config, alerts: { ...config.alerts, webhooks } };
}

/** The config with every path made whole by `resolve`. */
export function resolveFleetPaths<Config extends z.infer<typeof fleetConfigSchema>>(
  config: Config,
  resolve: (path: string) => string,
): Config {
  const webhooks = config.alerts.webhooks.map((hook) => ({
    ...hook,
    secretFile: resolve(hook.secretFile),
  }));
  return { ...config, alerts: { ...config.alerts, webhooks } };
}
