import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isSameText } from '../../keys/secret.ts';

/** Carries the secret by which the configured proxy authenticates itself. */
const SECRET_HEADER = 'x-varco-proxy-secret';
/** RFC 9440: the certificate as a structured-field byte sequence. */
const CERTIFICATE_HEADER = 'client-cert';
/** Headers by which proxies of all kinds forward client certificates. */
const CERTIFICATE_HEADERS =
  /^(client-cert(-chain)?|x-(ssl|tls|client|forwarded)-.*(cert|verify|dn).*|ssl[-_]client.*|x-arr-clientcert|x-client-(cert|verify|dn).*|x-varco-proxy-secret)$/i;
const CERTIFICATE_BYTES_MAX = 8192;
const SECRET_LENGTH_MIN = 32;

/** The proxy that terminates TLS with cards. */
export interface CardProxy {
  address: string;
  secret: string;
}

const certificates = new WeakMap<FastifyRequest, Uint8Array>();

/**
 * Removes every header about client certificates from every request. A certificate sent by the configured
 * proxy (with both its address and its secret) is kept for {@link certificateFromProxy}.
 */
export function stripCertificateHeaders(http: FastifyInstance, proxy: CardProxy | undefined): void {
  http.addHook('onRequest', (request, _reply, done) => {
    const { headers, socket } = request.raw;
    const header = headers[CERTIFICATE_HEADER];
    if (proxy && typeof header === 'string' && isFrom(proxy, socket.remoteAddress, headers)) {
      const certificate = readByteSequence(header);
      if (certificate) {
        certificates.set(request, certificate);
      }
    }
    for (const name of Object.keys(headers)) {
      if (CERTIFICATE_HEADERS.test(name)) {
        delete headers[name];
      }
    }
    done();
  });
}

/** The card's certificate as the configured proxy saw it, in DER. */
export function certificateFromProxy(request: FastifyRequest): Uint8Array | undefined {
  return certificates.get(request);
}

function isFrom(
  { address, secret }: CardProxy,
  peer: string | undefined,
  headers: NodeJS.Dict<string | string[]>,
): boolean {
  const header = headers[SECRET_HEADER];
  return (
    peer?.replace(/^::ffff:/, '') === address &&
    secret.length >= SECRET_LENGTH_MIN &&
    typeof header === 'string' &&
    isSameText(header, secret)
  );
}

/** `:BASE64:` (RFC 9651 §3.3.5). */
function readByteSequence(text: string): Uint8Array | undefined {
  const [, base64] = /^:([A-Za-z0-9+/]+={0,2}):$/.exec(text) ?? [];
  return base64 === undefined || base64.length > CERTIFICATE_BYTES_MAX
    ? undefined
    : Buffer.from(base64, 'base64');
}
