/**
 * A server node in a process of its own, to be killed by a test. It sends its parent its URL.
 *
 * Arguments: the URL of the database, the content of the keyring file, the node's name, optionally its port.
 */
import { Keyring, keyringSchema } from '../../server/keys/keyring.ts';
import { openStore } from '../../server/store/open-store.ts';
import { startFleetApp } from './fleet-app.ts';

const [database = '', keyringText = '', node = '', port = '0'] = process.argv.slice(2);
const store = await openStore(database);
const keyring = new Keyring(keyringSchema.parse(JSON.parse(keyringText)));
const { url } = await startFleetApp(store, { keyring, node }, Number(port));
process.on('disconnect', () => process.exit(1));
process.send?.(url);
