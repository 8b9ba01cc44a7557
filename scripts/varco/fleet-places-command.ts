import { readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import { commandLine } from '../../server/fleet/access/actor.ts';
import { readGateTable } from '../../server/fleet/places/gate-table.ts';
import type { Gate, NewGate } from '../../server/fleet/places/gates.ts';
import { configOption, withApp } from './open-app.ts';
import { printLine } from './print-line.ts';

interface Options {
  config: string;
  json?: boolean;
}

/** `varco fleet sites`: creates and lists sites. */
export function sitesCommand(): Command {
  return new Command('sites')
    .description('the sites where gates are')
    .addCommand(addSiteCommand())
    .addCommand(listSitesCommand());
}

function addSiteCommand(): Command {
  return new Command('add')
    .description('create a site')
    .argument('<id>', 'such as torino-egizio')
    .requiredOption('--title <words>', 'its name')
    .option('--place <words>', 'its address', '')
    .option('--at <latitude,longitude>', 'its position on the map', coordinates)
    .addOption(configOption())
    .option('--json', 'as one JSON object')
    .action(
      async (
        id: string,
        options: Options & { title: string; place: string; at?: [number, number] },
      ) => {
        const { config, json, title, place, at } = options;
        const [latitude, longitude] = at ?? [];
        const site = await withApp(config, ({ app }) =>
          app.fleet.sites.create(commandLine, { id, title, place, latitude, longitude }),
        );
        printLine(json ? JSON.stringify(site) : site.id);
      },
    );
}

function listSitesCommand(): Command {
  return new Command('list')
    .description('every site')
    .addOption(configOption())
    .option('--json', 'one JSON object per line')
    .action(async ({ config, json }: Options) => {
      for (const site of await withApp(config, ({ app }) => app.fleet.sites.list(commandLine))) {
        printLine(json ? JSON.stringify(site) : `${site.id}  ${site.title}`);
      }
    });
}

/** `varco fleet gates`: creates, imports, lists, changes and removes gates. */
export function gatesCommand(): Command {
  return new Command('gates')
    .description('the gates and their policies')
    .addCommand(addGateCommand())
    .addCommand(importCommand())
    .addCommand(listGatesCommand())
    .addCommand(policyCommand())
    .addCommand(removeCommand());
}

function addGateCommand(): Command {
  return new Command('add')
    .description('create a gate')
    .argument('<id>', 'such as torino-egizio-1')
    .requiredOption('--site <id>', 'the site where it is')
    .requiredOption('--title <words>', 'its name on its screen')
    .requiredOption('--policy <id>', 'the policy it applies')
    .option('--place <words>', 'where it is within the site', '')
    .option('--tag <word...>', 'tags to group it by')
    .option('--note <words>', 'a note for those who look after it', '')
    .addOption(configOption())
    .option('--json', 'as one JSON object')
    .action(async (id: string, options: Options & NewGate & { tag?: string[] }) => {
      const { config, json, site, title, policy, place, note, tag: tags = [] } = options;
      const gate: NewGate = { id, site, title, policy, place, note, tags };
      const created = await withApp(config, ({ app }) =>
        app.fleet.gates.create(commandLine, [gate]),
      );
      printGates(created, json);
    });
}

function importCommand(): Command {
  return new Command('import')
    .description('create gates from a CSV file: site,gate,title,policy[,place,tags,note,x,y]')
    .argument('<file>', 'the file; either all of its gates are created or none')
    .addOption(configOption())
    .option('--json', 'one JSON object per line')
    .action(async (file: string, { config, json }: Options) => {
      const gates = readGateTable(await readFile(file, 'utf8'));
      const created = await withApp(config, ({ app }) =>
        app.fleet.gates.create(commandLine, gates),
      );
      printGates(created, json);
    });
}

function listGatesCommand(): Command {
  return new Command('list')
    .description('every gate')
    .option('--site <id>', 'only of this site')
    .addOption(configOption())
    .option('--json', 'one JSON object per line')
    .action(async ({ config, json, site }: Options & { site?: string }) => {
      const gates = await withApp(config, ({ app }) => app.fleet.gates.list(commandLine, site));
      printGates(gates, json);
    });
}

function policyCommand(): Command {
  return new Command('policy')
    .description('give a gate another policy, in force once its kiosk has reconnected')
    .argument('<gate>', "the gate's id")
    .argument('<policy>', "the policy's id")
    .addOption(configOption())
    .action(async (gate: string, policy: string, { config }: Options) => {
      await withApp(config, ({ app }) => app.fleet.gates.change(commandLine, gate, { policy }));
    });
}

function removeCommand(): Command {
  return new Command('remove')
    .description("remove a gate for good, and revoke its kiosk's key")
    .argument('<gate>', "the gate's id")
    .requiredOption('--reason <words>', 'why')
    .addOption(configOption())
    .action(async (gate: string, { config, reason }: Options & { reason: string }) => {
      await withApp(config, ({ app }) => app.fleet.gates.remove(commandLine, gate, reason));
    });
}

function printGates(gates: readonly Gate[], json: boolean | undefined): void {
  for (const gate of gates) {
    const { id, site, policy, title } = gate;
    printLine(json ? JSON.stringify(gate) : `${id}  ${site}  ${policy}  ${title}`);
  }
}

function coordinates(text: string): [number, number] {
  const numbers = text.split(',').map(Number);
  const [latitude = Number.NaN, longitude = Number.NaN] = numbers;
  if (numbers.length !== 2 || Number.isNaN(latitude) || Number.isNaN(longitude)) {
    throw new InvalidArgumentError('two numbers, such as 45.068,7.684.');
  }
  return [latitude, longitude];
}
