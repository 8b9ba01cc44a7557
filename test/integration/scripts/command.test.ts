import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toFile } from 'qrcode';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VERSION } from '../../../shared/version.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-test-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

function varco(...words: string[]): Promise<Ended> {
  const command = ['--import', 'tsx', 'scripts/varco/main.ts', ...words];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: root }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

async function file(name: string, content: object): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, JSON.stringify(content));
  return path;
}

test('--help lists the commands', async () => {
  const { code, stdout } = await varco('--help');
  expect(code).toBe(0);
  for (const command of ['server', 'kiosk', 'decode', 'cf']) {
    expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'));
  }
});

test('--version prints the version', async () => {
  expect(await varco('--version')).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
});

describe('usage and exit 2 for', () => {
  test.each([
    ['an unknown command', ['open-sesame']],
    ['an unknown option', ['decode', '--loudly', 'x.png']],
    ['a missing option', ['kiosk']],
    ['no command', []],
  ])('%s', async (_name, words) => {
    const { code, stderr } = await varco(...words);
    expect(code).toBe(2);
    expect(stderr).toContain('Usage: varco');
  });
});

describe('exit 1, with every problem named, for', () => {
  test('a kiosk config with several problems', async () => {
    const path = await file('kiosk.json', {
      link: { url: 'ws://elsewhere/link' },
      session: { language: 'xx' },
    });
    const { code, stderr } = await varco('kiosk', '--config', path);
    expect(code).toBe(1);
    for (const name of [
      'link.url',
      'link.kioskId',
      'link.keyFile',
      'session.language',
      'hardware',
    ]) {
      expect(stderr).toContain(`${name}:`);
    }
    expect(stderr).toContain('configInvalid');
  });

  test('a server config with several problems', async () => {
    const path = await file('server.json', { host: 'X Y', listen: { port: -1 } });
    const { code, stderr } = await varco('server', '--config', path);
    expect(code).toBe(1);
    for (const name of ['host', 'listen.address', 'listen.port', 'node', 'database', 'keyring']) {
      expect(stderr).toContain(`${name}:`);
    }
  });

  test.each(['kiosk', 'server'])('a %s config that is not there', async (command) => {
    const { code, stderr } = await varco(command, '--config', join(folder, 'nowhere.json'));
    expect(code).toBe(1);
    expect(stderr).toContain('configUnreadable');
  });

  test('a port in use', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const { generateKeyringFile } = await import('../../../server/keys/keyring.ts');
    const { writeKeyringFile } = await import('../../../server/keys/keyring-file.ts');
    const keyring = join(folder, 'keyring.json');
    await writeKeyringFile(keyring, generateKeyringFile(Date.now()), { replace: false });
    const path = await file('port.json', {
      host: 'varco.example.it',
      listen: { address: '127.0.0.1', port },
      node: 'test',
      database: `sqlite:${join(folder, 'varco.db')}`,
      keyring,
    });
    const { code, stderr } = await varco('server', '--config', path);
    taken.close();
    expect(code).toBe(1);
    expect(stderr).toContain('portInUse');
  });
});

test('decode prints one object per line, and null for a picture without a code', async () => {
  const code = join(folder, 'code.png');
  await toFile(code, 'HTTPS://VARCO.EXAMPLE.IT/V/1/AAAA', { scale: 6 });
  const empty = join(folder, 'empty.png');
  const { default: sharp } = await import('sharp');
  await sharp({ create: { width: 320, height: 240, channels: 3, background: '#888' } }).toFile(
    empty,
  );
  const { stdout } = await varco('decode', '--json', code, empty);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatchObject({ file: code, text: 'HTTPS://VARCO.EXAMPLE.IT/V/1/AAAA' });
  expect(Object.keys(lines[0]).sort()).toEqual(['decoder', 'file', 'format', 'ms', 'text']);
  expect(lines[1]).toMatchObject({ file: empty, text: null });
});
