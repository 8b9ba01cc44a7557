import type { App } from '../../server/app.ts';
import type { Window } from './web-browser.ts';

/** Logs a citizen in to a window, with a session made by the server itself. */
export async function logIn(
  app: App,
  { context, page }: Pick<Window, 'context' | 'page'>,
  citizen: { url: string; codiceFiscale: string; name: string },
): Promise<void> {
  const agent = await page.evaluate(() => navigator.userAgent);
  const { codiceFiscale, name } = citizen;
  const arrival = { kind: 'citizen', codiceFiscale, name, assurance: 2, method: 'oidc' } as const;
  const { token } = await app.sessions.create(arrival, agent);
  await context.addCookies([
    { name: 'varco-loopback', value: token, url: citizen.url, httpOnly: true, sameSite: 'Lax' },
  ]);
}
