import { z } from 'zod';
import { defaultLanguage, type Language, languages } from '../../../shared/language.ts';
import type { Tx } from '../../store/store.ts';
import { thresholdsSchema } from './rules.ts';
import { type Webhook, webhookSchema } from './webhook.ts';

export const alertsConfigSchema = z.strictObject({
  /** Who gets e-mails, each in one language; a bare address in Italian. */
  email: z
    .array(
      z.union([
        z.email().transform((address) => ({ address, language: defaultLanguage })),
        z.strictObject({ address: z.email(), language: z.enum(languages) }),
      ]),
    )
    .max(20)
    .default([]),
  webhooks: z.array(webhookSchema).max(8).default([]),
  /** The same alert is not sent again before this, in minutes. */
  repeatMinutes: z.number().min(1).max(10_080).default(60),
  thresholds: thresholdsSchema.prefault({}),
});
/** The config with the hooks' secrets read. */
export type AlertsConfig = Omit<z.infer<typeof alertsConfigSchema>, 'webhooks'> & {
  webhooks: readonly Webhook[];
};

/** Writes an e-mail to the outbox in the caller's transaction. */
export type QueueMail = (
  tx: Tx,
  mail: {
    key: string;
    address: string;
    language: Language;
    title: string;
    lines: string[];
    link: string;
  },
) => Promise<void>;
