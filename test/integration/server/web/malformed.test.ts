import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../../../../scripts/launch/embedded-postgres.ts';
import { seedPeople } from '../../../../scripts/sample/seed-people.ts';
import { routesOf } from '../../../../server/route-access.ts';
import { openStore } from '../../../../server/store/open-store.ts';
import type { Store } from '../../../../server/store/store.ts';
import { isErrorCode } from '../../../../shared/error-codes.ts';
import { AGENT, type DashboardApp, startDashboard } from '../../../support/fleet/dashboard-app.ts';
import { administrator } from '../../../support/fleet-app.ts';

interface Sent {
  what: string;
  type?: string;
  body?: string | Buffer;
  query?: string;
}

const json = 'application/json';
const form = 'application/x-www-form-urlencoded';
const names = [
  ...['title', 'site', 'sites', 'role', 'account', 'reason', 'name', 'code', 'filter', 'version'],
  ...['gates', 'gate', 'purpose', 'case', 'email', 'password', 'secret', 'answer', 'label', 'id'],
  ...['codice-fiscale', 'request', 'seen', 'theme', 'query', 'policy', 'plan', 'until', 'command'],
];
const all = (value: unknown) => JSON.stringify(Object.fromEntries(names.map((it) => [it, value])));
const multipart = 'multipart/form-data; boundary=x';

/** Bodies that no route takes, or takes for what they are not. */
const bodies: Sent[] = [
  { what: 'text', type: 'text/plain', body: 'x' },
  { what: 'a picture', type: 'image/png', body: 'x' },
  { what: 'no type', body: 'x' },
  ...['[]', 'null', '"x"', '1', '{', '', '{"__proto__":{"a":1}}', '{"a":"\\u0000"}', '[[1]]'].map(
    (body) => ({ what: `JSON ${body}`, type: json, body }),
  ),
  { what: 'nesting', type: json, body: `${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}` },
  { what: 'nested lists', type: json, body: `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}` },
  { what: 'too much', type: json, body: `{"a":"${'x'.repeat(70_000)}"}` },
  ...[1, null, true, [], ['a'], {}, { a: { b: [] } }, 'x'.repeat(900), -1, 1e300].map((value) => ({
    what: `fields that are ${JSON.stringify(value).slice(0, 12)}`,
    type: json,
    body: all(value),
  })),
  ...['a=%', '%=%', 'title=%00', 'a[b]=c', '&&&', '=', ''].map((body) => ({
    what: `form ${body}`,
    type: form,
    body,
  })),
  { what: 'fields twice', type: form, body: names.map((it) => `${it}=1&${it}=2`).join('&') },
  { what: 'fields', type: form, body: names.map((it) => `${it}=%ff%C0`).join('&') },
  { what: 'parts without a boundary', type: 'multipart/form-data', body: 'x' },
  { what: 'no parts', type: multipart, body: 'x' },
  { what: 'a part that ends', type: multipart, body: '--x\r\nContent-Disposition: form-da' },
  {
    what: 'a file that ends',
    type: multipart,
    body: '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc',
  },
  { what: 'a part without a head', type: multipart, body: '--x\r\n\r\nabc\r\n--x--' },
];
const queries = [
  ...['lang=x&lang=y', '%', 'a[b]=c', 'before=x', `before=${'9'.repeat(20)}`, 'page=-1&page=2'],
  ...['limit=0', 'limit=1e9', 'range=x&range=y', 'state=%00', `text=${'x'.repeat(2_000)}`],
  ...['presence=x', 'sort=__proto__', 'done=toString', 'done=__proto__', 'reason=', 'to=//x', '?'],
];
const params = ['x', '%00', '%ff', '%', '..%2f..', '__proto__', 'x'.repeat(90), 'x'.repeat(5_000)];

/** They end the session or the person, and the rest would meet nobody. */
const ends = /^\/logout|\/erase$/;

