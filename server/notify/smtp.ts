import { createTransport, type Transporter } from 'nodemailer';
import type { EmailConfig } from './notify-config.ts';
import type { MailTransport, OutgoingMail, SendOutcome } from './transport.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** Of silence in the middle of a mail. */
const SOCKET_TIMEOUT_MS = 20_000;
const CONNECTIONS_MAX = 4;
const MAILS_PER_CONNECTION = 100;

/** What is secret of a mail account. */
export interface SmtpSecrets {
  password?: string | undefined;
  ca?: string | undefined;
  dkimKey?: string | undefined;
}

/** E-mail by SMTP (RFC 5321), over a few connections that are kept; PEC is SMTP as well. */
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
      tls: { minVersion: 'TLSv1.2', ...(ca ? { ca } : {}) },
      connectionTimeout: timeouts?.connectMs ?? CONNECT_TIMEOUT_MS,
      greetingTimeout: timeouts?.connectMs ?? CONNECT_TIMEOUT_MS,
      socketTimeout: timeouts?.socketMs ?? SOCKET_TIMEOUT_MS,
      ...(user ? { auth: { user, pass: password ?? '' } } : {}),
      ...(dkim && dkimKey
        ? {
            dkim: {
              domainName: dkim.domain,
              keySelector: dkim.selector,
              privateKey: dkimKey,
            },
          }
        : {}),
      // What is in a mail comes from us alone: it names no file and no address to fetch.
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
        ...(replyTo ? { replyTo } : {}),
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        attachments: mail.attachments.map(({ filename, contentType, content }) => ({
          filename,
          contentType,
          content,
        })),
        // Always the same for the same message: a second copy can be told by it (RFC 5322 §3.6.4).
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

interface SmtpError {
  code?: string;
  originalCode?: string;
  responseCode?: number;
  command?: string;
}

/** Nothing was handed over, and nothing else will be now. */
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

/** What a failed delivery means (RFC 5321 §4.2.1: 4yz come back, 5yz never). Exported for its table. */
export function outcomeOf(error: unknown): SendOutcome {
  const { code = 'unknown', originalCode = '', responseCode, command } = error as SmtpError;
  if (UNREACHABLE.has(code) || UNREACHABLE.has(originalCode) || originalCode.includes('CERT')) {
    return { outcome: 'unreachable', code: originalCode || code };
  }
  if (responseCode === undefined || responseCode < 500) {
    return { outcome: 'later', code: responseCode ? `smtp${responseCode}` : code };
  }
  // A refused sender is the account's fault: it is mended, and the same message goes.
  const isOurs = command === 'MAIL FROM' || command === 'CONN' || command === 'EHLO';
  return { outcome: isOurs ? 'later' : 'refused', code: `smtp${responseCode}` };
}
