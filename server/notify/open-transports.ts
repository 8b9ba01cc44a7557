import { readFile } from 'node:fs/promises';
import type { Clock } from '../../shared/clock.ts';
import { errorCode, VarcoError } from '../../shared/errors.ts';
import { HttpSmsTransport } from './http-sms.ts';
import { type EmailConfig, type NotifyConfig, readSecret } from './notify-config.ts';
import { SmppTransport } from './smpp.ts';
import { SmtpTransport } from './smtp.ts';
import type { MailTransport, SmsTransport, Transports } from './transport.ts';

/** Secrets that are given in the environment instead of a file. */
interface Environment {
  VARCO_SMTP_PASSWORD?: string | undefined;
  VARCO_SMS_SECRET?: string | undefined;
}

/**
 * Creates the transports that the config names. Nothing is connected yet.
 *
 * @throws VarcoError `secretMissing`, `secretUnreadable`, `fileUnreadable`.
 */
export async function openTransports(
  config: NotifyConfig | undefined,
  clock: Clock,
  environment: Environment,
): Promise<Transports> {
  return {
    email: config?.email && (await openEmail(config.email, environment)),
    sms: config?.sms && (await openSms(config.sms, clock, environment)),
  };
}

/**
 * Transports for a command that works on the server's data: it only writes to the outbox, and the server
 * sends. No secret is read.
 */
export function queueOnly(config: NotifyConfig | undefined): Transports {
  const send = () => Promise.resolve({ outcome: 'unreachable', code: 'notHere' } as const);
  const stop = () => Promise.resolve();
  return {
    email: config?.email && { channel: 'email', send, stop },
    sms: config?.sms && { channel: 'sms', send, stop },
  };
}

async function openEmail(config: EmailConfig, environment: Environment): Promise<MailTransport> {
  const { user, passwordFile, caFile, dkim } = config;
  const value = environment.VARCO_SMTP_PASSWORD;
  const password =
    user === undefined
      ? undefined
      : await readSecret(passwordFile, { name: 'VARCO_SMTP_PASSWORD', value });
  const ca = caFile && (await read(caFile));
  const dkimKey = dkim && (await read(dkim.keyFile));
  return new SmtpTransport(config, { password, ca, dkimKey });
}

async function openSms(
  config: NonNullable<NotifyConfig['sms']>,
  clock: Clock,
  environment: Environment,
): Promise<SmsTransport> {
  const fromEnvironment = { name: 'VARCO_SMS_SECRET', value: environment.VARCO_SMS_SECRET };
  if (config.kind === 'http') {
    return new HttpSmsTransport(config, await readSecret(config.tokenFile, fromEnvironment));
  }
  const password = await readSecret(config.passwordFile, fromEnvironment);
  const ca = config.caFile && (await read(config.caFile));
  return new SmppTransport(config, { password, ca }, clock);
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new VarcoError('fileUnreadable', `The file ${path} can't be read (${errorCode(error)})`);
  }
}
