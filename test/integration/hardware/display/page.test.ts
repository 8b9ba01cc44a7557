import { on, once } from 'node:events';
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { PageDisplay } from '../../../../hardware/display/page.ts';
import type { Health, Key } from '../../../../hardware/ports.ts';
import { systemClock } from '../../../../shared/clock.ts';

let display: PageDisplay;
let url: string;
let keys: Key[];
let painted: number[];
let health: Health[];
let keyTaken: () => void;

beforeEach(async () => {
  keys = [];
  painted = [];
  health = [];
  keyTaken = () => {};
  display = new PageDisplay(
    { driver: 'page', port: 0 },
    {
      assets: [{ path: '/', type: 'text/html', body: '<h1>varco</h1>' }],
      clock: systemClock,
      ready: (served) => {
        url = served;
      },
    },
  );
  await display.start({
    key: (key) => {
      keys.push(key);
      keyTaken();
    },
    painted: (sequence) => painted.push(sequence),
    health: (value) => health.push(value),
  });
  display.show({ name: 'idle' });
});

afterEach(() => display.stop());

async function join(options: { origin?: string; path?: string } = {}): Promise<WebSocket> {
  const origin = options.origin ?? url.slice(0, -1);
  const address = `${url.replace('http', 'ws')}${options.path ?? 'screen'}`;
  const socket = new WebSocket(address, { origin });
  await once(socket, 'open');
  return socket;
}

test('pushes every screen, also to who comes late, and brings back keys', async () => {
  const socket = new WebSocket(`${url.replace('http', 'ws')}screen`, { origin: url.slice(0, -1) });
  const messages = on(socket, 'message');
  /** The next screen; beats, which only ask whether the page still paints, are passed over. */
  const next = async () => {
    for (;;) {
      const message = JSON.parse(String((await messages.next()).value[0]));
      if (message.screen) {
        return message;
      }
    }
  };
  const first = await next();
  expect(first.screen).toEqual({ name: 'idle' });
  display.show({ name: 'verifying' });
  const second = await next();
  expect(second.screen).toEqual({ name: 'verifying' });
  expect(second.sequence).toBeGreaterThan(first.sequence);
  const taken = new Promise<void>((resolve) => {
    keyTaken = resolve;
  });
  socket.send(JSON.stringify({ name: 'painted', sequence: second.sequence }));
  socket.send('{"name":"key","key":{"kind":"character","character":"A"}}');
  await taken;
  expect(keys).toEqual([{ kind: 'character', character: 'A' }]);
  expect(painted).toEqual([second.sequence]);
  expect(health.at(-1)?.state).toBe('ready');
});

test('answers with nothing kept and nothing from elsewhere', async () => {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
});

describe('refuses', () => {
  test('a name that was made to point here (DNS rebinding)', async () => {
    const { port } = new URL(url);
    const asked = request({ port, host: '127.0.0.1', headers: { host: `evil.example:${port}` } });
    asked.end();
    const [response] = await once(asked, 'response');
    expect(response.statusCode).toBe(421);
    response.resume();
  });

  test.each([
    ['a socket of another site', { origin: 'http://evil.example' }],
    ['a path that is not there', { path: 'other' }],
  ])('%s', async (_name, options) => {
    await expect(join(options)).rejects.toThrow('403');
  });

  test.each([
    ['text that is no message', 'hello'],
    ['a key that is none', '{"name":"key","key":{"kind":"character","character":"<"}}'],
    ['a message with more than its fields', '{"name":"painted","sequence":1,"more":1}'],
    ['bytes', Buffer.from([1, 2, 3])],
    ['too much', `"${'x'.repeat(5_000)}"`],
  ])('%s, and closes that socket alone', async (_name, message) => {
    const socket = await join();
    const other = await join();
    socket.send(message);
    const [code] = await once(socket, 'close');
    expect([1008, 1009]).toContain(code);
    expect(other.readyState).toBe(WebSocket.OPEN);
    expect(keys).toEqual([]);
  });
});

test('a port in use is an error with its code', async () => {
  const { port } = new URL(url);
  const second = new PageDisplay(
    { driver: 'page', port: Number(port) },
    { assets: [], clock: systemClock },
  );
  const events = { key: () => {}, painted: () => {}, health: () => {} };
  await expect(second.start(events)).rejects.toMatchObject({ code: 'portInUse' });
  await second.stop();
});
