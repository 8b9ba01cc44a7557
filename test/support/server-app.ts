import { pino } from 'pino';
import { type App, createApp } from '../../server/app.ts';
import { generateKeyringFile, Keyring } from '../../server/credential/keyring.ts';
import type { Store } from '../../server/store/store.ts';
import type { Clock } from '../../shared/clock.ts';
import { systemClock } from '../../shared/clock.ts';

/** One keyring for every node of a test. */
export const testKeyring = new Keyring(generateKeyringFile(0));

/** A server's rooms on a store, started, not listening. */
export async function startApp(
  store: Store,
  options: { node?: string; keyring?: Keyring; clock?: Clock } = {},
): Promise<App> {
  const app = createApp({
    store,
    keyring: options.keyring ?? testKeyring,
    clock: options.clock ?? systemClock,
    log: pino({ level: 'silent' }),
    node: options.node ?? 'node-a',
    host: 'varco.example.it',
  });
  await app.start();
  return app;
}
