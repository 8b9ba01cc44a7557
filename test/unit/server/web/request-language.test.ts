import cookie from '@fastify/cookie';
import fastify from 'fastify';
import { expect, test } from 'vitest';
import { LANGUAGE_COOKIE, languageOf } from '../../../../server/web/request-language.ts';

async function languageFor(query: string, chosen: string, accepted: string): Promise<string> {
  const http = fastify();
  await http.register(cookie);
  http.get('/', (request) => languageOf(request));
  const answer = await http.inject({
    url: `/${query}`,
    headers: { 'accept-language': accepted },
    cookies: chosen === '' ? {} : { [LANGUAGE_COOKIE]: chosen },
  });
  return answer.body;
}

test.each([
  ['?lang=de', 'fr', 'sl', 'de'],
  ['', 'fr', 'sl', 'fr'],
  ['', '', 'sl, en;q=0.8', 'sl'],
  ['', '', 'es, pt;q=0.9, fr;q=0.2', 'fr'],
  ['', '', 'es', 'it'],
  ['?lang=xx', 'yy', 'en-US', 'en'],
  ['?lang=de&lang=fr', '', 'sl', 'sl'],
])('query %j, cookie %j, header %j: %s', async (query, chosen, accepted, language) => {
  expect(await languageFor(query, chosen, accepted)).toBe(language);
});
