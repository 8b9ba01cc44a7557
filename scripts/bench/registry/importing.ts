/** A program that imports a file into a SQLite database while a server uses it. */
import { createReadStream } from 'node:fs';
import { pino } from 'pino';
import { createApp } from '../../../server/app.ts';
import { Keyring } from '../../../server/keys/keyring.ts';
import { importFile } from '../../../server/registry/import.ts';
import { openStore } from '../../../server/store/open-store.ts';
import { systemClock } from '../../../shared/clock.ts';

const [path = '', keys = '', file = ''] = process.argv.slice(2);
const store = await openStore(`sqlite:${path}`);
const app = createApp({
  store,
  keyring: new Keyring(JSON.parse(keys)),
  clock: systemClock,
  log: pino({ level: 'silent' }),
  node: 'import',
  host: 'bench.example',
});
await app.start();
process.send?.('begins');
await importFile(app.registry, createReadStream(file), { format: 'ndjson', onReject() {} });
process.send?.('ended');
await app.stop();
await store.close();
process.disconnect();
