import type { FastifyInstance, FastifyRequest } from 'fastify';
import { VarcoError } from '../../shared/errors.ts';
import { securityHeaders } from '../security-headers.ts';

/** What a page needs of the browser beyond the strictest policy. */
export interface PageNeeds {
  /** The camera, and WebAssembly that decodes what it sees. */
  camera?: boolean;
  /** Other origins to which a form of the page may lead, also by redirection. */
  formTargets?: readonly string[];
  /** Pictures that a script made in memory. */
  blobImages?: boolean;
}

/** A Content-Security-Policy (W3C CSP Level 3): nothing from elsewhere, nothing inline. */
export function contentSecurity(needs: PageNeeds = {}): string {
  const wasm = needs.camera ? " 'wasm-unsafe-eval'" : '';
  const blob = needs.blobImages || needs.camera ? ' blob:' : '';
  return [
    "default-src 'none'",
    `script-src 'self'${wasm}`,
    "style-src 'self'",
    `img-src 'self' data:${blob}`,
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    ...(needs.camera ? ["media-src 'self' blob:", "worker-src 'self' blob:"] : []),
    `form-action ${["'self'", ...(needs.formTargets ?? [])].join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Every answer's headers, and no change of anything on another site's word. */
export function guardRequests(http: FastifyInstance, origin: string | undefined): void {
  const headers = securityHeaders(origin);
  http.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers);
    const checked = request.routeOptions.config.anySite !== true;
    done(checked && isForeign(request, origin) ? foreign() : undefined);
  });
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** No session stands behind this route: another site's page may as well ask. */
    anySite?: boolean;
  }
}

const reading = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether another site's page makes the browser send this (OWASP ASVS 5.0, 3.5.1). A program that says
 * neither header is no browser, and carries no cookies that it does not own.
 */
function isForeign(request: FastifyRequest, own: string | undefined): boolean {
  if (reading.has(request.method)) {
    return false;
  }
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) {
    return site !== 'same-origin' && site !== 'none';
  }
  const { origin } = request.headers;
  const expected = own ?? `${request.protocol}://${request.headers.host}`;
  return origin !== undefined && origin !== expected;
}

function foreign(): VarcoError {
  return new VarcoError('foreignRequest', 'A page of another site asked for this');
}
