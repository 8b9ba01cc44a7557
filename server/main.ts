import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { pino } from 'pino';
import { systemClock } from '../shared/clock.ts';
import { errorCode, VarcoError } from '../shared/errors.ts';
import { type App, createApp } from './app.ts';
import { readFleetConfig } from './fleet/fleet-config.ts';
import type { SocketLimits } from './fleet/link/link-limits.ts';
import { Keyring } from './keys/keyring.ts';
import { readKeyringFile } from './keys/keyring-file.ts';
import { createLog, type Log } from './log.ts';
import { invitationLink } from './login/staff-accounts.ts';
import { openTransports } from './notify/open-transports.ts';
import { demandNamedProxy } from './proxies.ts';
import { PdndSource } from './registry/pdnd/source.ts';
import type { StatusSource } from './registry/status-source.ts';
import type { ServerConfig } from './server-config.ts';
import { openStore } from './store/open-store.ts';
import { readTls } from './tls.ts';
import type { Messenger } from './verification/messenger.ts';
import { readWebAssets } from './web/assets.ts';

/** A server that listens. */
export interface RunningServer {
  /** Such as `http://127.0.0.1:8080`, with the port that was taken. */
  url: string;
  app: App;
  /** Where the first administrator makes an account, once; absent when there is one, or no pages. */
  administratorLink: string | undefined;
  /** Ends connections, then the database; may be called twice. */
  stop(): Promise<void>;
}

/**
 * Opens the keyring and the database, and listens. The caller decides what ends the process.
 *
 * @throws VarcoError `proxyUnnamed`, `portInUse`, `addressUnusable`, `keyringMissing` and its kin, `storeUnavailable` and
 * its kin.
 */
export async function startServer(
  config: ServerConfig,
  options: { log?: Log; socketLimits?: SocketLimits; messenger?: Messenger } = {},
): Promise<RunningServer> {
  const destination = pino.destination({ dest: 1, sync: false });
  const log = options.log ?? createLog({ level: config.log, destination });
  demandNamedProxy(config);
  const keyring = new Keyring(await readKeyringFile(config.keyring));
  const source = await openSource(config, log);
  const web = config.web && { ...config.web, assets: await readWebAssets() };
  const tls = config.listen.tls && (await readTls(config.listen.tls));
  const transports = await openTransports(config.notify, systemClock, process.env);
  const fleet = config.fleet && (await readFleetConfig(config.fleet));
  const store = await openStore(config.database);
  const { node, host, alsoHosts, listen } = config;
  const app = createApp({
    store,
    keyring,
    keyringFile: config.keyring,
    log,
    clock: systemClock,
    node,
    host,
    alsoHosts,
    listen,
    offlineLists: config.offlineLists,
    web,
    login: config.login,
    ...(await openCardLogin(config, log)),
    transports,
    disabilityCards: config.disabilityCards,
    fleet,
    tls,
    certificateSites: tls && listen.tls?.demandClientCertificate,
    socketLimits: options.socketLimits,
    messenger: options.messenger,
    source,
  });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= app.stop().finally(() => store.close());
    return stopped;
  };
  try {
    await app.start();
    const url = await app.serve();
    log.info({ node }, 'server listens');
    const secret = web && (await app.logins.staff.inviteFirstAdministrator());
    const link = secret && invitationLink(web?.origin ?? url, secret);
    return { url, app, administratorLink: link, stop };
  } catch (error) {
    await stop();
    throw toListenError(error, config);
  }
}

/** Smart cards, read only where they are let in. */
async function openCardLogin({ login }: ServerConfig, log: Log) {
  const config = login?.card;
  if (!config) {
    return {};
  }
  const { openCards } = await import('./login/card/cards.ts');
  const cards = await openCards({ config, log, now: () => systemClock.now() });
  if (!config.proxy) {
    return { cards };
  }
  const { address, secretFile } = config.proxy;
  const secret = (await readFile(secretFile, 'utf8')).trim();
  return { cards, cardProxy: { address, secret } };
}

async function openSource(config: ServerConfig, log: Log): Promise<StatusSource | undefined> {
  if (!config.pdnd) {
    return undefined;
  }
  const { keyFile, ...pdnd } = config.pdnd;
  try {
    const key = createPrivateKey(await readFile(keyFile));
    return new PdndSource({ config: pdnd, key, clock: systemClock, log });
  } catch (error) {
    const why = errorCode(error);
    throw new VarcoError('pdndKeyUnusable', `The PDND key ${keyFile} can't be used (${why})`);
  }
}

function toListenError(error: unknown, { listen }: ServerConfig): unknown {
  const code = errorCode(error);
  const where = `${listen.address}:${listen.port}`;
  if (code === 'EADDRINUSE') {
    return new VarcoError('portInUse', `Another program listens on ${where}`, { cause: error });
  }
  return code === 'EADDRNOTAVAIL' || code === 'EACCES' || code === 'ENOTFOUND'
    ? new VarcoError('addressUnusable', `The server can't listen on ${where} (${code})`, {
        cause: error,
      })
    : error;
}
