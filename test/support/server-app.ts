import { pino } from 'pino';
import { type App, createApp } from '../../server/app.ts';
import type { AppDeps } from '../../server/build-rooms.ts';
import { generateKeyringFile, Keyring } from '../../server/keys/keyring.ts';
import type { Store } from '../../server/store/store.ts';
import { systemClock } from '../../shared/clock.ts';

/** One keyring for every node of a test. */
export const keyringFile = generateKeyringFile(0);
export const testKeyring = new Keyring(keyringFile);

/** A server on a store, started but not listening. */
export async function startApp(
  store: Store,
  options: Partial<
    Pick<
      AppDeps,
      | 'node'
      | 'keyring'
      | 'clock'
      | 'log'
      | 'socketLimits'
      | 'source'
      | 'messenger'
      | 'offlineLists'
      | 'cards'
      | 'web'
      | 'login'
      | 'disabilityCards'
      | 'cardProxy'
      | 'transports'
      | 'canCheckCertificates'
      | 'answerTimes'
    >
  > = {},
): Promise<App> {
  const app = createApp({
    store,
    keyring: testKeyring,
    clock: systemClock,
    log: pino({ level: 'silent' }),
    node: 'node-a',
    host: 'varco.example.it',
    // As they come: most tests wait for many answers, and measure none.
    answerTimes: { readingMs: 0, loginMs: 0, refusalMs: 0, upstreamMs: 0 },
    ...options,
  });
  await app.start();
  return app;
}
