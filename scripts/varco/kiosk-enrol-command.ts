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

interface Options {
  config: string;
  server?: string;
  replace?: boolean;
  json?: boolean;
}

/** `varco kiosk enrol CODE`: gives this kiosk its place without its scanner. */
export function enrolCommand(): Command {
  return new Command('enrol')
    .description('enrol this kiosk with a one-time code; the key pair is made here and stays here')
    .argument('<code>', 'the code, or the whole text of its QR')
    .requiredOption('--config <file>', 'the config file; its link names a folder')
    .option('--server <url>', 'the server, such as https://varco.example.it; the QR says it itself')
    .option('--replace', 'also where this kiosk has a place already: the earlier key is forgotten')
    .option('--json', 'the result as JSON')
    .action(run);
}

async function run(text: string, options: Options): Promise<void> {
  const { link } = await readKioskConfig(options.config);
  if (link.folder === undefined || link.url !== undefined) {
    const message =
      'link: give a folder, and no url, kioskId or keyFile, for a kiosk to be enrolled';
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
    const message = `This kiosk is ${known.kioskId} already; --replace gives it another place`;
    throw new VarcoError('alreadyEnrolled', message);
  }
  const key = newKey();
  const deps = { clock: systemClock, software: SOFTWARE, tls: await readLinkTls(link) };
  const result = await enrol(invitation, key, deps);
  if (!result.ok) {
    throw new VarcoError(
      isErrorCode(result.code) ? result.code : 'enrolmentFailed',
      messages[result.code] ?? `No place was given (${result.code})`,
    );
  }
  const { kioskId, gate } = result.answer;
  await keepIdentity(disk, { kioskId, url: result.url, privateKey: key.privateKey });
  const told = { kioskId, gate: gate.name, policy: gate.policy, link: result.url };
  const words = `${kioskId} · ${gate.name} · ${gate.policy} · ${result.url}`;
  process.stdout.write(`${options.json ? JSON.stringify(told) : words}\n`);
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
      'A code is 16 letters and digits, such as XXXX-XXXX-XXXX-XXXX',
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
  codeRefused: 'The server does not take this code: it is unknown, used or past its time',
  proofRefused: "The server does not believe this kiosk's clock or key: check the time",
  busy: 'Too many wrong codes came from here: try again in ten minutes',
  unavailable: 'The server enrols nobody now: try again later',
};
