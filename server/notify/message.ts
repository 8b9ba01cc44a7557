import { z } from 'zod';
import { VarcoError } from '../../shared/errors.ts';
import { type Language, languages } from '../../shared/language.ts';
import { holdsPerson, withoutPersons } from './person-shape.ts';
import { type Channel, type DataOf, type TemplateName, templates } from './templates.ts';

/** A file attached to an e-mail. */
export interface Attachment {
  /** Such as `qr-code.pdf`; never a person's name. */
  filename: string;
  contentType: 'application/pdf';
  content: Buffer;
}

/** A person of the registry (the contact on file at the time of sending), an address, or both. */
export type Recipient = { kind: Channel } & (
  | { personId: number; address?: string }
  | { personId?: number | undefined; address: string }
);

export interface MessageRequest<Name extends TemplateName = TemplateName> {
  /** Idempotency key, remembered for 30 days, such as `alert:17:raised`. */
  key: string;
  to: Recipient;
  template: Name;
  /** Absent: the language the person chose, or Italian. */
  language?: Language | undefined;
  data: DataOf<Name>;
  attachments?: readonly Attachment[];
}

/** The part of a message that the outbox stores encrypted. */
export interface Body {
  address?: string | undefined;
  language?: Language | undefined;
  data: unknown;
  attachments: { filename: string; contentType: string; content: string }[];
}

/** Bound on the encrypted body, in characters; the PDF of a code is some 60 KB. */
export const BODY_BYTES_MAX = 1_000_000;
const ATTACHMENTS_MAX = 4;

const addresses = { email: z.email().max(254), sms: z.e164() } as const;
const keySchema = z.string().regex(/^[\x21-\x7e]{1,200}$/);
const filename = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);

/** A message that may be queued. */
export interface CheckedMessage {
  body: Body;
  /** Something in it had the shape of a codice fiscale or a credential, and is masked. */
  isMasked: boolean;
}

/**
 * Validates a message before it is queued, and masks what could identify a person in its text.
 *
 * @throws VarcoError `messageInvalid` (a key, address or data that the template does not allow),
 * `messageHoldsPerson` (a codice fiscale or a credential in the key). Neither quotes the message.
 */
export function checkMessage(request: MessageRequest): CheckedMessage {
  const { key, to, template, language, data, attachments = [] } = request;
  const { data: schema } = templates[template];
  const channels: readonly Channel[] = templates[template].channels;
  const isValid =
    keySchema.safeParse(key).success &&
    channels.includes(to.kind) &&
    (to.address === undefined
      ? Number.isSafeInteger(to.personId)
      : addresses[to.kind].safeParse(to.address).success) &&
    (language === undefined || languages.includes(language)) &&
    attachments.length <= (to.kind === 'email' ? ATTACHMENTS_MAX : 0) &&
    attachments.every((one) => filename.safeParse(one.filename).success);
  const parsed = schema.safeParse(data);
  if (!isValid || !parsed.success) {
    throw new VarcoError('messageInvalid', `A message ${template} is not as it must be`);
  }
  if (holdsPerson(key)) {
    throw new VarcoError('messageHoldsPerson', `The key of a message ${template} names a person`);
  }
  const isMasked = holdsPerson(JSON.stringify(parsed.data));
  const body = {
    address: to.address,
    language,
    data: isMasked ? withoutPersons(parsed.data) : parsed.data,
    attachments: attachments.map((one) => ({
      filename: one.filename,
      contentType: one.contentType,
      content: one.content.toString('base64'),
    })),
  };
  return { body, isMasked };
}
