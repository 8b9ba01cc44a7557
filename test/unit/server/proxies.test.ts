import { pino } from 'pino';
import { expect, test } from 'vitest';
import { demandNamedProxy, Proxies } from '../../../server/proxies.ts';

const origin = 'https://varco.example.it';

test.each([
  ['an https origin, and nobody who ends TLS', { web: { origin }, listen: {} }, true],
  ['a named proxy', { web: { origin, proxies: ['127.0.0.1'] }, listen: {} }, false],
  ['TLS of its own', { web: { origin }, listen: { tls: {} } }, false],
  ['an http origin', { web: { origin: 'http://varco.example.it' }, listen: {} }, false],
  ['no origin', { web: {}, listen: {} }, false],
  ['no pages', { listen: {} }, false],
])('%s: refuses to start: %o', (_name, config, refuses) => {
  let code: unknown;
  try {
    demandNamedProxy(config);
  } catch (error) {
    code = (error as { code?: unknown }).code;
  }
  expect(code).toBe(refuses ? 'proxyUnnamed' : undefined);
});

function proxies(named: string[]) {
  const lines: string[] = [];
  let monotonic = 0;
  const one = new Proxies({
    proxies: named,
    clock: { monotonic: () => monotonic },
    log: pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) }),
  });
  const request = (remoteAddress: string, headers: Record<string, string>) =>
    ({ socket: { remoteAddress }, headers }) as unknown as Parameters<Proxies['addressOf']>[0];
  return { one, lines, request, wait: (ms: number) => (monotonic += ms) };
}
const forwarded = { 'x-forwarded-for': '203.0.113.7' };

test.each([
  ['from this machine', '127.0.0.1', forwarded, true],
  ['from a private network', '10.1.2.3', { forwarded: 'for=203.0.113.7' }, true],
  ['as an IPv6 socket says it', '::ffff:192.168.1.1', { 'x-real-ip': '203.0.113.7' }, true],
  ['a stranger may send any header', '198.51.100.9', forwarded, false],
  ['without a header', '127.0.0.1', {}, false],
])('a proxy that nobody named: %s', (_name, address, headers, isUnnamed) => {
  const { one, lines, request } = proxies([]);
  one.see(request(address, headers));
  one.see(request(address, headers));
  expect(one.isUnnamed).toBe(isUnnamed);
  expect(lines).toHaveLength(isUnnamed ? 1 : 0);
  // Its word counts for nothing.
  expect(one.addressOf(request(address, headers))).toBe(address);
});

test('a named proxy speaks for its clients, and is no fault', () => {
  const { one, lines, request } = proxies(['127.0.0.1', '10.0.0.0/8']);
  one.see(request('127.0.0.1', forwarded));
  expect(one.isUnnamed).toBe(false);
  expect(lines).toEqual([]);
  expect(one.addressOf(request('127.0.0.1', forwarded))).toBe('203.0.113.7');
  const twice = { 'x-forwarded-for': '198.51.100.1, 203.0.113.7, 10.0.0.2' };
  expect(one.addressOf(request('127.0.0.1', twice))).toBe('203.0.113.7');
});

test('it is reported while it lasts, and logged once an hour', () => {
  const { one, lines, request, wait } = proxies([]);
  one.see(request('127.0.0.1', forwarded));
  wait(601_000);
  expect(one.isUnnamed).toBe(false);
  one.see(request('127.0.0.1', forwarded));
  expect(lines).toHaveLength(1);
  wait(3_600_000);
  one.see(request('127.0.0.1', forwarded));
  expect(lines).toHaveLength(2);
});
