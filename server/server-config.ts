import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { errorCode, VarcoError } from '../shared/errors.ts';
import { fleetConfigSchema, resolveFleetPaths } from './fleet/fleet-config.ts';
import { loginConfigSchema, resolveLoginPaths } from './login/login-config.ts';
import { notifyConfigSchema, resolveNotifyPaths } from './notify/notify-config.ts';
import { offlineListsConfigSchema } from './offline-list/offline-lists.ts';
import { tlsConfigSchema } from './tls.ts';

const webSchema = z.strictObject({
  /** The service's public origin, such as `https://varco.example.it`. */
  origin: z
    .url({ protocol: /^https?$/ })
    .refine(
      (text) => new URL(text).origin === text,
      'must be a scheme, a host and a port, and end there',
    )
    .optional(),
  /** Addresses or networks of reverse proxies whose `X-Forwarded-*` headers are trusted. */
  proxies: z.array(z.string().min(1)).max(16).default([]),
});

const pdndSchema = z.strictObject({
  tokenUrl: z.url({ protocol: /^https?$/ }),
  assertionAudience: z.string().min(1),
  clientId: z.string().min(1),
  keyId: z.string().min(1),
  /** The client's RSA private key, a PEM file. */
  keyFile: z.string().min(1),
  purposeId: z.string().min(1),
  serviceUrl: z.url({ protocol: /^https?$/ }),
  userLocation: z.string().min(1),
});

/** The server's config file. No host, address, key or credential has a default. */
export const serverConfigSchema = z.strictObject({
  /** The host in the codes' URLs, such as `varco.example.it`, lower case. */
  host: z.string().regex(/^[a-z0-9.-]+(:\d{1,5})?$/),
  /** Further hosts whose codes gates accept, such as an older name of this service. */
  alsoHosts: z
    .array(z.string().regex(/^[a-z0-9.-]+(:\d{1,5})?$/))
    .max(15)
    .default([]),
  listen: z.strictObject({
    address: z.string().min(1),
    /** 0: any free one. */
    port: z.number().int().min(0).max(65_535),
    tls: tlsConfigSchema.optional(),
  }),
  /** This node's name, unique per machine, because it names the node's audit chain. */
  node: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/),
  /** `sqlite:PATH` or `postgres://…`; the environment variable `VARCO_DATABASE_URL` takes precedence. */
  database: z.string().regex(/^(sqlite:.+|postgres(ql)?:\/\/.+)$/),
  /** The keyring file, 0600; created by `varco keys init`. */
  keyring: z.string().min(1),
  /** Lists by which gates decide while the network is down; absent: none. */
  offlineLists: offlineListsConfigSchema.optional(),
  /** Reads people's status from an e-service of the PDND instead of the registry. */
  pdnd: pdndSchema.optional(),
  /** The web pages: portal, reading, desk and dashboard; absent: none. */
  web: webSchema.optional(),
  /** How citizens log in; absent: only staff can. */
  login: loginConfigSchema.optional(),
  /** How messages to people are sent; absent: not at all. */
  notify: notifyConfigSchema.optional(),
  /** Recipients of the fleet's alerts, and who may read metrics. */
  fleet: fleetConfigSchema.optional(),
  /** `staff`: somebody reviews the photo before a Disability Card is issued (`varco card`). */
  disabilityCards: z.strictObject({ review: z.enum(['staff', 'none']) }).optional(),
  log: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export type ServerConfig = z.infer<typeof serverConfigSchema>;

/**
 * Reads a config file; relative paths in it are resolved against its folder.
 *
 * @throws VarcoError `configUnreadable`, or `configInvalid` with every problem, one a line.
 */
export async function readServerConfig(
  path: string,
  environment: { VARCO_DATABASE_URL?: string | undefined },
): Promise<ServerConfig> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is not JSON' : errorCode(error);
    throw new VarcoError('configUnreadable', `The config ${path} can't be read: ${why}`);
  }
  const { VARCO_DATABASE_URL: database } = environment;
  const merged = database && typeof json === 'object' ? { ...json, database } : json;
  return resolvePaths(parseServerConfig(merged, path), dirname(path));
}

/** @throws VarcoError `configInvalid` with every problem, one a line. */
export function parseServerConfig(json: unknown, path = 'the config'): ServerConfig {
  const parsed = serverConfigSchema.safeParse(json);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `  ${issue.path.join('.') || 'the file'}: ${issue.message}`,
    );
    throw new VarcoError('configInvalid', [`Problems in ${path}:`, ...problems].join('\n'));
  }
  return parsed.data;
}

function resolvePaths(config: ServerConfig, folder: string): ServerConfig {
  const resolve = (path: string) =>
    isAbsolute(path) || path === ':memory:' ? path : join(folder, path);
  const file = /^sqlite:(.+)$/.exec(config.database)?.[1];
  const { pdnd, login, fleet, notify } = config;
  return {
    ...config,
    keyring: resolve(config.keyring),
    listen: resolveListen(config.listen, resolve),
    pdnd: pdnd && { ...pdnd, keyFile: resolve(pdnd.keyFile) },
    login: login && resolveLoginPaths(login, resolve),
    fleet: fleet && resolveFleetPaths(fleet, resolve),
    notify: notify && resolveNotifyPaths(notify, resolve),
    database: file === undefined ? config.database : `sqlite:${resolve(file)}`,
  };
}

function resolveListen(
  listen: ServerConfig['listen'],
  resolve: (path: string) => string,
): ServerConfig['listen'] {
  const { tls, ...where } = listen;
  if (!tls) {
    return where;
  }
  const files = {
    certFile: resolve(tls.certFile),
    keyFile: resolve(tls.keyFile),
    clientCaFile: tls.clientCaFile && resolve(tls.clientCaFile),
  };
  return { ...where, tls: { ...tls, ...files } };
}
