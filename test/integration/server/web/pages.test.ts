import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { App } from '../../../../server/app.ts';
import { loginConfigSchema } from '../../../../server/login/login-config.ts';
import { access } from '../../../../server/route-access.ts';
import { SqliteStore } from '../../../../server/store/sqlite.ts';
import type { WebAsset } from '../../../../server/web/assets.ts';
import { Pages } from '../../../../server/web/page-renderer.tsx';
import { startApp } from '../../../support/server-app.ts';
import { webAssets } from '../../../support/web-assets.ts';

const login = loginConfigSchema.parse({ pin: true });

let app: App;
let assets: WebAsset[];
let store: SqliteStore;

beforeAll(async () => {
  assets = await webAssets();
  store = await SqliteStore.open(':memory:');
  app = await startApp(store, { web: { assets, origin: 'https://varco.example.it' }, login });
  const pages = new Pages(assets);
  app.http.get('/test', access('public'), (request, reply) =>
    pages.send(request, reply, { title: 'Prova & <prova>', body: 'testo <b>', styles: [] }),
  );
  app.http.post('/test', access('public'), (_request, reply) => reply.send({ done: true }));
});

afterAll(async () => {
  await app.stop();
  await store.close();
});

const get = (url: string, headers: Record<string, string> = {}) =>
  app.http.inject({ url, headers: { accept: 'text/html', ...headers } });

describe('a page', () => {
  test('has its language, a way past the header, and escapes what it is given', async () => {
    const { body, statusCode } = await get('/test');
    expect(statusCode).toBe(200);
    expect(body).toMatch(/^<!doctype html><html lang="it">/);
    expect(body).toContain('href="#content"');
    expect(body).toContain('testo &lt;b>');
    expect(body).not.toContain('<b>');
  });

  test('allows nothing inline and nothing from elsewhere', async () => {
    const { body, headers } = await get('/test');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['strict-transport-security']).toContain('max-age=63072000');
    expect(body).not.toMatch(/<script(?![^>]*\bsrc=)|\sstyle=|<style|https?:\/\//);
  });

  test('loads only what is there, compressed where asked', async () => {
    const { body } = await get('/test');
    const paths = [...body.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path]) => path);
    expect(paths).toHaveLength(2);
    for (const path of paths) {
      const { statusCode, headers } = await get(path ?? '', { 'accept-encoding': 'br, gzip' });
      expect(statusCode).toBe(200);
      expect(headers['content-encoding']).toBe('br');
      expect(headers['cache-control']).toContain('immutable');
    }
  });

  test('the fonts that its style sheet names are served', async () => {
    const css = assets.find(({ name }) => name === 'site.css')?.body.toString() ?? '';
    const fonts = [...css.matchAll(/url\("?(\/assets\/[^")]+woff2)/g)].map(([, path]) => path);
    expect(fonts).toHaveLength(3);
    for (const font of fonts) {
      expect((await get(font ?? '')).headers['content-type']).toBe('font/woff2');
    }
  });
});

test.each([
  ['/test?lang=de', {}, 'de'],
  ['/test', { 'accept-language': 'fr-CH, en;q=0.5' }, 'fr'],
  ['/test', { cookie: 'varco-language=sl', 'accept-language': 'fr' }, 'sl'],
  ['/test?lang=xx', {}, 'it'],
  ['/test?lang=it&lang=de', {}, 'it'],
  ['/test', { cookie: 'varco-language=%00', 'accept-language': '\u007f;;q=' }, 'it'],
] as const)('%s with %j is answered in %s', async (url, headers, language) => {
  const answer = await get(url, headers);
  expect(answer.body).toContain(`<html lang="${language}">`);
  expect(answer.headers['content-language']).toBe(language);
});

test('the links to other languages stay on the page and keep its query', async () => {
  const { body } = await get('/test?a=1%202');
  expect(body).toContain('href="?a=1+2&amp;lang=de"');
});

test.each([
  [{ 'sec-fetch-site': 'cross-site' }, 403],
  [{ 'sec-fetch-site': 'same-site', origin: 'https://varco.example.it' }, 403],
  [{ origin: 'https://evil.example' }, 403],
  [{ origin: 'null' }, 403],
  [{ origin: 'https://varco.example.it' }, 200],
  [{ 'sec-fetch-site': 'same-origin', origin: 'null' }, 200],
  [{}, 200],
] as [Record<string, string>, number][])('a POST with %j gets %i', async (headers, status) => {
  const answer = await app.http.inject({ method: 'POST', url: '/test', headers });
  expect(answer.statusCode).toBe(status);
});

test('who wants a page gets one for what is not there, and a program JSON', async () => {
  expect((await get('/none')).body).toContain('<h1>Pagina non trovata</h1>');
  const { statusCode, body } = await app.http.inject({ url: '/none' });
  expect([statusCode, body]).toEqual([404, '{"code":"notFound"}']);
});

test.each(['/login/staff', '/login/pin'])(
  '%s says so when too many log in at once',
  async (url) => {
    const overloaded = { ok: false, reason: 'overloaded' } as const;
    vi.spyOn(app.logins.passwords, 'logIn').mockResolvedValue(overloaded);
    vi.spyOn(app.logins.pins, 'check').mockResolvedValue(overloaded);
    const headers = { accept: 'text/html', 'accept-language': 'en' };
    const { statusCode, body } = await app.http.inject({ method: 'POST', url, headers });
    expect(statusCode).toBe(503);
    expect(body).toContain('Too many logins at once');
  },
);
