import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChromium } from '../../scripts/launch/chromium.ts';
import { type SeededPerson, seedPeople } from '../../scripts/sample/seed-people.ts';
import type { App } from '../../server/app.ts';
import { openStore } from '../../server/store/open-store.ts';
import type { Store } from '../../server/store/store.ts';
import { startApp } from '../support/server-app.ts';
import { webAssets } from '../support/web-assets.ts';
import { checkPage, openWindow, type windows } from '../support/web-browser.ts';

let folder: string;
let store: Store;
let app: App;
let origin: string;
let people: SeededPerson[];
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-reading-'));
  store = await openStore(`sqlite:${join(folder, 'varco.db')}`);
  app = await startApp(store, { web: { assets: await webAssets() } });
  people = await seedPeople(app);
  origin = await app.http.listen({ host: '127.0.0.1', port: 0 });
  browser = await launchChromium(inject('chromium'));
});
afterAll(async () => {
  await browser?.close();
  await app?.stop();
  await store?.close();
  await rm(folder, { recursive: true, force: true });
});

const find = (label: SeededPerson['label']) =>
  people.find((person) => person.label === label) as SeededPerson;
const addressOf = (text: string) => `${origin}${new URL(text).pathname}`;

const settings: [keyof typeof windows, boolean][] = [
  ['phone', true],
  ['phone', false],
  ['desktop', true],
];

describe.each(settings)('on a %s, JavaScript %s', (size, javaScript) => {
  const name = (page: string) => `reading-${page}-${size}${javaScript ? '' : '-no-script'}`;

  test('the five areas of the person whose code was read', async () => {
    const { page, context, complaints } = await openWindow(browser, {
      url: origin,
      size,
      javaScript,
    });
    const one = find('entitledWithCompanion');
    await page.goto(addressOf(one.text));
    await checkPage(page, name('form'), { javaScript });
    await page.getByLabel('Codice fiscale della persona').fill('BNCMRC68P11L219X');
    await page.getByRole('button', { name: 'Verifica' }).click();
    await page.locator('#codice-fiscale-error').waitFor();
    await checkPage(page, name('wrong'), { javaScript });
    await page.getByLabel('Codice fiscale della persona').fill(one.person.codiceFiscale);
    await page.getByRole('button', { name: 'Verifica' }).click();
    await page.getByRole('heading', { name: 'Esito della verifica' }).waitFor();
    await checkPage(page, name('areas'), { javaScript });
    const cells = await page.locator('.varco-areas td').allTextContents();
    expect(cells).toEqual(['✓ Sì', '– No', '– No', '– No', '✓ Sì']);
    expect(complaints).toEqual([]);
    await context.close();
  });
});

test('by keyboard alone, in every language of the switch', async () => {
  const window = await openWindow(browser, { url: origin, size: 'phone', locale: 'de-DE' });
  const { page, context, complaints } = window;
  await page.goto(addressOf(find('notInArchive').text));
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Gelesener QR-Code');
  for (const [language, heading] of [
    ['English', 'Reading of a QR code'],
    ['Français', 'Lecture d’un code QR'],
    ['Slovenščina', 'Prebrana koda QR'],
    ['Italiano', 'Dettaglio lettura QR'],
  ] as const) {
    await page.getByRole('link', { name: language }).click();
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  }
  // What checks the code as it is typed comes with the page's script.
  await page.waitForLoadState('load');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.type(find('notInArchive').person.codiceFiscale.toLowerCase());
  await page.getByText('Il codice è scritto bene.').waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Non possiamo confermarlo' }).waitFor();
  await checkPage(page, 'reading-not-in-archive-phone');
  expect(complaints).toEqual([]);
  await context.close();
});

test('a wrong code, a card, and a code that is none', async () => {
  const { page, context, complaints } = await openWindow(browser, { url: origin, size: 'phone' });
  await page.goto(addressOf(find('entitled').text));
  await page.getByLabel('Codice fiscale').fill(find('revoked').person.codiceFiscale);
  await page.getByRole('button', { name: 'Verifica' }).click();
  await page.getByRole('heading', { name: 'Non riconosciuto' }).waitFor();
  await checkPage(page, 'reading-not-recognised-phone');
  const { codiceFiscale } = find('entitled').person;
  const card = { serial: 'IT-1', expiresAt: Date.now() + 600_000, companion: true };
  const { text } = await app.credentials.issue(codiceFiscale, { actor: 'test', card });
  await page.goto(addressOf(text));
  await page.getByLabel('Codice fiscale').fill(codiceFiscale);
  await page.getByRole('button', { name: 'Verifica' }).click();
  await page.getByRole('heading', { name: 'Carta valida' }).waitFor();
  await checkPage(page, 'reading-card-phone');
  await page.goto(`${origin}/V/1/NOTACODE`);
  await page.getByRole('heading', { name: 'Questo codice non è valido' }).waitFor();
  await checkPage(page, 'reading-not-ours-phone');
  expect(complaints).toEqual([]);
  await context.close();
});
