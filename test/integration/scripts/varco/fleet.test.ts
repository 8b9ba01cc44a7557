import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { allCommands } from '../../../../scripts/varco/all-commands.ts';
import { varco } from '../../../../scripts/varco/command.ts';

let folder: string;
let config: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-fleet-cli-'));
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

/** Runs one command line on the test's config; answers its lines and its exit code. */
async function run(...words: string[]): Promise<{ code: number; lines: string[] }> {
  const written: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  process.exitCode = 0;
  try {
    const command = await varco(allCommands, words[0]);
    await command.parseAsync([...words, '--config', config], { from: 'user' });
    const lines = written.join('').split('\n').filter(Boolean);
    return { code: Number(process.exitCode), lines };
  } finally {
    process.exitCode = 0;
    write.mockRestore();
  }
}

const fleet = (...words: string[]) => run('fleet', ...words);

test('places, codes and tokens from the shell', async () => {
  await fleet('sites', 'add', 'torino', '--title', 'Torino', '--at', '45.07,7.68');
  expect((await fleet('sites', 'list')).lines).toEqual(['torino  Torino']);
  const gate = ['--site', 'torino', '--title', 'Ingresso', '--policy', 'musei-statali'];
  await fleet('gates', 'add', 'torino-1', ...gate);
  await expect(fleet('gates', 'add', 'torino-1', ...gate)).rejects.toMatchObject({
    code: 'gateExists',
  });
  const csv = join(folder, 'gates.csv');
  await writeFile(csv, 'site,gate,title,policy,tags\ntorino,torino-2,Uscita,musei-statali,nord\n');
  await fleet('gates', 'import', csv);
  const listed = await fleet('gates', 'list', '--json');
  expect(listed.lines.map((line) => JSON.parse(line))).toMatchObject([
    { id: 'torino-1', tags: [] },
    { id: 'torino-2', tags: ['nord'] },
  ]);
  const [line = ''] = (await fleet('enrol', 'torino-1', '--json')).lines;
  expect(JSON.parse(line)).toMatchObject({
    gate: 'torino-1',
    code: expect.stringMatching(/^(\w{4}-){3}\w{4}$/),
    invitation: expect.stringMatching(/^VARCO-ENROL:HTTPS:\/\/VARCO.EXAMPLE.IT\//),
  });
  const sheet = join(folder, 'codes.pdf');
  await fleet('enrol', 'torino-1', 'torino-2', '--sheet', sheet);
  expect((await readFile(sheet)).subarray(0, 5).toString()).toBe('%PDF-');
  expect((await stat(sheet)).mode & 0o777).toBe(0o600);
  const status = await fleet('status');
  expect(status.code).toBe(1);
  expect(status.lines).toEqual([
    'torino-1  torino  neverSeen  -',
    'torino-2  torino  neverSeen  -',
  ]);
  const created = await fleet('token', 'create', '--title', 'prom', '--scope', 'metrics:read');
  expect(created.lines[0]).toMatch(/^varco_[\w-]{43}$/);
  const [token = ''] = (await fleet('token', 'list', '--json')).lines;
  const { id } = JSON.parse(token);
  expect(token).not.toContain(created.lines[0]);
  await fleet('token', 'revoke', id);
  expect((await fleet('token', 'list')).lines[0]).toContain('revoked');
  await fleet('gates', 'policy', 'torino-1', 'trasporto-piemonte');
  await fleet('gates', 'remove', 'torino-2', '--reason', 'closed');
  expect((await fleet('gates', 'list')).lines).toEqual([
    'torino-1  torino  trasporto-piemonte  Ingresso',
  ]);
});

test.each([
  ['a column that is missing', 'site,gate,title\n', 'The column policy is missing'],
  ['a line that is wrong', 'site,gate,title,policy\nt,a b,x,p\n', 'Line 2, gate:'],
  ['a gate twice', 'site,gate,title,policy\nt,a,x,p\nt,a,y,p\n', 'a stands in the file twice'],
])('a table of gates with %s is refused, and nothing is made', async (_name, text, message) => {
  const csv = join(folder, 'bad.csv');
  await writeFile(csv, text);
  await expect(fleet('gates', 'import', csv)).rejects.toMatchObject({
    code: 'gatesUnreadable',
    message: expect.stringContaining(message),
  });
});
