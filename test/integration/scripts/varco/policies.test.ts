import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { allCommands } from '../../../../scripts/varco/all-commands.ts';
import { varco } from '../../../../scripts/varco/command.ts';
import { shippedPolicies } from '../../../../server/policies/policies.ts';
import { demanded, given, policyRows } from '../../../support/policies/policy-rows.ts';

const program = fileURLToPath(new URL('../../../../scripts/varco/main.ts', import.meta.url));

let folder: string;
let config: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-policies-cli-'));
  config = join(folder, 'server.json');
  await writeFile(
    config,
    JSON.stringify({
      host: 'varco.example.it',
      listen: { address: '127.0.0.1', port: 0 },
      node: 'node-a',
      database: 'sqlite:varco.db',
      keyring: 'keyring.json',
    }),
  );
  await run('keys', 'init');
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs one command line on the test's config; answers its lines. */
async function run(...words: string[]): Promise<string[]> {
  const written: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  try {
    const command = await varco(allCommands, words[0]);
    await command.parseAsync([...words, '--config', config], { from: 'user' });
    return written.join('').split('\n').filter(Boolean);
  } finally {
    write.mockRestore();
  }
}

/** Runs `varco policy try` with an input; answers its lines and its exit code. */
function tryRows(words: string[], input: string): Promise<{ lines: string[]; code: number }> {
  return new Promise((resolve) => {
    const args = ['--import', 'tsx', program, 'policy', 'try', ...words];
    const env = { ...process.env, VARCO_CONFIG: undefined };
    const child = execFile(process.execPath, args, { env }, (error, stdout) => {
      const code = typeof error?.code === 'number' ? error.code : 0;
      resolve({ lines: stdout.split('\n').filter(Boolean), code });
    });
    child.stdin?.end(input);
  });
}

test('every row of truth is answered in its line', async () => {
  const input = policyRows.map((row) => JSON.stringify(row)).join('\n');
  const { lines, code } = await tryRows(['--json'], input);
  expect(code).toBe(0);
  expect(lines.map((line, index) => given(JSON.parse(line), policyRows[index] as never))).toEqual(
    policyRows.map(demanded),
  );
});

test('one policy for all lines; a wrong line has its own answer', async () => {
  const [row] = policyRows;
  const { lines, code } = await tryRows(
    ['--policy', 'carta-blu', '--json'],
    `${JSON.stringify(row)}\nno json\n{"on":"1990-01-01"}\n`,
  );
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { outcome: 'unconfirmed', reason: 'notCoveredByArchive' },
    { error: 'requestInvalid' },
    { error: 'policyUnknown' },
  ]);
  expect(code).toBe(1);
});

test('proposed from the shell, never released by the same hands; retired at once', async () => {
  const [shipped] = shippedPolicies();
  const id = shipped?.id ?? '';
  const file = join(folder, 'policy.json');
  await writeFile(file, JSON.stringify({ ...shipped, version: undefined, title: 'Nuova' }));
  expect(await run('policy', 'add', file, '--note', 'prova')).toEqual([
    expect.stringMatching(`^${id} 3 {2}proposed .*proposed by command.*prova$`),
  ]);
  await expect(run('policy', 'release', id, '3')).rejects.toMatchObject({
    code: 'policyOwnProposal',
  });
  expect(await run('policy', 'show', id)).toHaveLength(2);
  const listed = await run('policy', 'list', '--json');
  expect(listed.map((line) => JSON.parse(line)).find((one) => one.id === id)).toMatchObject({
    standing: { state: 'inForce', version: 2 },
    waiting: [3],
  });
  await run('policy', 'withdraw', id, '3', '--reason', 'errore');
  expect(await run('policy', 'retire', id, '--reason', 'abrogata')).toEqual([
    `${id}  retired: abrogata`,
  ]);
  await writeFile(file, JSON.stringify({ ...shipped, version: 9, rule: { ref: 'nessuno' } }));
  await expect(run('policy', 'add', file)).rejects.toMatchObject({ code: 'ruleRefUnknown' });
  await expect(run('policy', 'add', `${file}.no`)).rejects.toMatchObject({
    code: 'fileUnreadable',
  });
});
