import { z } from 'zod';
import { VarcoError } from '../../shared/errors.ts';
import { type Language, languages } from '../../shared/language.ts';
import { type Channel, type DataOf, type TemplateName, templates } from './templates.ts';

/** A file that goes with an e-mail. */
export interface Attachment {
  /** Such as `qr-code.pdf`; never of a person. */
  filename: string;
  contentType: 'application/pdf';
  content: Buffer;
}

/** For whom: a person of the registry (the contact on file when it is sent), an address, or both. */
export type Recipient = { kind: Channel } & (
  | { personId: number; address?: string }
  | { personId?: undefined; address: string }
);

export interface MessageRequest<Name extends TemplateName = TemplateName> {
  /** The same key again is the same message, for 30 days: such as `alert:17:raised`. */
  key: string;
  to: Recipient;
  template: Name;
  /** Absent: the person's own choice, or Italian. */
  language?: Language | undefined;
  data: DataOf<Name>;
  attachments?: readonly Attachment[];
}

/** What the outbox keeps sealed. */
export interface Body {
  address?: string | undefined;
  language?: Language | undefined;
  data: unknown;
  attachments: { filename: string; contentType: string; content: string }[];
}

/** The sealed body, in characters; a PDF of a code is some 60 KB. */
export const BODY_BYTES_MAX = 1_000_000;
const ATTACHMENTS_MAX = 4;

const addresses = { email: z.email().max(254), sms: z.e164() } as const;
const keySchema = z.string().regex(/^[\x21-\x7e]{1,200}$/);
const filename = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);

// A codice fiscale (omocodia too), or a credential's URL: neither is ever in a message of ours.
const PERSON_SHAPE =
  /\b[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]\b|\/v\/\d+\/[a-z0-9]{8}/i;

/**
 * Checks a message at the door.
 *
 * @throws VarcoError `messageInvalid` (a key, an address or data that its template does not take),
 * `messageHoldsPerson` (a codice fiscale or a credential in its words). Neither quotes the message.
 */
export function checkMessage(request: MessageRequest): Body {
  const { key, to, template, language, data, attachments = [] } = request;
  const { channels, data: schema } = templates[template];
  const good =
    keySchema.safeParse(key).success &&
    (channels as readonly string[]).includes(to.kind) &&
    (to.address === undefined
      ? Number.isSafeInteger(to.personId)
      : addresses[to.kind].safeParse(to.address).success) &&
    (language === undefined || languages.includes(language)) &&
    attachments.length <= (to.kind === 'email' ? ATTACHMENTS_MAX : 0) &&
    attachments.every((one) => filename.safeParse(one.filename).success);
  const parsed = schema.safeParse(data);
  if (!good || !parsed.success) {
    throw new VarcoError('messageInvalid', `A message ${template} is not as it must be`);
  }
  if (PERSON_SHAPE.test(JSON.stringify(parsed.data)) || PERSON_SHAPE.test(key)) {
    throw new VarcoError('messageHoldsPerson', `A message ${template} holds a person's code`);
  }
  return {
    ...(to.address === undefined ? {} : { address: to.address }),
    ...(language === undefined ? {} : { language }),
    data: parsed.data,
    attachments: attachments.map((one) => ({
      filename: one.filename,
      contentType: one.contentType,
      content: one.content.toString('base64'),
    })),
  };
}
