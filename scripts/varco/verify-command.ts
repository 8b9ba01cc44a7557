import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import { decodeCredential } from '../../shared/credential/credential.ts';
import { VarcoError } from '../../shared/errors.ts';
import type { Verdict } from '../../shared/verdict.ts';
import { canonical } from './credential-command.ts';
import { configOption, type OpenApp, withApp } from './open-app.ts';
import { printLine } from './print-line.ts';

interface Options {
  config: string;
  credential: string;
  code: string;
  policy: string[];
  json?: boolean;
}

const EXIT_NOT_GRANTED = 1;

/** `varco verify`: makes the request that a gate would make, audited like one. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description('verify a code and a codice fiscale against policies; exit 1 unless all grant')
    .requiredOption('--credential <text>', 'the text of the QR, or the id of the code')
    .requiredOption('--code <codice-fiscale>', "the person's codice fiscale")
    .requiredOption('--policy <id...>', 'the policies to apply')
    .addOption(configOption())
    .option('--json', 'one JSON object per line')
    .action(async (options: Options) => {
      await withApp(options.config, async (open) => {
        const code = codeOf(options.credential, open);
        checkPolicies(options.policy, open);
        for (const policy of options.policy) {
          const { verdict } = await open.app.verification.verify({
            asker: { id: 'command', site: 'command' },
            requestId: randomUUID(),
            ...code,
            codiceFiscale: canonical(options.code),
            policy,
          });
          printLine(
            options.json
              ? JSON.stringify({ policy, verdict })
              : `${policy}: ${verdictWords(verdict)}`,
          );
          process.exitCode = verdict.outcome === 'granted' ? process.exitCode : EXIT_NOT_GRANTED;
        }
      });
    });
}

/** @throws VarcoError `policyUnknown`: nothing is verified if any of the names is wrong. */
function checkPolicies(asked: readonly string[], { app }: OpenApp): void {
  const now = new Date();
  const unknown = asked.filter((policy) => !app.policies.find(policy, now));
  if (unknown.length > 0) {
    const known = [...new Set(app.policies.list().map(({ id }) => id))].sort();
    throw new VarcoError(
      'policyUnknown',
      `No policy ${unknown.join(', ')} is in force; there are ${known.join(', ')}`,
    );
  }
}

/** A phone's live code can be used once: only the first of several policies gets it. */
function codeOf(
  text: string,
  { keyring, config }: OpenApp,
): { credentialId: string; liveIssuedAt?: number | undefined } {
  if (/^[0-9a-f]{32}$/.test(text)) {
    return { credentialId: text };
  }
  const decoded = decodeCredential(text, {
    hosts: [config.host, ...config.alsoHosts],
    verify: (keyId, message, signature) => keyring.verifyCredential(keyId, message, signature),
    now: Math.floor(Date.now() / 1000),
  });
  if (!decoded.ok) {
    throw new VarcoError(decoded.problem, 'A gate would refuse this code itself');
  }
  const { id: credentialId, live, issuedAt } = decoded.credential;
  return { credentialId, liveIssuedAt: live ? issuedAt : undefined };
}

/** A verdict as the command line prints it. */
export function verdictWords(verdict: Verdict): string {
  switch (verdict.outcome) {
    case 'granted':
      return verdict.companion ? 'granted, companion too' : 'granted';
    case 'denied':
    case 'unconfirmed':
      return `${verdict.outcome} (${verdict.reason})`;
    case 'otpRequired':
      return 'needs a one-time code';
    case 'throttled':
      return `too many attempts, try again in ${Math.ceil(verdict.retryAfterMs / 1000)} s`;
  }
}
