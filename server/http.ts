import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { errorCode } from '../shared/errors.ts';
import { type SocketLimits, slowness } from './fleet/link/link-limits.ts';
import { answeredCode, httpStatusOf } from './http-status.ts';
import type { Keyring } from './keys/keyring.ts';
import type { Log } from './log.ts';
import { answerUnreadable, refuseMalformed } from './malformed-requests.ts';
import type { Proxies } from './proxies.ts';
import { sharedFor, storeReadiness } from './readiness.ts';
import { access, stateAccess } from './route-access.ts';
import { securityHeaders } from './security-headers.ts';
import type { Store } from './store/store.ts';
import type { TlsOptions } from './tls.ts';
import { serveAssets, type WebAsset } from './web/assets.ts';
import { guardRequests } from './web/headers.ts';
import { type Pages, wantsPage } from './web/page-renderer.tsx';

/** The largest HTTP body, in bytes. */
const BODY_BYTES_MAX = 65_536;
/** A photo over a slow phone takes its time; how long a request's head may take is `slowness`'s. */
const REQUEST_MS_MAX = 60_000;
/** Anybody may ask whether the server is ready; the database is asked once in this time at most. */
const READY_FOR_MS = 1000;

/** What the server's pages need. */
export interface WebDeps {
  assets: readonly WebAsset[];
  /** Such as `https://varco.example.it`; absent: each request's own host, for a demonstration. */
  origin?: string | undefined;
  /** Addresses of the proxies whose `X-Forwarded-*` are trusted. */
  proxies?: readonly string[];
}

export interface HttpDeps {
  store: Store;
  keyring: Keyring;
  /** The code of what is wrong with the keyring file now, for `/readyz`. */
  keyringProblem: () => string | undefined;
  log: Log;
  web: WebDeps | undefined;
  /** Absent: errors are answered as JSON alone. */
  pages: Pages | undefined;
  tls: TlsOptions | undefined;
  socketLimits: SocketLimits;
  proxies: Proxies;
}

/** The HTTP server with what every route has in common, the health routes and the published keys. */
export function createHttp(deps: HttpDeps): FastifyInstance {
  const { log, web } = deps;
  // A request without its host gets an answer of ours, too.
  const open = { ...slowness(deps.socketLimits), requireHostHeader: false };
  const headers = securityHeaders(web?.origin);
  const http = fastify({
    logger: false,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_MS_MAX,
    forceCloseConnections: true,
    ...(deps.tls ? { https: { ...deps.tls, ...open } } : { http: open }),
    trustProxy: web?.proxies?.length ? [...web.proxies] : false,
    // Of an address that is none no route is found: its hooks do not run either.
    frameworkErrors: (error, request, reply) => {
      reply.headers(headers);
      answerError(deps, error, request, reply);
    },
    clientErrorHandler: (error, socket) => answerUnreadable(error, socket, headers),
  });
  stateAccess(http);
  http.register(cookie);
  http.register(formbody, { bodyLimit: BODY_BYTES_MAX });
  http.addHook('onRequest', (request, _reply, done) => {
    deps.proxies.see(request.raw);
    done();
  });
  guardRequests(http, web?.origin);
  refuseMalformed(http, headers);
  serveAssets(http, web?.assets ?? []);
  // Only the route's pattern is logged: a URL may hold a credential.
  http.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    log.debug({ method: request.method, route, status: reply.statusCode }, 'http');
    done();
  });
  answerErrors(http, deps);
  answerHealth(http, deps);
  return http;
}

function answerError(
  { log, pages }: HttpDeps,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const status = httpStatusOf(error);
  if (status >= 500) {
    log.error({ route: request.routeOptions.url, code: errorCode(error) }, 'http failed');
  }
  return pages && wantsPage(request)
    ? pages.problem(request, reply, status)
    : reply.code(status).send({ code: answeredCode(error) });
}

function answerErrors(http: FastifyInstance, deps: HttpDeps): void {
  const { pages } = deps;
  http.setErrorHandler((error, request, reply) => answerError(deps, error, request, reply));
  http.setNotFoundHandler((request, reply) =>
    pages && wantsPage(request)
      ? pages.problem(request, reply, 404)
      : reply.code(404).send({ code: 'notFound' }),
  );
}

function answerHealth(http: FastifyInstance, deps: HttpDeps): void {
  const { store, keyring, keyringProblem, proxies } = deps;
  http.get('/livez', access('public'), () => ({ status: 'ok' }));
  const storeProblem = sharedFor(READY_FOR_MS, () => storeReadiness(store));
  http.get('/readyz', access('public'), async (_request, reply) => {
    const problems = [await storeProblem(), keyringProblem()].filter((one) => one !== undefined);
    return problems.length > 0
      ? reply.code(503).send({ status: 'unavailable', problems })
      : { status: 'ok', ...(proxies.isUnnamed && { warnings: ['proxyUnnamed'] }) };
  });
  http.get('/.well-known/varco/keys.json', access('public'), (_request, reply) =>
    reply.header('cache-control', 'public, max-age=300').send({
      keys: keyring
        .credentialKeys()
        .map(({ keyId, publicKey }) => ({ kty: 'OKP', crv: 'Ed25519', kid: keyId, x: publicKey })),
    }),
  );
}