describe.each(['sqlite', 'postgres'] as const)('malformed requests on %s', (engine) => {
  let postgres: Postgres | undefined;
  let store: Store;
  let one: DashboardApp;
  const askers: { name: string; headers: Record<string, string> }[] = [];

  beforeAll(async () => {
    postgres = engine === 'postgres' ? await startPostgres() : undefined;
    store = await openStore(postgres ? await postgres.createDatabase() : 'sqlite::memory:');
    one = await startDashboard(store);
    await one.app.fleet.sites.create(administrator, { id: 'x', title: 'x' });
    const [person] = await seedPeople(one.app);
    const citizen = await one.app.sessions.create(
      {
        kind: 'citizen',
        codiceFiscale: person?.person.codiceFiscale ?? '',
        assurance: 2,
        method: 'oidc',
      },
      AGENT,
    );
    const staff = await one.logIn('administrator');
    for (const [name, token] of [
      ['citizen', citizen.token],
      ['administrator', staff.value],
    ] as const) {
      const open = await one.app.sessions.open(token, AGENT);
      const headers = { cookie: `varco-loopback=${token}`, 'x-csrf-token': open?.csrf ?? '' };
      askers.push({ name, headers });
    }
    askers.push({ name: 'nobody', headers: {} });
  }, 120_000);

  afterAll(async () => {
    await one.app.stop();
    await store.close();
    await postgres?.stop();
  });

  /** What is wrong with an answer, or nothing. */
  async function problemOf(method: string, url: string, headers: object, sent: Sent) {
    const answer = await one.app.http.inject({
      method: method as 'GET',
      url: `${url}${sent.query === undefined ? '' : `?${sent.query}`}`,
      headers: {
        ...{ host: '127.0.0.1', 'user-agent': AGENT },
        ...headers,
        ...(sent.type ? { 'content-type': sent.type } : {}),
      },
      ...(sent.body === undefined ? {} : { payload: sent.body }),
    });
    const isJson = String(answer.headers['content-type']).startsWith(json);
    const code =
      isJson && answer.statusCode >= 400 && method !== 'HEAD'
        ? answer.json().code
        : 'requestInvalid';
    const isWell =
      (answer.statusCode < 500 || code === 'unavailable') &&
      answer.headers['x-content-type-options'] === 'nosniff' &&
      answer.headers['content-security-policy'] !== undefined &&
      typeof code === 'string' &&
      isErrorCode(code);
    return isWell
      ? []
      : [`${method} ${url.slice(0, 60)} ${sent.what}: ${answer.statusCode} ${code}`];
  }

  const routes = () =>
    routesOf(one.app.http).filter(
      ({ url }) => !url.startsWith('/assets/') && url !== '/fleet/events',
    );
  const filled = (url: string, param = 'x') => url.replaceAll(/:\w+|\*/g, param);

  /** Whom a route is for: the others are refused before anything is read. */
  const askerOf = (access: unknown) =>
    askers.find(({ name }) =>
      access === 'public'
        ? name === 'nobody'
        : (name === 'citizen') === (access === 'citizen' || access === 'session'),
    );

  test('no route answers more than a refusal, each with its headers and a known code', async () => {
    const wrong: string[] = [];
    let count = 0;
    for (const { method, url, access } of routes()) {
      if (ends.test(url)) {
        continue;
      }
      const asker = askerOf(access);
      const cases: [string, Sent][] = [
        ...(method === 'GET' || method === 'HEAD' ? [] : bodies).map((sent): [string, Sent] => [
          filled(url),
          sent,
        ]),
        ...queries.map((query): [string, Sent] => [filled(url), { what: query, query }]),
        ...params.map((param): [string, Sent] => [filled(url, param), { what: param }]),
      ];
      for (const [path, sent] of cases) {
        count += 1;
        const accept = count % 2 === 0 ? 'text/html' : json;
        wrong.push(...(await problemOf(method, path, { ...asker?.headers, accept }, sent)));
      }
    }
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(5_000);
  }, 300_000);

  test.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'])(
    'a method that is not there: %s',
    async (method) => {
      const wrong: string[] = [];
      for (const { url } of routes()) {
        wrong.push(...(await problemOf(method, filled(url), {}, { what: 'method' })));
      }
      expect(wrong).toEqual([]);
    },
  );
});

describe('what is not HTTP, or not ours', () => {
  let store: Store;
  let one: DashboardApp;
  beforeAll(async () => {
    store = await openStore('sqlite::memory:');
    one = await startDashboard(store);
  });
  afterAll(async () => {
    await one.app.stop();
    await store.close();
  });

  test.each<[string, string, number]>([
    ['an address with a stray percent sign', 'GET /V/% HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['the same from a browser', 'GET /V/% HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n', 400],
    ['no path', 'GET // HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n', 404],
    ['no host', 'GET /livez HTTP/1.1\r\n\r\n', 400],
    ['no HTTP', 'NOPE\r\n\r\n', 400],
    ['a method of nobody', 'FOO / HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['headers without end', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`, 431],
    ['an expectation', 'GET / HTTP/1.1\r\nHost: x\r\nExpect: more\r\n\r\n', 417],
    [
      'two lengths',
      'POST /login/staff HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
  ])('%s', async (_what, text, status) => {
    const { hostname, port } = new URL(one.url);
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.on('data', (bytes) => {
      answer += bytes;
      socket.end();
    });
    socket.write(text);
    await once(socket, 'close');
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toMatch(/^x-content-type-options: nosniff\r$/m);
    expect(answer).toMatch(/^content-security-policy: /m);
  });
});
