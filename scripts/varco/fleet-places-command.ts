import { readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import { commandLine } from '../../server/fleet/access/actor.ts';
import { readGateTable } from '../../server/fleet/places/gate-table.ts';
import type { Gate, NewGate } from '../../server/fleet/places/gates.ts';
import { configOption, printLine, withApp } from './open-app.ts';

interface Options {
  config: string;
  json?: boolean;
}

/** `varco fleet sites`: make one, list them. */
export function sitesCommand(): Command {
  return new Command('sites')
    .description('the places that gates stand at')
    .addCommand(addSiteCommand())
    .addCommand(listSitesCommand());
}

function addSiteCommand(): Command {
  return new Command('add')
    .description('make a site')
    .argument('<id>', 'such as torino-egizio')
    .requiredOption('--title <words>', 'its name')
    .option('--place <words>', 'its address', '')
    .option('--at <latitude,longitude>', 'where on the map', coordinates)
    .addOption(configOption())
    .option('--json', 'as one JSON object')
    .action(
      async (
        id: string,
        options: Options & { title: string; place: string; at?: [number, number] },
      ) => {
        const { config, json, title, place, at } = options;
        const [latitude, longitude] = at ?? [];
        const where =
          latitude === undefined || longitude === undefined ? {} : { latitude, longitude };
        const site = await withApp(config, ({ app }) =>
          app.fleet.sites.create(commandLine, { id, title, place, ...where }),
        );
        printLine(json ? JSON.stringify(site) : site.id);
      },
    );
}

function listSitesCommand(): Command {
  return new Command('list')
    .description('every site')
    .addOption(configOption())
    .option('--json', 'one JSON object a line')
    .action(async ({ config, json }: Options) => {
      for (const site of await withApp(config, ({ app }) => app.fleet.sites.list(commandLine))) {
        printLine(json ? JSON.stringify(site) : `${site.id}  ${site.title}`);
      }
    });
}

/** `varco fleet gates`: make one or many, list, change, remove. */
export function gatesCommand(): Command {
  return new Command('gates')
    .description('the gates, each with a policy')
    .addCommand(addGateCommand())
    .addCommand(importCommand())
    .addCommand(listGatesCommand())
    .addCommand(policyCommand())
    .addCommand(removeCommand());
}

function addGateCommand(): Command {
  return new Command('add')
    .description('make a gate')
    .argument('<id>', 'such as torino-egizio-1')
    .requiredOption('--site <id>', 'where it stands')
    .requiredOption('--title <words>', 'what its screen calls it')
    .requiredOption('--policy <id>', 'what it asks')
    .option('--place <words>', 'where at the site', '')
    .option('--tag <word...>', 'groups that it belongs to')
    .option('--note <words>', 'for whoever looks after it', '')
    .addOption(configOption())
    .option('--json', 'as one JSON object')
    .action(async (id: string, options: Options & NewGate & { tag?: string[] }) => {
      const { config, json, site, title, policy, place, note, tag = [] } = options;
      const given: NewGate = { id, site, title, policy, tags: tag };
      const more = { ...(place ? { place } : {}), ...(note ? { note } : {}) };
      const made = await withApp(config, ({ app }) =>
        app.fleet.gates.create(commandLine, [{ ...given, ...more }]),
      );
      printGates(made, json);
    });
}

function importCommand(): Command {
  return new Command('import')
    .description('make gates from a CSV file: site,gate,title,policy[,place,tags,note,x,y]')
    .argument('<file>', 'all of it is made, or none')
    .addOption(configOption())
    .option('--json', 'one JSON object a line')
    .action(async (file: string, { config, json }: Options) => {
      const gates = readGateTable(await readFile(file, 'utf8'));
      const made = await withApp(config, ({ app }) => app.fleet.gates.create(commandLine, gates));
      printGates(made, json);
    });
}

function listGatesCommand(): Command {
  return new Command('list')
    .description('every gate')
    .option('--site <id>', 'of one site')
    .addOption(configOption())
    .option('--json', 'one JSON object a line')
    .action(async ({ config, json, site }: Options & { site?: string }) => {
      const gates = await withApp(config, ({ app }) => app.fleet.gates.list(commandLine, site));
      printGates(gates, json);
    });
}

function policyCommand(): Command {
  return new Command('policy')
    .description('let a gate ask another policy, once its kiosk has come back')
    .argument('<gate>', "the gate's id")
    .argument('<policy>', "the policy's id")
    .addOption(configOption())
    .action(async (gate: string, policy: string, { config }: Options) => {
      await withApp(config, ({ app }) => app.fleet.gates.change(commandLine, gate, { policy }));
    });
}

function removeCommand(): Command {
  return new Command('remove')
    .description("take a gate away for good, with its kiosk's key")
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
