import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { MessageServers } from '../../../scripts/demo/message-servers.ts';
import { type SeededPerson, seedPeople } from '../../../scripts/sample/seed-people.ts';
import { notifyCommand } from '../../../scripts/varco/notify-command.ts';
import { generateKeyringFile } from '../../../server/keys/keyring.ts';
import { writeKeyringFile } from '../../../server/keys/keyring-file.ts';
import { createLog } from '../../../server/log.ts';
import { type RunningServer, startServer } from '../../../server/main.ts';
import { readServerConfig } from '../../../server/server-config.ts';

let folder: string;
let servers: MessageServers;
let server: RunningServer;
let path: string;
let people: SeededPerson[];
const logged: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-messages-'));
  servers = await new MessageServers().start();
  await writeKeyringFile(join(folder, 'keyring.json'), generateKeyringFile(Date.now()), {
    replace: false,
  });
  await writeFile(join(folder, 'sms-password'), 'secret\n');
  path = join(folder, 'server.json');
  const here = { host: '127.0.0.1' };
  await writeFile(
    path,
    JSON.stringify({
      host: 'varco.example.it',
      listen: { address: '127.0.0.1', port: 0 },
      node: 'node-a',
      database: 'sqlite:varco.db',
      keyring: 'keyring.json',
      notify: {
        email: {
          ...here,
          port: servers.smtpPort,
          tls: 'none',
          from: { name: 'varco', address: 'noreply@varco.example.it' },
        },
        sms: {
          kind: 'smpp',
          ...here,
          port: servers.smppPort,
          tls: false,
          systemId: 'varco',
          passwordFile: 'sms-password',
          from: 'varco',
        },
      },
    }),
  );
  const log = createLog({ level: 'trace', destination: { write: (line) => logged.push(line) } });
  server = await startServer(await readServerConfig(path, {}), { log });
  people = await seedPeople(server.app);
});

afterAll(async () => {
  await server.stop();
  await servers.stop();
  await rm(folder, { recursive: true });
});

const session = () => ({
  operatorId: '17',
  role: 'operator' as const,
  sites: ['torino'],
  site: 'torino',
  validUntil: Date.now() + 60_000,
});
const ask = ({ credentialId, person }: SeededPerson) => ({
  credentialId,
  codiceFiscale: person.codiceFiscale,
  purpose: 'ticket',
});

async function varco(...words: string[]): Promise<string[]> {
  const written: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  try {
    const command = new Command('varco').addCommand(notifyCommand());
    await command.parseAsync(['notify', ...words, '--config', path], { from: 'user' });
    return written.join('').split('\n').filter(Boolean);
  } finally {
    write.mockRestore();
  }
}

test("the second level's code goes to the citizen's mobile, and opens the detail", async () => {
  const [person] = people as [SeededPerson];
  const { secondLevel } = server.app;
  expect(await secondLevel.requestCode(session(), ask(person))).toMatchObject({
    outcome: 'codeSent',
  });
  await servers.until(() => servers.texts.length === 1);
  const [sms] = servers.texts;
  expect(sms?.to).toBe(person.person.mobile?.replace('+', ''));
  const code = /\b\d{6}\b/.exec(sms?.text ?? '')?.[0] ?? '';
  // The code is good as soon as the server has heard that its message was taken.
  const reveal = () =>
    secondLevel.reveal(session(), { credentialId: person.credentialId, purpose: 'ticket', code });
  await expect.poll(async () => (await reveal()).outcome).toBe('shown');
  const [surname = ''] = person.person.name.split(' ');
  for (const secret of [surname, person.person.codiceFiscale, person.credentialId]) {
    expect(sms?.text).not.toContain(secret);
  }
});

test('the other form goes to the address on file, without a name or a code', async () => {
  const [person] = people as [SeededPerson];
  await server.app.secondLevel.mailDetail(session(), ask(person));
  await servers.until(() => servers.mails.length === 1);
  const [mail] = servers.mails;
  expect(JSON.stringify(mail?.to)).toContain(person.person.email);
  expect(mail?.text).toContain('80 %');
  for (const secret of ['Giovanna', person.person.codiceFiscale, person.credentialId]) {
    expect(mail?.text).not.toContain(secret);
    expect(String(mail?.html)).not.toContain(secret);
  }
});

test('a dead letter is listed and retried or dropped from the shell, without its secrets', async () => {
  servers.smsStatus = 0x0b;
  const person = people[1] as SeededPerson;
  await server.app.secondLevel.requestCode(session(), ask(person));
  await expect.poll(async () => (await varco('list', '--state', 'dead')).length).toBe(1);
  const [line = ''] = await varco('list', '--state', 'dead', '--json');
  const row = JSON.parse(line);
  expect(row).toMatchObject({ channel: 'sms', template: 'secondLevelCode', lastCode: 'smpp0b' });
  expect(line).not.toContain(person.person.mobile);
  servers.smsStatus = 0;
  const before = servers.texts.length;
  await varco('retry', row.id);
  await servers.until(() => servers.texts.length === before + 1);
  await expect(varco('drop', row.id)).rejects.toMatchObject({ code: 'messageUnknown' });
  await expect.poll(async () => (await varco('list', '--state', 'delivered')).length).toBe(3);
});

test('nothing of it is in the log or on the disk', async () => {
  const codes = servers.texts.map(({ text }) => /\b\d{6}\b/.exec(text)?.[0] ?? '');
  expect(codes.every((code) => code !== '')).toBe(true);
  const secrets = [...codes, ...people.flatMap(({ person }) => [person.email, person.mobile])];
  const files = await Promise.all(
    ['varco.db', 'varco.db-wal'].map((name) => readFile(join(folder, name), 'latin1')),
  );
  const disk = [...files, ...logged].join('\n');
  for (const secret of secrets) {
    expect(disk).not.toContain(secret);
  }
});

test.each([
  ['a password that is in no file', { user: 'varco' }, 'secretMissing'],
  ['a file that is not there', { user: 'varco', passwordFile: '/nowhere' }, 'secretUnreadable'],
])('%s: the server does not start', async (_what, more, code) => {
  const config = await readServerConfig(path, {});
  const email = { ...config.notify?.email, ...more } as never;
  const database = `sqlite:${join(folder, 'other.db')}`;
  const starting = startServer(
    { ...config, database, notify: { email } },
    { log: undefined as never },
  );
  await expect(starting).rejects.toMatchObject({ code });
});
