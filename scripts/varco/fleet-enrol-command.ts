import { Command, InvalidArgumentError } from 'commander';
import QRCode from 'qrcode';
import { commandLine } from '../../server/fleet/access/actor.ts';
import {
  CODE_LIFE_MS,
  type EnrolmentCode,
  SHEET_LIFE_MS,
} from '../../server/fleet/enrolment/enrolment.ts';
import { codeSheet } from '../../server/web/fleet/code-sheet.ts';
import { writeOwnerOnly } from '../launch/owner-only-file.ts';
import { configOption, withApp } from './open-app.ts';
import { printLine } from './print-line.ts';

interface Options {
  config: string;
  json?: boolean;
  replace: boolean;
  minutes: number;
  server?: string;
  sheet?: string;
}

const MINUTE_MS = 60_000;

/** `varco fleet enrol`: creates the one-time codes with which kiosks are enrolled. */
export function enrolCommand(): Command {
  return new Command('enrol')
    .description('create a one-time code for each gate, shown only once, as QR and text')
    .argument('<gate...>', "the gates' ids")
    .option('--replace', "revoke the present kiosk's key once the code is used", false)
    .option('--minutes <number>', 'how long the codes are valid', minutes, CODE_LIFE_MS / MINUTE_MS)
    .option(
      '--server <origin>',
      "the server's address for kiosks, if it is not the config's own origin",
    )
    .option('--sheet <file>', 'write the codes to a PDF instead of printing them')
    .addOption(configOption())
    .option('--json', 'one JSON object per line')
    .action(async (gates: string[], options: Options) => {
      const { config, replace, server, sheet } = options;
      const codes = await withApp(config, ({ app }) =>
        app.fleet.enrolment.createCodes(commandLine, gates, {
          replace,
          lifeMs: options.minutes * MINUTE_MS,
          server,
        }),
      );
      if (sheet !== undefined) {
        await writeOwnerOnly(sheet, await codeSheet(codes, 'it', Date.now()));
        printLine(sheet);
        return;
      }
      for (const code of codes) {
        printLine(options.json ? JSON.stringify(code) : await describe(code));
      }
    });
}

async function describe({ gate, code, invitation, expiresAt }: EnrolmentCode): Promise<string> {
  const qr = await QRCode.toString(invitation, { type: 'utf8', errorCorrectionLevel: 'M' });
  const until = new Date(expiresAt).toISOString();
  return `${qr}\n${gate}: ${code}\nvalid once, until ${until}; or at the kiosk: varco kiosk enrol`;
}

function minutes(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > SHEET_LIFE_MS / MINUTE_MS) {
    throw new InvalidArgumentError(`a whole number from 1 to ${SHEET_LIFE_MS / MINUTE_MS}.`);
  }
  return value;
}
