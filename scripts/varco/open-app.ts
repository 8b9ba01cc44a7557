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

/** Every command that works on the server's data names its config the same way. */
export function configOption(): Option {
  return new Option('--config <file>', "the server's config file")
    .env('VARCO_CONFIG')
    .makeOptionMandatory();
}

export function readConfig(path: string): Promise<ServerConfig> {
  return readServerConfig(path, { VARCO_DATABASE_URL: process.env.VARCO_DATABASE_URL });
}

/** The rooms of a server that does not listen, for one command. */
export interface OpenApp {
  app: App;
  store: Store;
  keyring: Keyring;
  config: ServerConfig;
}

/**
 * Runs a command's work on the database, also beside a running server: commands write an audit chain
 * of their own, named after the node.
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
    // A query of a command's own is not wrapped: its words are a database's.
    throw toStoreError(error);
  } finally {
    await store.close();
  }
}

export function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
