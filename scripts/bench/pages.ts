/**
 * How much is transferred when a page is opened for the first time: HTML, style sheets and scripts with
 * their headers, in bytes read from sockets and without fonts. The goal is 150 KB.
 */
import { get } from 'node:http';
import { pino } from 'pino';
import { createApp } from '../../server/app.ts';
import { generateKeyringFile, Keyring } from '../../server/keys/keyring.ts';
import { SqliteStore } from '../../server/store/sqlite.ts';
import { systemClock } from '../../shared/clock.ts';
import { bundleWeb } from '../build-web.ts';
import { seedPeople } from '../sample/seed-people.ts';
import type { BenchContext } from './harness/bench-context.ts';

const GOAL_BYTES = 150_000;
const AGENT = 'bench';

interface Loaded {
  bytes: number;
  requests: number;
}

export async function run(context: BenchContext): Promise<void> {
  const store = await SqliteStore.open(':memory:');
  const app = createApp({
    store,
    keyring: new Keyring(generateKeyringFile(0)),
    clock: systemClock,
    log: pino({ level: 'silent' }),
    node: 'bench',
    host: 'bench.example',
    web: { assets: await bundleWeb() },
  });
  try {
    await app.start();
    const people = await seedPeople(app);
    const [one] = people;
    const origin = await app.http.listen({ host: '127.0.0.1', port: 0 });
    const { codiceFiscale = '', name = '' } = one?.person ?? {};
    const arrival = { kind: 'citizen', codiceFiscale, name, assurance: 2, method: 'oidc' } as const;
    const { token } = await app.sessions.create(arrival, AGENT);
    const cookie = `varco-loopback=${token}`;
    const pages: [string, string][] = [
      ['reading page', new URL(one?.text ?? '').pathname],
      ['login', '/login'],
      ['portal', '/portal'],
      ['live code', '/portal/live'],
      ['my status', '/portal/status'],
      ['who checked me', '/portal/checks'],
      ['privacy notice', '/privacy'],
    ];
    for (const [metric, path] of pages) {
      const packed = await load(origin, path, { cookie, 'accept-encoding': 'br, gzip' });
      const plain = await load(origin, path, { cookie });
      context.report({
        metric: `${metric} (${packed.requests} requests)`,
        value: packed.bytes,
        unit: 'B',
        baseline: 'uncompressed',
        baselineValue: plain.bytes,
        ratio: packed.bytes / plain.bytes,
        goal: `≤ ${GOAL_BYTES}`,
        met: packed.bytes <= GOAL_BYTES,
      });
    }
  } finally {
    await app.stop();
    await store.close();
  }
}

/** Loads a page with everything it refers to, directly or indirectly. */
async function load(
  origin: string,
  path: string,
  headers: Record<string, string>,
): Promise<Loaded> {
  const seen = new Set([path]);
  const loaded: Loaded = { bytes: 0, requests: 0 };
  for (const one of seen) {
    const { bytes, status } = await fetchOver(origin, one, { ...headers, accept: 'text/html' });
    if (status !== 200) {
      throw new Error(`${one} answered ${status}`);
    }
    loaded.bytes += bytes;
    loaded.requests += 1;
    // Fetched again as plain text to find what it refers to; not counted.
    const { text } = await fetchOver(origin, one, {
      cookie: headers.cookie ?? '',
      accept: 'text/html',
    });
    for (const named of namedIn(one, text)) {
      seen.add(named);
    }
  }
  return loaded;
}

function namedIn(path: string, text: string): string[] {
  const pattern = path.endsWith('.js')
    ? /(?:from|import)\s*\(?["'](\.{0,2}\/[^"']+\.js)["']/g
    : /(?:href|src)="(\/assets\/[^"]+\.(?:css|js))"/g;
  return [...text.matchAll(pattern)].map(
    ([, name = '']) => new URL(name, `http://page.invalid${path}`).pathname,
  );
}

/** One request on its own connection, with all bytes that came back through the socket. */
function fetchOver(
  origin: string,
  path: string,
  headers: Record<string, string>,
): Promise<{ bytes: number; status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const options = { agent: false, headers: { 'user-agent': AGENT, ...headers } } as const;
    const request = get(`${origin}${path}`, options, (response) => {
      const { socket } = response;
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const text = Buffer.concat(parts).toString();
        resolve({ bytes: socket.bytesRead, status: response.statusCode ?? 0, text });
      });
    });
    request.on('error', reject);
  });
}
