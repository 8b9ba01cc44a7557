import { z } from 'zod';
import { defaultLanguage, languages } from '../shared/language.ts';
import { modes } from './session/state.ts';

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

/** How long each kind of gate waits: a station is in a hurry, a desk is not. */
const paces = {
  museum: { entryMs: 60_000, verdictMs: 8_000, refusalMs: 6_000, pulseMs: 1_000 },
  transport: { entryMs: 40_000, verdictMs: 4_000, refusalMs: 4_000, pulseMs: 1_000 },
  desk: { entryMs: 120_000, verdictMs: 20_000, refusalMs: 10_000, pulseMs: 1_000 },
} as const;

const pacedTimes = ['entryMs', 'verdictMs', 'refusalMs', 'pulseMs'] as const;

/** How a session runs; every time in milliseconds. A time that is left out is the mode's. */
export const sessionConfigSchema = z
  .strictObject({
    mode: z.enum(modes).default('museum'),
    language: z.enum(languages).default(defaultLanguage),
    entryMethod: z.enum(['direct', 'keyIndex', 'multiTap']).default('direct'),
    entryMs: ms(5_000, 600_000).optional(),
    /** Time-outs are warned of at least 20 s ahead (EN 301 549, WCAG 2.2.1); less is for tests. */
    warningMs: ms(1_000, 120_000).default(20_000),
    verdictMs: ms(1_000, 60_000).optional(),
    refusalMs: ms(1_000, 60_000).optional(),
    answerMs: ms(100, 30_000).default(3_000),
    pulseMs: ms(50, 10_000).optional(),
    selfTestMs: ms(1_000, 60_000).default(10_000),
    selfTestAtStart: z.boolean().default(true),
    receipt: z.enum(['none', 'shown', 'printed']).default('shown'),
    /** `headset`: the gate is silent until somebody plugs one in. */
    voice: z.enum(['always', 'headset']).default('always'),
    /** Whether the glass takes touches: then a lost keypad does not close the gate. */
    touch: z.boolean().default(true),
    /** Who is responsible for the data, named in the privacy notice. */
    controller: z.string().min(1).max(120).optional(),
  })
  .transform((input) => {
    const pace = paces[input.mode];
    return {
      ...input,
      /** The times that are the mode's: another mode brings its own. */
      paced: pacedTimes.filter((time) => input[time] === undefined),
      entryMs: input.entryMs ?? pace.entryMs,
      verdictMs: input.verdictMs ?? pace.verdictMs,
      refusalMs: input.refusalMs ?? pace.refusalMs,
      pulseMs: input.pulseMs ?? pace.pulseMs,
    };
  });

export type SessionConfig = z.infer<typeof sessionConfigSchema>;

/** The link to the server. The key file holds this kiosk's Ed25519 private key (PKCS #8 PEM, 0600). */
export const linkConfigSchema = z
  .strictObject({
    url: z
      .string()
      .refine(isSafeLink, 'must be wss://, or ws:// to this machine itself')
      .optional(),
    kioskId: z.string().min(1).max(64).optional(),
    keyFile: z.string().min(1).optional(),
    /**
     * Where an enrolled kiosk keeps who it is, and the config that its server gave it; made when it is
     * not there. Without the three above, the kiosk asks for its enrolment code when it has none yet.
     */
    folder: z.string().min(1).optional(),
    /** A PEM file with the authority that the server's certificate must come from, if not a public one. */
    caFile: z.string().min(1).optional(),
    /** PEM files: a client certificate and its key, where the site demands one (mutual TLS). */
    certFile: z.string().min(1).optional(),
    certKeyFile: z.string().min(1).optional(),
  })
  .superRefine(({ folder, url, kioskId, keyFile }, context) => {
    const missing = Object.entries({ url, kioskId, keyFile }).filter(
      ([, one]) => one === undefined,
    );
    if (missing.length === 3 && folder !== undefined) {
      return;
    }
    for (const [name] of missing) {
      const message = 'is missing: give url, kioskId and keyFile, or folder alone to be enrolled';
      context.addIssue({ code: 'custom', path: [name], message });
    }
  })
  .refine(({ certFile, certKeyFile }) => (certFile === undefined) === (certKeyFile === undefined), {
    path: ['certKeyFile'],
    error: 'certFile and certKeyFile go together',
  });
export type LinkConfig = z.infer<typeof linkConfigSchema>;

/** Deciding without the server. Absent: a gate without its link can check nobody. */
export const offlineConfigSchema = z.strictObject({
  /** Where the list and the facts not yet delivered are kept; made when it is not there. */
  folder: z.string().min(1),
  /** How long a person waits for the server before the list is asked: the p99 of a good day. */
  budgetMs: ms(50, 10_000).default(800),
  /** How often a newer list is asked for, besides when the server announces one. */
  pollMs: ms(1_000, 3_600_000).default(60_000),
});
export type OfflineConfig = z.infer<typeof offlineConfigSchema>;

/** What the list needs of the time in which a person is answered: its key derivation on a small machine. */
export const LIST_ANSWER_MS = 1_000;

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
