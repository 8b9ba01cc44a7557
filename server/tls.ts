import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { SecureContextOptions } from 'node:tls';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import { errorCode, VarcoError } from '../shared/errors.ts';

/** TLS of the server's own listener; absent when a proxy on this machine terminates TLS. */
export const tlsConfigSchema = z
  .strictObject({
    /** The certificate with its chain, a PEM file. */
    certFile: z.string().min(1),
    /** Its private key, a PEM file, 0600. */
    keyFile: z.string().min(1),
    /** The authorities whose client certificates are accepted, a PEM file. */
    clientCaFile: z.string().min(1).optional(),
    /**
     * The sites whose kiosks (or `all`) must present a client certificate besides their proof, with the
     * kiosk's id as its common name.
     */
    demandClientCertificate: z
      .union([z.literal('all'), z.array(z.string().min(1).max(64)).min(1).max(1_000)])
      .optional(),
  })
  .refine(({ clientCaFile, demandClientCertificate }) => clientCaFile || !demandClientCertificate, {
    path: ['clientCaFile'],
    error: 'is needed where a client certificate is demanded',
  });
export type TlsConfig = z.infer<typeof tlsConfigSchema>;

/** The listener's TLS options. */
export interface TlsOptions extends SecureContextOptions {
  cert: Buffer;
  key: Buffer;
  ca?: Buffer | undefined;
  minVersion: 'TLSv1.2';
  handshakeTimeout: number;
  requestCert: boolean;
  rejectUnauthorized: false;
}

/** Closes a connection that has not completed its handshake after this time. */
const HANDSHAKE_MS = 10_000;

/**
 * Reads the files of a TLS config. The listener requests a client certificate but leaves it to the link to
 * require one, because it also serves browsers, which have none.
 *
 * @throws VarcoError `tlsUnusable` when a file is missing, or certificate and key do not match.
 */
export async function readTls(config: TlsConfig): Promise<TlsOptions> {
  try {
    const [cert, key, ca] = await Promise.all([
      readFile(config.certFile),
      readFile(config.keyFile),
      config.clientCaFile === undefined ? undefined : readFile(config.clientCaFile),
    ]);
    createSecureContext({ cert, key, ca });
    return {
      cert,
      key,
      ca,
      minVersion: 'TLSv1.2',
      handshakeTimeout: HANDSHAKE_MS,
      requestCert: ca !== undefined,
      rejectUnauthorized: false,
    };
  } catch (cause) {
    const message = `listen.tls: the certificate or the key can't be used (${errorCode(cause)})`;
    throw new VarcoError('tlsUnusable', message, { cause });
  }
}

/** When the listener's certificate and the authorities for client certificates expire. */
export function certificateExpiries(tls: TlsOptions | undefined): { name: string; at: number }[] {
  if (!tls) {
    return [];
  }
  return [
    ...expiriesIn(tls.cert, () => 'certificate of the server'),
    ...expiriesIn(tls.ca, (certificate) => `authority ${commonName(certificate)}`),
  ];
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function expiriesIn(
  pem: Buffer | undefined,
  nameOf: (certificate: X509Certificate) => string,
): { name: string; at: number }[] {
  return [...String(pem ?? '').matchAll(PEM)].map(([text]) => {
    const certificate = new X509Certificate(text);
    return { name: nameOf(certificate), at: Date.parse(certificate.validTo) };
  });
}

function commonName({ subject }: X509Certificate): string {
  return (/^CN=(.*)$/m.exec(subject)?.[1] ?? 'without a name').slice(0, 64);
}
