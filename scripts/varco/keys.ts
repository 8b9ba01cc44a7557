import { Command } from 'commander';
import { generateKeyringFile, type SigningKey } from '../../server/credential/keyring.ts';
import {
  readKeyringFile,
  retireSigning,
  rotateSigning,
  writeKeyringFile,
} from '../../server/credential/keyring-file.ts';
import { configOption, printLine, readConfig } from './open-app.ts';

/** `varco keys`: the server's keyring file. It never prints a key. */
export function keysCommand(): Command {
  return new Command('keys')
    .description("the server's keyring")
    .addCommand(initCommand())
    .addCommand(rotateCommand())
    .addCommand(retireCommand())
    .addCommand(listCommand());
}

interface Options {
  config: string;
  json?: boolean;
}

function initCommand(): Command {
  return new Command('init')
    .description('make a keyring with new keys, readable by its owner only; never over an old one')
    .addOption(configOption())
    .action(async ({ config }: Options) => {
      const { keyring } = await readConfig(config);
      await writeKeyringFile(keyring, generateKeyringFile(Date.now()), { replace: false });
      printLine(keyring);
    });
}

function rotateCommand(): Command {
  return new Command('rotate')
    .description('sign new credentials with a new key; old ones still verify. Restart the server.')
    .addOption(configOption())
    .action(async ({ config }: Options) => {
      const { keyring } = await readConfig(config);
      const rotated = rotateSigning(await readKeyringFile(keyring), Date.now());
      await writeKeyringFile(keyring, rotated, { replace: true });
      printLine(rotated.signing.at(-1)?.keyId ?? '');
    });
}

function retireCommand(): Command {
  return new Command('retire')
    .description('let no credential of this key verify any more')
    .argument('<key-id>', 'the key, as listed')
    .addOption(configOption())
    .action(async (keyId: string, { config }: Options) => {
      const { keyring } = await readConfig(config);
      const retired = retireSigning(await readKeyringFile(keyring), keyId);
      await writeKeyringFile(keyring, retired, { replace: true });
    });
}

function listCommand(): Command {
  return new Command('list')
    .description('the keys by id, what they are for and their state')
    .addOption(configOption())
    .option('--json', 'one JSON object a line')
    .action(async ({ config, json }: Options) => {
      const keyring = await readKeyringFile((await readConfig(config)).keyring);
      const rows = [
        ...describe('credentials', keyring.signing),
        ...describe('audit', keyring.audit),
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
