import { mkdir } from 'node:fs/promises';
import { Command } from 'commander';
import { enrol } from '../../device/link/enrol.ts';
import { keepIdentity, newKey, readIdentity } from '../../device/link/identity.ts';
import { readLinkTls, SOFTWARE } from '../../device/link/open-link.ts';
import { readKioskConfig } from '../../device/main.ts';
import { directoryDisk } from '../../device/storage/disk.ts';
import { systemClock } from '../../shared/clock.ts';
import { isErrorCode } from '../../shared/error-codes.ts';
import { errorCode, VarcoError } from '../../shared/errors.ts';
import {
  type EnrolInvitation,
  enrolCodeSchema,
  parseInvitation,
  safeServer,
} from '../../shared/protocol/enrolment-messages.ts';
import { printLine } from './print-line.ts';

interface Options {
  config: string;
  server?: string;
  replace?: boolean;
  json?: boolean;
}

/** `varco kiosk enrol CODE`: enrols this kiosk from the shell, where it has no scanner to read the code. */
export function enrolCommand(): Command {
  return new Command('enrol')
    .description(
      'enrol this kiosk with a one-time code; its key pair is generated here and never leaves it',
    )
    .argument('<code>', 'the code, or the full text of its QR')
    .requiredOption('--config <file>', 'the config file, with a folder in its link')
    .option(
      '--server <url>',
      'the server, such as https://varco.example.it; not needed with the text of a QR',
    )
    .option('--replace', 'enrol even if this kiosk is enrolled already; its earlier key is deleted')
    .option('--json', 'the result as JSON')
    .action(run);
}

async function run(text: string, options: Options): Promise<void> {
  const { link } = await readKioskConfig(options.config);
  if (link.folder === undefined || link.url !== undefined) {
    const message = 'link: a kiosk to be enrolled has a folder, and no url, kioskId or keyFile';
    throw new VarcoError('configInvalid', message);
  }
  const invitation = invitationOf(text, options.server);
  await mkdir(link.folder, { recursive: true, mode: 0o700 });
  const disk = directoryDisk(link.folder);
  const known = await readIdentity(disk).catch((error: unknown) => {
    if (errorCode(error) !== 'identityUnreadable' || !options.replace) {
      throw error;
    }
    return undefined;
  });
  if (known && !options.replace) {
    const message = `This kiosk is already enrolled as ${known.kioskId}; use --replace to enrol it again`;
    throw new VarcoError('alreadyEnrolled', message);
  }
  const key = newKey();
  const deps = { clock: systemClock, software: SOFTWARE, tls: await readLinkTls(link) };
  const result = await enrol(invitation, key, deps);
  if (!result.ok) {
    throw new VarcoError(
      isErrorCode(result.code) ? result.code : 'enrolmentFailed',
      messages[result.code] ?? `The kiosk was not enrolled (${result.code})`,
    );
  }
  const { kioskId, gate } = result.answer;
  await keepIdentity(disk, { kioskId, url: result.url, privateKey: key.privateKey });
  const enrolled = { kioskId, gate: gate.name, policy: gate.policy, link: result.url };
  const line = Object.values(enrolled).join(' · ');
  printLine(options.json ? JSON.stringify(enrolled) : line);
}

function invitationOf(text: string, server: string | undefined): EnrolInvitation {
  const invitation = parseInvitation(text);
  if (invitation) {
    return invitation;
  }
  const code = enrolCodeSchema.safeParse(text);
  if (!code.success) {
    throw new VarcoError(
      'codeInvalid',
      'A code has 16 letters and digits, such as XXXX-XXXX-XXXX-XXXX',
    );
  }
  const origin = server === undefined ? undefined : safeServer(server);
  if (origin === undefined) {
    const message = '--server must be https://…, or http:// to this machine itself';
    throw new VarcoError('serverInvalid', message);
  }
  return { server: origin, code: code.data };
}

const messages: Record<string, string> = {
  codeRefused: 'The server refused this code: it is unknown, used or expired',
  proofRefused: "The server refused this kiosk's proof: check that its clock is right",
  busy: 'Too many wrong codes from this network: try again in ten minutes',
  unavailable: 'The server cannot enrol kiosks at the moment: try again later',
};
