import { z } from 'zod';
import { languages } from './session/texts/language.ts';

const ms = (least: number, most: number) => z.number().int().min(least).max(most);

/** Whether a URL may carry the link: encrypted, or plain to this machine only (design, decision 5). */
function isSafeLink(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'wss:') {
    return true;
  }
  const loopback = ['127.0.0.1', '[::1]', 'localhost'].includes(url?.hostname ?? '');
  return url?.protocol === 'ws:' && loopback;
}

/** How a session runs; every time in milliseconds. */
export const sessionConfigSchema = z.strictObject({
  language: z.enum(languages).default('it'),
  entryMethod: z.enum(['direct', 'keyIndex', 'multiTap']).default('direct'),
  entryMs: ms(5_000, 600_000).default(60_000),
  warningMs: ms(1_000, 120_000).default(20_000),
  verdictMs: ms(1_000, 60_000).default(8_000),
  refusalMs: ms(1_000, 60_000).default(6_000),
  answerMs: ms(100, 30_000).default(3_000),
  pulseMs: ms(50, 10_000).default(1_000),
});

/** The link to the server. The key file holds this kiosk's Ed25519 private key (PKCS #8 PEM, 0600). */
export const linkConfigSchema = z.strictObject({
  url: z.string().refine(isSafeLink, 'must be wss://, or ws:// to this machine itself'),
  kioskId: z.string().min(1).max(64),
  keyFile: z.string().min(1),
  /** A PEM file with the authority that the server's certificate must come from, if not a public one. */
  caFile: z.string().min(1).optional(),
});
export type LinkConfig = z.infer<typeof linkConfigSchema>;

/** Deciding without the server. Absent: a gate without its link can check nobody. */
export const offlineConfigSchema = z.strictObject({
  /** Where the list and the facts not yet delivered are kept; made when it is not there. */
  folder: z.string().min(1),
  /** How long a person waits for the server before the list is asked: the p99 of a good day. */
  budgetMs: ms(50, 10_000).default(800),
  /** How often a newer list is looked for, beside being told of one. */
  pollMs: ms(1_000, 3_600_000).default(60_000),
});
export type OfflineConfig = z.infer<typeof offlineConfigSchema>;

/** What the list needs of the time in which a person is answered: its key derivation on a small machine. */
const LIST_ANSWER_MS = 1_000;

/**
 * The kiosk's config file. `hardware` is checked by the drivers it names, each against its own schema
 * (hardware/open.ts); nothing secret stands in it, only the names of files that hold secrets.
 */
export const kioskConfigSchema = z
  .strictObject({
    $schema: z.string().optional(),
    link: linkConfigSchema,
    session: sessionConfigSchema.prefault({}),
    offline: offlineConfigSchema.optional(),
    hardware: z.record(z.string(), z.unknown()),
    log: z
      .strictObject({ level: z.enum(['debug', 'info', 'warn', 'error']) })
      .default({ level: 'info' }),
  })
  .refine(
    ({ offline, session }) => !offline || offline.budgetMs + LIST_ANSWER_MS <= session.answerMs,
    { path: ['offline', 'budgetMs'], error: 'must be at least 1000 below session.answerMs' },
  );
export type KioskConfig = z.infer<typeof kioskConfigSchema>;
