/**
 * One server node in a process of its own, made to be killed. It tells its parent where it listens.
 *
 * Arguments: the database's URL, the keyring file's content, the node's name; and its port, if one is wanted.
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
