import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toFile } from 'qrcode';
import { check, Installed } from './installed.ts';

/** Tries an install, and says in a line each what works. */
export type Smoke = (
  folder: string,
  imports: readonly string[],
  node?: string,
) => Promise<string[]>;

type Try = (install: Installed, folder: string) => Promise<string>;

export function smokeOf(role: string): Smoke {
  const tries = role === 'kiosk' ? kioskTries : serverTries;
  return async (folder, imports, node = process.execPath) => {
    const install = new Installed(folder, node);
    const scratch = await mkdtemp(join(tmpdir(), 'varco-smoke-'));
    try {
      const works = [await loadsEverything(install, imports)];
      for (const one of tries) {
        works.push(await one(install, scratch));
      }
      return works;
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  };
}

/** A file that was left out by mistake shows here, also of a package that no other try asks for. */
async function loadsEverything(install: Installed, imports: readonly string[]): Promise<string> {
  // The others' decorators need it before them.
  const polyfill = imports.filter((name) => name === 'reflect-metadata');
  const source = [...polyfill, ...imports]
    .map((name) => `await import(${JSON.stringify(name)});`)
    .join('\n');
  // A library may keep a timer or a port: the loading is what counts.
  const words = ['--input-type=module', '-e', `${source}\nprocess.exit(0);`];
  const { code, stderr } = await install.node(words);
  check(code === 0, `not every package loads:\n${stderr}`);
  return `${imports.length} imports load`;
}

const PICTURE = 'HTTPS://VARCO.EXAMPLE/V/0123456789';

const decodesPicture: Try = async (install, scratch) => {
  const file = join(scratch, 'code.png');
  await toFile(file, PICTURE, { scale: 6 });
  for (const decoder of ['zxing-wasm', 'jsqr']) {
    const line = await install.must('decode', file, '--json', '--decoder', decoder);
    check(JSON.parse(line).text === PICTURE, `${decoder} read ${line}`);
  }
  return 'a picture is decoded by zxing-wasm and by jsqr';
};

async function kioskConfig(scratch: string): Promise<string> {
  const keyFile = join(scratch, 'kiosk.key');
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeFile(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const camera = { driver: 'camera', command: ['cat', '/dev/zero'], width: 64, height: 64 };
  const config = {
    // Nobody listens there: the kiosk must start all the same.
    link: { url: 'ws://127.0.0.1:9/link', kioskId: 'smoke', keyFile },
    offline: { folder: join(scratch, 'offline') },
    hardware: {
      scanners: [{ ...camera, format: 'gray' }],
      display: { driver: 'page', port: 0 },
      indicator: { driver: 'simulated' },
      turnstile: { driver: 'simulated' },
      keypad: { driver: 'simulated' },
    },
  };
  const path = join(scratch, 'kiosk.json');
  await writeFile(path, JSON.stringify(config));
  return path;
}

/** Of a kiosk on a desk: no server answers or gave it a list, and no browser stands before the page. */
const FAIL_ON_A_DESK = ['display', 'link', 'list'];

const selfTestPasses: Try = async (install, scratch) => {
  const config = await kioskConfig(scratch);
  const words = ['kiosk', 'selftest', '--json', '--config', config];
  const { stdout, stderr } = await install.varco(words, { STATE_DIRECTORY: scratch });
  const parts = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { part: string; result: string });
  const failed = parts.filter(({ result }) => result === 'failed').map(({ part }) => part);
  check(failed.sort().join() === FAIL_ON_A_DESK.join(), `self-test: ${stdout}${stderr}`);
  const passed = parts.filter(({ result }) => result === 'passed');
  return `the self-test passes ${passed.length} parts, and names what a desk lacks`;
};

const servesItsPage: Try = async (install, scratch) => {
  const config = await kioskConfig(scratch);
  await install.serving(['kiosk', '--config', config], async (url) => {
    for (const path of ['', 'page.js', 'page.css']) {
      const { status } = await fetch(new URL(path, url));
      check(status === 200, `the kiosk's page answers ${status} for ${path || '/'}`);
    }
  });
  return 'a kiosk starts, serves its page and stops';
};

const kioskTries: readonly Try[] = [decodesPicture, selfTestPasses, servesItsPage];

async function serverConfig(scratch: string): Promise<string> {
  const path = join(scratch, 'server.json');
  const config = {
    host: 'varco.example',
    listen: { address: '127.0.0.1', port: 0 },
    node: 'smoke',
    database: `sqlite:${join(scratch, 'varco.db')}`,
    keyring: join(scratch, 'keyring.json'),
    // With it come the pages.
    web: {},
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}

interface Verbale {
  codiceFiscale: string;
  email?: string;
  giudizio?: string;
  revisionOn?: string;
}

/** Somebody of the sample whom the state's museums let in, and whom a code can be sent to. */
function whoIsLetIn(sample: string): string {
  const found = sample
    .trim()
    .split('\n')
    .map((line): Verbale => JSON.parse(line))
    .find((one) => one.giudizio === 'totale' && one.email && !one.revisionOn);
  return found?.codiceFiscale ?? '';
}

/** A keyring, a database with people in it, a code for one of them, and a gate's question about it. */
const verifiesSomebody: Try = async (install, scratch) => {
  const config = ['--config', await serverConfig(scratch)];
  await install.must('keys', 'init', ...config);
  const people = join(scratch, 'people.ndjson');
  const sample = await install.must('registry', 'sample', '--persons', '200', '--seed', '7');
  await writeFile(people, sample);
  await install.must('registry', 'import', people, ...config);
  const code = whoIsLetIn(sample);
  const issued = await install.must('credential', 'issue', '--code', code, '--json', ...config);
  const { id } = JSON.parse(issued) as { id: string };
  const asked = ['--credential', id, '--code', code, '--policy', 'musei-statali'];
  await install.must('verify', ...asked, ...config);
  await install.must('audit', 'verify', ...config);
  return 'on SQLite somebody is imported, gets a code and is let in; the audit holds';
};

const answers: Try = async (install, scratch) => {
  const config = await serverConfig(scratch);
  await install.serving(['server', '--config', config], async (url) => {
    // A page, and the first style sheet that it names.
    const page = await (await fetch(new URL('login/staff', url))).text();
    const sheet = /\/assets\/bootstrap-italia-[^"]+\.css/.exec(page)?.[0] ?? 'none';
    for (const path of ['livez', 'readyz', sheet]) {
      const { status } = await fetch(new URL(path, url));
      check(status === 200, `the server answers ${status} for ${path}`);
    }
  });
  return 'a server starts on SQLite, answers /livez and /readyz, shows a page and stops';
};

const drawsPdf: Try = async (install) => {
  const source = `
    import { AccessiblePdf } from './dist/server/credential/pdf-document.js';
    const pdf = new AccessiblePdf({ title: 'x', language: 'it', now: Date.now() });
    const { length } = await pdf.finish();
    process.stdout.write(String(length));`;
  const { code, stdout, stderr } = await install.node(['--input-type=module', '-e', source]);
  check(code === 0 && Number(stdout) > 0, `no PDF: ${stderr}`);
  return 'a PDF is drawn with its own letters';
};

const serverTries: readonly Try[] = [verifiesSomebody, answers, drawsPdf];
