import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { errorCode, VarcoError } from '../../shared/errors.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;
const hostName = z.string().regex(/^[A-Za-z0-9.:-]{1,253}$/);
const port = z.number().int().min(1).max(65_535);
const file = z.string().min(1);

const emailSchema = z
  .strictObject({
    host: hostName,
    port,
    /** `implicit`: TLS from the first byte (465); `starttls`: required (587); `none`: loopback only. */
    tls: z.enum(['implicit', 'starttls', 'none']),
    /** PEM file of the authority that signed the server's certificate, unless it is a public one. */
    caFile: file.optional(),
    /** The user's password is in `passwordFile` or the environment variable VARCO_SMTP_PASSWORD. */
    user: z.string().min(1).optional(),
    passwordFile: file.optional(),
    /** The sender. A PEC account works like any other, with its own address here. */
    from: z.strictObject({ name: z.string().min(1).max(100), address: z.email() }),
    replyTo: z.email().optional(),
    dkim: z
      .strictObject({ domain: hostName, selector: z.string().min(1).max(63), keyFile: file })
      .optional(),
  })
  .refine(({ tls, host }) => tls !== 'none' || LOOPBACK.test(host), {
    path: ['tls'],
    message: 'a mail server on another machine needs TLS',
  });

const sender = z.string().regex(/^([A-Za-z0-9 ]{1,11}|\+?[0-9]{3,15})$/);

const smppSchema = z
  .strictObject({
    kind: z.literal('smpp'),
    host: hostName,
    port,
    tls: z.boolean(),
    caFile: file.optional(),
    systemId: z.string().min(1).max(15),
    /** Or the environment's VARCO_SMS_SECRET; at most 8 characters, by the protocol. */
    passwordFile: file.optional(),
    systemType: z.string().max(12).default(''),
    /** A name of up to 11 letters, or a number. */
    from: sender,
  })
  .refine(({ tls, host }) => tls || LOOPBACK.test(host), {
    path: ['tls'],
    message: 'a message centre on another machine needs TLS',
  });

const httpSchema = z
  .strictObject({
    kind: z.literal('http'),
    url: z.url({ protocol: /^https?$/ }),
    /** The bearer token; or the environment's VARCO_SMS_SECRET. */
    tokenFile: file.optional(),
    from: sender.optional(),
    /** The gateway's names of the JSON fields. */
    fields: z
      .strictObject({
        to: z.string().min(1),
        text: z.string().min(1),
        from: z.string().min(1).optional(),
        id: z.string().min(1).optional(),
      })
      .default({ to: 'to', text: 'text', from: 'from', id: 'id' }),
  })
  .refine(({ url }) => url.startsWith('https:') || LOOPBACK.test(new URL(url).hostname), {
    path: ['url'],
    message: 'a gateway on another machine needs https',
  });

/** The channels for messages; an absent one is not used. Names the files of secrets, never a secret. */
export const notifyConfigSchema = z.strictObject({
  email: emailSchema.optional(),
  sms: z.union([smppSchema, httpSchema]).optional(),
});

export type NotifyConfig = z.infer<typeof notifyConfigSchema>;
export type EmailConfig = z.infer<typeof emailSchema>;
export type SmppConfig = z.infer<typeof smppSchema>;
export type HttpSmsConfig = z.infer<typeof httpSchema>;

/** The same config with absolute paths of files. */
export function resolveNotifyPaths(
  config: NotifyConfig,
  resolve: (path: string) => string,
): NotifyConfig {
  const names = ['passwordFile', 'caFile', 'tokenFile', 'keyFile'];
  return JSON.parse(JSON.stringify(config), (key, value) =>
    names.includes(key) && typeof value === 'string' ? resolve(value) : value,
  );
}

/**
 * A secret from its file or, without one, from the environment.
 *
 * @throws VarcoError `secretMissing`, `secretUnreadable`; neither says what is in it.
 */
export async function readSecret(
  path: string | undefined,
  fromEnvironment: { name: string; value: string | undefined },
): Promise<string> {
  if (path === undefined) {
    if (!fromEnvironment.value) {
      throw new VarcoError(
        'secretMissing',
        `A secret is in no file and not in ${fromEnvironment.name}`,
      );
    }
    return fromEnvironment.value;
  }
  try {
    return (await readFile(path, 'utf8')).trimEnd();
  } catch (error) {
    throw new VarcoError(
      'secretUnreadable',
      `The secret ${path} can't be read (${errorCode(error)})`,
    );
  }
}
