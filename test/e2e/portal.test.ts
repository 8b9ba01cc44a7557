import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { demoPeople } from '../../scripts/demo/people.ts';
import type { App } from '../../server/app.ts';
import { openStore } from '../../server/store/open.ts';
import type { Store } from '../../server/store/store.ts';
import { launchChromium } from '../support/chromium.ts';
import { logIn } from '../support/citizen.ts';
import { startApp } from '../support/server-app.ts';
import { webAssets } from '../support/web-assets.ts';
import { checkPage, openWindow, type Window, type windows } from '../support/web-browser.ts';

let folder: string;
let store: Store;
let app: App;
let url: string;
let browser: Browser;
/** What left the outbox. */
const sent: { to: string; text: string; attachments: number }[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-portal-'));
  store = await openStore(`sqlite:${join(folder, 'varco.db')}`);
  const catcher = (channel: 'email' | 'sms') => ({
    channel,
    send: (one: { to: string; text: string; attachments?: readonly unknown[] }) => {
      sent.push({ to: one.to, text: one.text, attachments: one.attachments?.length ?? 0 });
      return Promise.resolve({ outcome: 'sent' as const });
    },
    stop: () => Promise.resolve(),
  });
  app = await startApp(store, {
    web: { assets: await webAssets() },
    transports: { email: catcher('email'), sms: catcher('sms') } as never,
  });
  app.notify.start();
  url = await app.http.listen({ host: '127.0.0.1', port: 0 });
  browser = await launchChromium(inject('chromium'));
});
afterAll(async () => {
  await browser?.close();
  await app?.stop();
  await store?.close();
  await rm(folder, { recursive: true, force: true });
});

/** One of the demonstration's people, with another name and a code of their own for each window. */
async function arrive(window: Window, label: string, changes: Record<string, unknown> = {}) {
  const one = demoPeople.find((person) => person.label === label);
  const person = { ...one?.person, ...changes } as (typeof demoPeople)[number]['person'];
  const rows = one?.verbali.map((verbale) => ({ person, verbale })) ?? [];
  await app.registry.importRows([{ person }, ...rows]);
  await logIn(app, window, { url, codiceFiscale: person.codiceFiscale, name: person.name });
  return person;
}

const settings: [keyof typeof windows, boolean][] = [
  ['phone', true],
  ['phone', false],
  ['desktop', true],
];

describe.each(settings)('on a %s, JavaScript %s', (size, javaScript) => {
  const name = (page: string) => `portal-${page}-${size}${javaScript ? '' : '-no-script'}`;

  test('a new request, from the first step to the code', async () => {
    const window = await openWindow(browser, { url, size, javaScript });
    const { page, complaints, context } = window;
    await arrive(window, 'entitledWithCompanion');
    await page.goto('/portal');
    await checkPage(page, name('home-none'), { javaScript });
    await page.getByRole('link', { name: 'Nuova richiesta' }).click();
    await checkPage(page, name('request-1'), { javaScript });
    await page.getByRole('link', { name: 'Procedi' }).click();
    await page.getByRole('heading', { name: 'Controlla i tuoi dati' }).waitFor();
    await checkPage(page, name('request-2'), { javaScript });
    await page.getByRole('link', { name: 'Procedi' }).click();
    await page.getByRole('heading', { name: 'Informativa sulla privacy' }).waitFor();
    await checkPage(page, name('request-3'), { javaScript });
    await page.getByRole('button', { name: 'Conferma' }).click();
    await page.getByRole('heading', { name: 'Il tuo codice è pronto' }).waitFor();
    await checkPage(page, name('detail'), { javaScript });
    await page.getByRole('link', { name: 'Il mio codice' }).click();
    await page.getByRole('heading', { name: 'Il tuo codice è attivo' }).waitFor();
    await checkPage(page, name('home'), { javaScript });
    await page.getByRole('link', { name: 'Consultazione' }).click();
    await checkPage(page, name('requests'), { javaScript });
    for (const [link, heading] of [
      ['Chi mi ha controllato', 'Chi mi ha controllato'],
      ['Contatti e consensi', 'Contatti e consensi'],
      ['Deleghe', 'Deleghe'],
      ['I miei dati', 'I miei dati'],
    ] as const) {
      await page.getByRole('link', { name: link, exact: true }).first().click();
      await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
      await checkPage(page, name(heading.replaceAll(' ', '-').toLowerCase()), { javaScript });
    }
    expect(complaints).toEqual([]);
    await context.close();
    const person = await app.registry.findPerson('BNCMRC68P11L219B');
    const [code] = await app.credentials.ofPerson(person?.id ?? 0);
    await app.credentials.revoke(code?.id ?? '', { actor: 'test', reason: 'next window' });
  });
});
