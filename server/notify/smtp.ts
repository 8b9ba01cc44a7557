import { createTransport, type Transporter } from 'nodemailer';
import { z } from 'zod';
import type { EmailConfig } from './notify-config.ts';
import type { MailTransport, OutgoingMail, SendOutcome } from './transport.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** Longest silence in the middle of a mail. */
const SOCKET_TIMEOUT_MS = 20_000;
const CONNECTIONS_MAX = 4;
const MAILS_PER_CONNECTION = 100;

/** The secrets of a mail account. */
export interface SmtpSecrets {
  password?: string | undefined;
  ca?: string | undefined;
  dkimKey?: string | undefined;
}

/** E-mail over SMTP (RFC 5321) with a pool of connections; PEC is SMTP as well. */
export class SmtpTransport implements MailTransport {
  readonly channel = 'email';
  readonly #transporter: Transporter;
  readonly #config: EmailConfig;

  constructor(
    config: EmailConfig,
    secrets: SmtpSecrets,
    timeouts?: { connectMs: number; socketMs: number },
  ) {
    const { host, port, tls, user, dkim } = config;
    const { password, ca, dkimKey } = secrets;
    this.#config = config;
    this.#transporter = createTransport({
      pool: true,
      maxConnections: CONNECTIONS_MAX,
      maxMessages: MAILS_PER_CONNECTION,
      host,
      port,
      secure: tls === 'implicit',
      requireTLS: tls === 'starttls',
      ignoreTLS: tls === 'none',
      tls: { minVersion: 'TLSv1.2', ca },
      connectionTimeout: timeouts?.connectMs ?? CONNECT_TIMEOUT_MS,
      greetingTimeout: timeouts?.connectMs ?? CONNECT_TIMEOUT_MS,
      socketTimeout: timeouts?.socketMs ?? SOCKET_TIMEOUT_MS,
      auth: user ? { user, pass: password ?? '' } : undefined,
      dkim:
        dkim && dkimKey
          ? { domainName: dkim.domain, keySelector: dkim.selector, privateKey: dkimKey }
          : undefined,
      // A mail's content is ours alone and must never name a file or address to fetch.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  async send(mail: OutgoingMail): Promise<SendOutcome> {
    const { from, replyTo } = this.#config;
    const domain = from.address.slice(from.address.indexOf('@') + 1);
    try {
      await this.#transporter.sendMail({
        from,
        to: mail.to,
        replyTo,
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        attachments: mail.attachments.map(({ filename, contentType, content }) => ({
          filename,
          contentType,
          content,
        })),
        // The same for every copy of the same message, so that clients drop a second one (RFC 5322 §3.6.4).
        messageId: `<${mail.id}@${domain}>`,
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      });
      return { outcome: 'sent' };
    } catch (error) {
      return outcomeOf(error);
    }
  }

  stop(): Promise<void> {
    this.#transporter.close();
    return Promise.resolve();
  }
}

const smtpErrorSchema = z.object({
  code: z.string().default('unknown'),
  originalCode: z.string().default(''),
  responseCode: z.number().optional(),
  command: z.string().optional(),
});

/** Nothing was delivered, and no other mail would be now. */
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EDNS',
  'ETLS',
  'EAUTH',
  'ENOAUTH',
]);

/** What a failed delivery means (RFC 5321 §4.2.1: retry 4yz, never 5yz). Exported for its test table. */
export function outcomeOf(error: unknown): SendOutcome {
  const parsed = smtpErrorSchema.safeParse(error);
  const { code, originalCode, responseCode, command } = parsed.data ?? smtpErrorSchema.parse({});
  if (UNREACHABLE.has(code) || UNREACHABLE.has(originalCode) || originalCode.includes('CERT')) {
    return { outcome: 'unreachable', code: originalCode || code };
  }
  if (responseCode === undefined || responseCode < 500) {
    return { outcome: 'later', code: responseCode ? `smtp${responseCode}` : code };
  }
  // A refused sender is a problem of the account: once it is fixed, the same message can be sent.
  const isOurs = command === 'MAIL FROM' || command === 'CONN' || command === 'EHLO';
  return { outcome: isOurs ? 'later' : 'refused', code: `smtp${responseCode}` };
}
