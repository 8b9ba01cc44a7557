import { z } from 'zod';

/** The channels of a message. PEC is e-mail through another provider's SMTP server. */
export const channels = ['email', 'sms'] as const;
export type Channel = (typeof channels)[number];

const MINUTE_MS = 60_000;

/** A page of this service or the site; never a credential's URL (`/v/…`), which is the code itself. */
const link = z
  .url({ protocol: /^https?$/ })
  .max(300)
  .refine((url) => !/\/v\/\d/i.test(new URL(url).pathname), 'is a credential');
const digits = z.string().regex(/^[0-9]{6}$/);
const text = (length: number) => z.string().min(1).max(length);

/**
 * The message templates with their channels and data. A template that carries a code has no field for a
 * name, a codice fiscale or a credential, so that no message holds a code together with the person.
 *
 * `lifeMs`: the message is useless after this time, so it is sent before all others. Templates without it
 * may wait for days.
 */
export const templates = {
  /** To the citizen: an operator or a gate asks for the second level. */
  secondLevelCode: {
    channels: ['sms', 'email'],
    lifeMs: 5 * MINUTE_MS,
    data: z.strictObject({ code: digits }),
  },
  /** The second level itself, to the citizen's own address. */
  secondLevelDetail: { channels: ['email'], data: z.strictObject({ text: text(8000) }) },
  /** Confirms that a mobile number or an address is the citizen's. */
  contactCode: {
    channels: ['sms', 'email'],
    lifeMs: 5 * MINUTE_MS,
    data: z.strictObject({ code: digits }),
  },
  /** The first half of a PIN; the second comes by letter. */
  pinHalf: {
    channels: ['sms', 'email'],
    data: z.strictObject({ half: z.string().regex(/^[A-Za-z0-9]{8}$/) }),
  },
  /** *Invio mail*: the code as an attached PDF. */
  credentialPdf: { channels: ['email'], data: z.strictObject({}) },
  /** A verbale became definitive; nothing about its content. */
  verbaleDefinitive: { channels: ['sms', 'email'], data: z.strictObject({ link }) },
  /** A code was issued in the citizen's name. */
  credentialIssued: { channels: ['sms', 'email'], data: z.strictObject({ link }) },
  /** A code was revoked, by the citizen or on the citizen's behalf. */
  credentialRevoked: { channels: ['sms', 'email'], data: z.strictObject({ link }) },
  /** Somebody tries codici fiscali with the citizen's code, more often than is allowed in a day. */
  codeGuessed: { channels: ['sms', 'email'], data: z.strictObject({ link }) },
  /** Somebody typed wrong one-time codes of the citizen until it was locked for a day. */
  codesLocked: { channels: ['sms', 'email'], data: z.strictObject({ link }) },
  /** The Disability Card was issued. */
  cardIssued: { channels: ['sms', 'email'], data: z.strictObject({ link }) },
  /** Somebody may act for the citizen from now on. */
  delegation: { channels: ['sms', 'email'], data: z.strictObject({ link }) },
  /** Invites an operator or administrator with a link that works once. */
  staffInvitation: { channels: ['email'], data: z.strictObject({ link, validUntil: text(40) }) },
  /** Something in the fleet needs attention; never about a person. */
  fleetAlert: {
    channels: ['email', 'sms'],
    data: z.strictObject({
      title: text(120),
      lines: z.array(text(200)).max(40),
      link: link.optional(),
    }),
  },
} as const satisfies Record<
  string,
  { channels: readonly Channel[]; lifeMs?: number; data: z.ZodType }
>;

export type TemplateName = keyof typeof templates;
export type DataOf<Name extends TemplateName> = z.infer<(typeof templates)[Name]['data']>;

/** How long a message of this template is useful, in milliseconds; undefined without a limit. */
export function lifeOf(name: TemplateName): number | undefined {
  const template = templates[name];
  return 'lifeMs' in template ? template.lifeMs : undefined;
}
