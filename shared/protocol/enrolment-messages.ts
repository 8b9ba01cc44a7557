import { z } from 'zod';
import type { ErrorCode } from '../error-codes.ts';
import { base64url, name, unixMs } from './fields.ts';
import { desiredConfigSchema } from './remote-config.ts';

/**
 * Enrolment happens over HTTPS, before any key of the kiosk is known: `POST /enrol` with
 * {@link enrolRequestSchema}, answered 200 with {@link enrolAnswerSchema}, or with
 * `{code: EnrolFailureCode}`.
 */
export const ENROL_PATH = '/enrol';

/** Crockford's base32: no I, L, O or U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A code as both ends hash and compare it: 16 characters, upper case, no separators. */
export const enrolCodeSchema = z
  .string()
  .max(64)
  .transform(normalizeEnrolCode)
  .pipe(z.string().regex(/^[0-9A-HJKMNP-TV-Z]{16}$/));

/** Reads a code as people type it: any case, with or without hyphens, O for 0, I and L for 1. */
export function normalizeEnrolCode(typed: string): string {
  return typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
}

/** A code as it is printed: `XXXX-XXXX-XXXX-XXXX`. */
export function formatEnrolCode(code: string): string {
  return code.replaceAll(/.{4}(?=.)/g, '$&-');
}

/** A new code from ten random bytes, handed in. */
export function makeEnrolCode(random: Uint8Array): string {
  if (random.length !== 10) {
    throw new RangeError('An enrolment code is made from ten random bytes');
  }
  const bits = [...random].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five, 2)]).join('');
}

const PREFIX = 'VARCO-ENROL:';

/** What an enrolment QR says: where to ask, and with which code. */
export interface EnrolInvitation {
  /** An origin such as `https://varco.example.it`. */
  server: string;
  code: string;
}

/**
 * The text of an enrolment QR: upper case, so that the symbol stays alphanumeric and small.
 *
 * @example formatInvitation({ server: 'https://varco.example.it', code })
 * // VARCO-ENROL:HTTPS://VARCO.EXAMPLE.IT/0123456789ABCDEF
 */
export function formatInvitation({ server, code }: EnrolInvitation): string {
  return `${PREFIX}${new URL(server).origin}/${code}`.toUpperCase();
}

/** Reads an enrolment QR; `undefined` for any other text, and for a server that is not safe to ask. */
export function parseInvitation(text: string): EnrolInvitation | undefined {
  const found = /^VARCO-ENROL:(HTTPS?:\/\/[^/\s@]{1,255})\/([0-9A-Z]{16})$/i.exec(text.trim());
  const server = found?.[1] && safeServer(found[1]);
  const code = enrolCodeSchema.safeParse(found?.[2] ?? '');
  return server && code.success ? { server, code: code.data } : undefined;
}

/** The origin of a server that a kiosk may talk to: `https`, or plain to this machine itself. */
export function safeServer(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLoopback = ['127.0.0.1', '[::1]', 'localhost'].includes(url?.hostname ?? '');
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback);
  return isSafe ? url?.origin : undefined;
}

/** What a kiosk asks with. */
export const enrolRequestSchema = z.strictObject({
  code: enrolCodeSchema,
  /** Ed25519, 32 bytes. */
  publicKey: base64url(32),
  software: z.string().max(64),
  /** The kiosk's clock, Unix milliseconds. */
  time: unixMs,
  /** By the new key over {@link enrolMessage}: who asks holds it. */
  signature: base64url(64),
});
export type EnrolRequest = z.infer<typeof enrolRequestSchema>;

/** The bytes under an enrolment's signature. @param host of the URL that was asked, lower case. */
export function enrolMessage(
  host: string,
  { code, publicKey, time }: Pick<EnrolRequest, 'code' | 'publicKey' | 'time'>,
): Uint8Array {
  return new TextEncoder().encode(
    ['varco.v1 enrol', host, code, publicKey, String(time)].join('\n'),
  );
}

/** What the server gives a kiosk that it enrolled; the rest comes with its first boot. */
export const enrolAnswerSchema = z.strictObject({
  kioskId: name,
  /** Where the link goes, on the same server: `/link`. */
  linkPath: z.string().regex(/^\/[!-~]{0,127}$/),
  gate: z.strictObject({ name, policy: name }),
  /** The hosts whose codes this gate reads. */
  hosts: z.array(z.string().min(1).max(255)).min(1).max(16),
  credentialKeys: z
    .array(z.strictObject({ keyId: z.string().regex(/^[0-9a-f]{8}$/), publicKey: base64url(32) }))
    .min(1)
    .max(32),
  serverTime: unixMs,
  desired: desiredConfigSchema.optional(),
});
export type EnrolAnswer = z.infer<typeof enrolAnswerSchema>;

/**
 * Why an enrolment is refused. `codeRefused`: unknown, used, expired or revoked, without saying which;
 * `proofRefused`: the signature or the clock; `busy`: too many tries, later again.
 */
export const enrolFailureCodes = [
  'codeRefused',
  'proofRefused',
  'busy',
  'unavailable',
] as const satisfies readonly ErrorCode[];
export type EnrolFailureCode = (typeof enrolFailureCodes)[number];
