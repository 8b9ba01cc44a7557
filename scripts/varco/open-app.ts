import { Option } from 'commander';
import { type App, createApp } from '../../server/app.ts';
import { Keyring } from '../../server/keys/keyring.ts';
import { readKeyringFile } from '../../server/keys/keyring-file.ts';
import { createLog } from '../../server/log.ts';
import { queueOnly } from '../../server/notify/open-transports.ts';
import { readServerConfig, type ServerConfig } from '../../server/server-config.ts';
import { openStore } from '../../server/store/open-store.ts';
import { type Store, toStoreError } from '../../server/store/store.ts';
import { systemClock } from '../../shared/clock.ts';

/** The same --config for every command that works on the server's data. */
export function configOption(): Option {
  return new Option('--config <file>', "the server's config file")
    .env('VARCO_CONFIG')
    .makeOptionMandatory();
}

export function readConfig(path: string): Promise<ServerConfig> {
  return readServerConfig(path, { VARCO_DATABASE_URL: process.env.VARCO_DATABASE_URL });
}

/** A server that does not listen, opened for one command. */
export interface OpenApp {
  app: App;
  store: Store;
  keyring: Keyring;
  config: ServerConfig;
}

/**
 * Runs a command's work on the database, which a server may be using at the same time: commands write
 * an audit chain of their own, named after the node.
 */
export async function withApp<Result>(
  path: string,
  work: (open: OpenApp) => Promise<Result>,
): Promise<Result> {
  const config = await readConfig(path);
  const keyring = new Keyring(await readKeyringFile(config.keyring));
  const store = await openStore(config.database);
  try {
    const log = createLog({ level: 'warn', destination: process.stderr });
    const { host, alsoHosts } = config;
    const node = `${config.node}-cli`;
    const app = createApp({
      store,
      keyring,
      clock: systemClock,
      log,
      node,
      host,
      alsoHosts,
      offlineLists: config.offlineLists,
      canCheckCertificates: config.listen.tls?.clientCaFile !== undefined,
      disabilityCards: config.disabilityCards,
      transports: queueOnly(config.notify),
    });
    await app.start();
    try {
      return await work({ app, store, keyring, config });
    } finally {
      await app.stop();
    }
  } catch (error) {
    // A query that a command makes itself is not wrapped yet.
    throw toStoreError(error);
  } finally {
    await store.close();
  }
}
