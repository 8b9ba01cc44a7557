/**
 * A program that imports a file and reports every batch, to be killed by a test.
 * Arguments: the path of the database, the keyring as JSON, the file.
 */
import { createReadStream } from 'node:fs';
import { Keyring } from '../../server/keys/keyring.ts';
import { fingerprintOf, importFile } from '../../server/registry/import.ts';
import { openStore } from '../../server/store/open-store.ts';
import { startApp } from './server-app.ts';

const [path = '', keys = '', file = ''] = process.argv.slice(2);
const store = await openStore(`sqlite:${path}`);
const app = await startApp(store, { keyring: new Keyring(JSON.parse(keys)) });
const fingerprint = await fingerprintOf(createReadStream(file), 'ndjson');
await importFile(app.registry, createReadStream(file), {
  format: 'ndjson',
  fingerprint,
  onReject() {},
  onProgress: ({ lines }) => process.send?.(lines),
});
await app.stop();
await store.close();
process.disconnect();
