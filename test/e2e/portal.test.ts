import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChromium } from '../../scripts/launch/chromium.ts';
import { demoPeople } from '../../scripts/sample/demo-people.ts';
import type { App } from '../../server/app.ts';
import { openStore } from '../../server/store/open-store.ts';
import type { Store } from '../../server/store/store.ts';
import { Catcher } from '../support/catcher.ts';
import { logIn } from '../support/citizen.ts';
import { startApp } from '../support/server-app.ts';
import { webAssets } from '../support/web-assets.ts';
import { checkPage, openWindow, type Window, type windows } from '../support/web-browser.ts';

let folder: string;
let store: Store;
let app: App;
let url: string;
let browser: Browser;
const post = new Catcher();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-portal-'));
  store = await openStore(`sqlite:${join(folder, 'varco.db')}`);
  app = await startApp(store, {
    web: { assets: await webAssets() },
    transports: post.transports(),
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
    await page.getByRole('heading', { name: 'Consultazione' }).waitFor();
    await checkPage(page, name('requests'), { javaScript });
    await page.getByRole('link', { name: 'Il mio codice' }).click();
    await page.getByRole('link', { name: 'Mostra il codice dal vivo' }).click();
    await page.getByRole('img', { name: 'Codice QR dal vivo' }).waitFor();
    if (javaScript) {
      await page.getByText(/Si rinnova fra \d+ second/).waitFor();
    } else {
      await page.getByText('La pagina si ricarica da sola.').waitFor();
    }
    await checkPage(page, name('live'), { javaScript });
    for (const [link, heading] of [
      ['Il mio stato', 'Il mio stato'],
      ['Disability Card', 'Disability Card'],
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
    const [code] = await app.credentials.listForPerson(person?.id ?? 0);
    await app.credentials.revoke(code?.id ?? '', { actor: 'test', reason: 'next window' });
  });
});

test('contacts missing: asked for, confirmed, and back where one was', async () => {
  const { page, context, complaints } = await openWindow(browser, { url, size: 'phone' });
  await arrive({ page, context, complaints }, 'notCovered', {
    mobile: undefined,
    email: undefined,
  });
  await page.goto('/portal/request');
  await page.getByRole('link', { name: 'Procedi' }).click();
  await page.getByText('Per avere il codice servono').waitFor();
  for (const [channel, label, value, kept] of [
    ['sms', 'Cellulare', '333 123 4567', '+393331234567'],
    ['email', 'Indirizzo e-mail personale', 'laura@example.org', 'laura@example.org'],
  ] as const) {
    await page.getByLabel(label).fill(value);
    await page
      .getByRole('button', { name: 'Manda il codice di conferma' })
      .nth(channel === 'sms' ? 0 : 1)
      .click();
    await page.getByLabel('Codice di conferma').waitFor();
    await checkPage(page, `portal-contact-${channel}-phone`);
    const { text } = await post.next(channel, kept);
    await page.getByLabel('Codice di conferma').fill(/\b\d{6}\b/.exec(text)?.[0] ?? '');
    await page.getByRole('button', { name: 'Conferma', exact: true }).click();
    await page.getByText(/confermato\.$/).waitFor();
  }
  await page.getByRole('link', { name: 'Prosegui da dove eri' }).click();
  await page.getByRole('heading', { name: 'Controlla i tuoi dati' }).waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

test('somebody who is not in the archive acts for somebody who is', async () => {
  const owner = await openWindow(browser, { url, size: 'desktop' });
  const person = await arrive(owner, 'entitled');
  await owner.page.goto('/portal/delegates');
  await owner.page.getByLabel('Nome e cognome della persona').fill('Mario Rossi');
  await owner.page.getByLabel('Codice fiscale della persona').fill('RSSMRA80A01H501U');
  await owner.page
    .getByLabel('Fino al (compreso)')
    .fill(new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10));
  await owner.page.getByRole('button', { name: 'Dai la delega' }).click();
  await owner.page.getByText('La delega è attiva').waitFor();
  await checkPage(owner.page, 'portal-delegated-desktop');
  await owner.context.close();
  const window = await openWindow(browser, { url, size: 'phone' });
  const { page, context, complaints } = window;
  await logIn(app, window, { url, codiceFiscale: 'RSSMRA80A01H501U', name: 'Mario Rossi' });
  await page.goto('/portal');
  await page.getByRole('heading', { name: 'Non troviamo ancora nulla su di te' }).waitFor();
  await checkPage(page, 'portal-not-in-archive-phone');
  await page.getByRole('link', { name: 'Agisci per un’altra persona?' }).click();
  await page.getByRole('button', { name: `Agisci per ${person.name}` }).click();
  await page.getByText(`Stai agendo per ${person.name}`).waitFor();
  await checkPage(page, 'portal-acting-phone');
  await page.getByRole('link', { name: 'Contatti e consensi' }).click();
  await page.getByRole('heading', { name: 'Questo lo può fare solo la persona' }).waitFor();
  await page.getByRole('button', { name: 'Torna ad agire per te' }).first().click();
  await page.getByRole('heading', { name: 'Non troviamo ancora nulla su di te' }).waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

test('the statements in the footer', async () => {
  const { page, context, complaints } = await openWindow(browser, { url, size: 'phone' });
  await page.goto('/privacy?lang=de');
  await page.getByRole('heading', { name: 'Datenschutzhinweise' }).waitFor();
  await checkPage(page, 'statement-privacy-phone');
  await page.getByRole('link', { name: 'Barrierefreiheit' }).click();
  await page.getByRole('heading', { name: 'Erklärung zur Barrierefreiheit' }).waitFor();
  await checkPage(page, 'statement-accessibility-phone');
  expect(complaints).toEqual([]);
  await context.close();
});
