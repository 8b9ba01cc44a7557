import { Command, Option } from 'commander';
import { generateKeyringFile } from '../../server/keys/keyring.ts';
import {
  type KeyUse,
  keyUses,
  readKeyringFile,
  retire,
  rotate,
  writeKeyringFile,
} from '../../server/keys/keyring-file.ts';
import { countBoxes, reseal } from '../../server/keys/reseal.ts';
import type { SigningKey } from '../../server/keys/signing-key.ts';
import { configOption, readConfig, withApp } from './open-app.ts';
import { printLine } from './print-line.ts';

/** `varco keys`: maintains the server's keyring file. It never prints a key. */
export function keysCommand(): Command {
  return new Command('keys')
    .description("the server's keyring")
    .addCommand(initCommand())
    .addCommand(rotateCommand())
    .addCommand(resealCommand())
    .addCommand(retireCommand())
    .addCommand(listCommand());
}

interface Options {
  config: string;
  json?: boolean;
}

function initCommand(): Command {
  return new Command('init')
    .description('create a keyring with new keys, readable only by its owner; never overwrites one')
    .addOption(configOption())
    .action(async ({ config }: Options) => {
      const { keyring } = await readConfig(config);
      await writeKeyringFile(keyring, generateKeyringFile(Date.now()), { replace: false });
      printLine(keyring);
    });
}

function rotateCommand(): Command {
  return new Command('rotate')
    .description(
      'start using a new key; what older keys signed or sealed stays valid; servers reload it',
    )
    .addOption(
      new Option('--use <use>', 'which keys').choices([...keyUses, 'all']).default('credentials'),
    )
    .addOption(configOption())
    .action(async ({ config, use }: Options & { use: KeyUse | 'all' }) => {
      const { keyring: path } = await readConfig(config);
      let keyring = await readKeyringFile(path);
      const ids: string[] = [];
      for (const one of use === 'all' ? keyUses : [use]) {
        const rotated = rotate(keyring, one, Date.now());
        keyring = rotated.keyring;
        ids.push(use === 'all' ? `${rotated.keyId}  ${one}` : rotated.keyId);
      }
      await writeKeyringFile(path, keyring, { replace: true });
      printLine(ids.join('\n'));
    });
}

function resealCommand(): Command {
  return new Command('reseal')
    .description('encrypt the whole database with the newest column key, while servers are running')
    .addOption(configOption())
    .action(async ({ config }: Options) => {
      const count = await withApp(config, ({ store, keyring }) => reseal(store, keyring));
      printLine(`${count} boxes`);
    });
}

function retireCommand(): Command {
  return new Command('retire')
    .description(
      'stop accepting credentials of this key, or delete a key that no longer encrypts anything',
    )
    .argument('<key-id>', 'the id of the key, as listed')
    .addOption(configOption())
    .action(async (keyId: string, { config }: Options) => {
      const { keyring: path } = await readConfig(config);
      const boxes = await withApp(config, ({ store }) => countBoxes(store));
      const keyring = await readKeyringFile(path);
      await writeKeyringFile(
        path,
        retire(keyring, keyId, (id) => (boxes.get(id) ?? 0) > 0),
        { replace: true },
      );
    });
}

function listCommand(): Command {
  return new Command('list')
    .description('list the keys: id, use and state')
    .addOption(configOption())
    .option('--json', 'one JSON object per line')
    .action(async ({ config, json }: Options) => {
      const keyring = await readKeyringFile((await readConfig(config)).keyring);
      const rows = [
        ...describe('credentials', keyring.signing),
        ...describe('audit', keyring.audit),
        ...keyring.columns.map(({ keyId }, index) => ({
          keyId,
          use: 'columns',
          state: index === keyring.columns.length - 1 ? 'active' : 'opening',
          createdAt: '',
        })),
      ];
      for (const row of rows) {
        const { keyId, use, state, createdAt } = row;
        printLine(json ? JSON.stringify(row) : `${keyId}  ${use}  ${state}  ${createdAt}`);
      }
    });
}

function describe(use: string, keys: readonly SigningKey[]) {
  return keys.map(({ keyId, state, createdAt }) => ({
    keyId,
    use,
    state,
    createdAt: new Date(createdAt).toISOString(),
  }));
}
