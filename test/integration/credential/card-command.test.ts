import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { seedPeople } from '../../../scripts/sample/seed-people.ts';
import { cardCommand } from '../../../scripts/varco/card-command.ts';
import { withApp } from '../../../scripts/varco/open-app.ts';
import { verifyCommand } from '../../../scripts/varco/verify-command.ts';
import { generateKeyringFile } from '../../../server/keys/keyring.ts';
import { writeKeyringFile } from '../../../server/keys/keyring-file.ts';
import { administrator } from '../../support/fleet-app.ts';
import { releasePolicy } from '../../support/policies/release-policy.ts';

let folder: string;
let path: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-card-'));
  path = join(folder, 'server.json');
  const keyring = join(folder, 'keyring.json');
  await writeKeyringFile(keyring, generateKeyringFile(Date.now()), { replace: false });
  await writeFile(
    path,
    JSON.stringify({
      host: 'varco.example.it',
      listen: { address: '127.0.0.1', port: 0 },
      node: 'node-a',
      database: 'sqlite:varco.db',
      keyring: 'keyring.json',
      disabilityCards: { review: 'staff' },
      notify: {
        email: {
          host: 'smtp.example.it',
          port: 587,
          tls: 'starttls',
          user: 'varco',
          passwordFile: '/nowhere',
          from: { name: 'varco', address: 'noreply@varco.example.it' },
        },
      },
    }),
  );
});
afterAll(() => rm(folder, { recursive: true }));

async function varco(...words: string[]): Promise<string[]> {
  const written: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  process.exitCode = 0;
  try {
    const command = new Command('varco').addCommand(cardCommand()).addCommand(verifyCommand());
    await command.parseAsync([...words, '--config', path], { from: 'user' });
    return written.join('').split('\n').filter(Boolean);
  } finally {
    process.exitCode = 0;
    write.mockRestore();
  }
}

test('a request is seen, its photo looked at, and issued or refused, from the shell', async () => {
  const create = { width: 600, height: 800, channels: 3, background: '#aabbcc' } as const;
  const picture = await sharp({ create }).jpeg().toBuffer();
  const ids = await withApp(path, async ({ app }) => {
    const people = await seedPeople(app);
    const found: number[] = [];
    for (const { person } of people.slice(0, 2)) {
      const { id = 0 } = (await app.registry.findPerson(person.codiceFiscale)) ?? {};
      await app.disabilityCards.request(id, picture, { actor: 'portal' });
      found.push(id);
    }
    return found;
  });
  const waiting = await varco('card', 'list', '--json');
  expect(waiting).toHaveLength(2);
  const [first, second] = waiting.map((line) => (JSON.parse(line) as { id: string }).id);
  const file = join(folder, 'photo.jpg');
  await varco('card', 'photo', first ?? '', '--photo', file);
  expect((await sharp(await readFile(file)).metadata()).format).toBe('jpeg');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await varco('card', 'issue', first ?? '');
  await varco('card', 'refuse', second ?? '', '--reason', 'di profilo');
  expect(await varco('card', 'list')).toEqual([]);
  const states = await withApp(path, ({ app }) =>
    Promise.all(ids.map((id) => app.disabilityCards.stateFor(id))),
  );
  expect(states.map(({ name }) => name).sort()).toEqual(['issued', 'refused']);
  // The command has no way out itself: the message waits for the server.
  const messages = await withApp(path, ({ app }) => app.notify.outbox.list(administrator));
  expect(messages).toMatchObject([{ template: 'cardIssued', state: 'waiting', attempts: 0 }]);
  await expect(varco('card', 'issue', first ?? '')).rejects.toMatchObject({ code: 'cardUnknown' });
});

test('a policy that takes live codes alone is asked with one, from the shell', async () => {
  const { text, live, code } = await withApp(path, async ({ app }) => {
    const policy = app.policies.find('musei-statali', new Date());
    await releasePolicy(app, { ...policy, version: undefined, liveCode: 'required' });
    const { demoPeople } = await import('../../../scripts/sample/demo-people.ts');
    const code = demoPeople[0]?.person.codiceFiscale ?? '';
    const { id = 0 } = (await app.registry.findPerson(code)) ?? {};
    const status = (await app.credentials.listForPerson(id)).find(({ kind }) => kind === 'status');
    const credentialId = status?.id ?? '';
    return {
      code,
      text: await app.credentials.text(credentialId),
      live: (await app.credentials.liveCode(credentialId)).text,
    };
  });
  const ask = (credential: string) =>
    varco('verify', '--credential', credential, '--code', code, '--policy', 'musei-statali');
  expect(await ask(text)).toEqual(['musei-statali: denied (notRecognised)']);
  expect((await ask(live)).join()).toContain('granted');
});
