import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { additions } from '../../scripts/demo/additions.ts';
import { newcomer } from '../../scripts/demo/citizen.ts';
import { startTrayWorld } from '../../scripts/demo/tray-world.ts';
import type { World } from '../../scripts/demo/world.ts';
import { launchChromium } from '../../scripts/launch/chromium.ts';
import { drawPage, openPdf, readCodes } from '../support/pdf-page.ts';
import { Waiter } from '../support/waiter.ts';
import { checkPage, openWindow, type Window } from '../support/web-browser.ts';

/** The whole walk of the demonstration, as a visitor does it by hand. */

let world: World;
let browser: Browser;
let citizen: Window;
const phases = new Waiter<string>();
const { codiceFiscale, name } = newcomer.person;
/** What the sheet's QR holds, read from its picture. */
let code: string;
let photo: Buffer;

beforeAll(async () => {
  world = await startTrayWorld({
    port: 0,
    seed: 1,
    session: { verdictMs: 3_000 },
    visit: additions,
    state: ({ phase }) => phases.push(phase.name),
  });
  browser = await launchChromium(inject('chromium'));
  citizen = await openWindow(browser, { url: world.service.origin ?? '', size: 'phone' });
});
afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

test('a citizen logs in through the identity provider and makes the code', async () => {
  const { page } = citizen;
  await page.goto('/portal');
  await page.getByRole('link', { name: /SPID/ }).click();
  await page.getByRole('button', { name, exact: true }).click();
  await page.getByRole('heading', { name: 'Il tuo codice QR' }).waitFor();
  // The identity provider is another host, and the only one.
  const elsewhere = new Set(citizen.complaints.splice(0));
  expect([...elsewhere]).toEqual([expect.stringMatching(/^a request to elsewhere: 127\.0\.0\.1/)]);
  await page.getByRole('link', { name: 'Nuova richiesta' }).click();
  await page.getByRole('link', { name: 'Procedi' }).click();
  await page.getByRole('heading', { name: 'Controlla i tuoi dati' }).waitFor();
  await page.getByRole('link', { name: 'Procedi' }).click();
  await page.getByRole('button', { name: 'Conferma' }).click();
  await page.getByRole('heading', { name: 'Il tuo codice è pronto' }).waitFor();
});

test('the PDF holds the code, as a picture of it shows', async () => {
  const pdf = await openPdf(await download(citizen.page, '/portal/requests/1/pdf'));
  const picture = await drawPage(pdf, 1, 150);
  const { width = 0, height = 0 } = await sharp(picture).metadata();
  // As somebody holds the sheet: the code near the camera.
  const left = Math.round(width * 0.2);
  const area = { left, top: 0, width: width - 2 * left, height: Math.round(height * 0.5) };
  photo = await sharp(picture).extract(area).jpeg().toBuffer();
  const [text = ''] = await readCodes(picture);
  expect(text).toMatch(/^HTTPS:\/\/VARCO\.EXAMPLE\.IT\/V\/1\//);
  code = text;
});

test('held to the kiosk’s camera, with the codice fiscale typed, the gate opens', async () => {
  const { page, context } = await openWindow(browser, { url: world.pageUrl });
  await page.goto(world.pageUrl);
  await page.locator('main[data-screen=idle]').waitFor();
  await page
    .getByLabel('A photo of a code')
    .setInputFiles({ name: 'sheet.jpg', mimeType: 'image/jpeg', buffer: photo });
  await page.locator('main[data-screen=entering]').waitFor();
  await page.keyboard.type(codiceFiscale);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Potete entrare' }).waitFor();
  await page.locator('[data-relay=open]').waitFor();
  await context.close();
});

test('a phone’s camera opens the reading page, which says the five areas', async () => {
  const reader = await openWindow(browser, { url: world.service.origin ?? '', size: 'phone' });
  await reader.page.goto(new URL(code).pathname);
  await reader.page.getByLabel('Codice fiscale').fill(codiceFiscale);
  await reader.page.getByRole('button', { name: 'Verifica' }).click();
  const cells = await reader.page.locator('.varco-areas td').allTextContents();
  expect(cells).toEqual(['✓ Sì', '– No', '– No', '– No', '✓ Sì']);
  expect(reader.complaints).toEqual([]);
  await reader.context.close();
});

test('the citizen sees both under “who checked me”, and can lock the code', async () => {
  const { page, complaints } = citizen;
  await page.getByRole('link', { name: 'Chi mi ha controllato' }).click();
  const checks = page.locator('.varco-cards > li');
  await checks.first().waitFor();
  expect(await checks.count()).toBe(2);
  const [read = '', passed = ''] = await checks.allTextContents();
  expect(read).toContain('Pagina pubblica di lettura');
  expect(read).toContain('Sì per: Invalidità civile, Handicap');
  expect(passed).toContain('Demo gate');
  expect(passed).toContain('Puoi passare');
  await checkPage(page, 'portal-checks-phone');
  await page.getByRole('button', { name: 'Non ero io: blocca il codice' }).click();
  await page.getByRole('heading', { name: 'Il codice è bloccato' }).waitFor();
  await page.goto('/portal');
  await page.getByRole('heading', { name: 'Il tuo codice è bloccato' }).waitFor();
  await checkPage(page, 'portal-locked-phone');
  expect(complaints).toEqual([]);
});

/** A file as the page itself gets it, with its own session. */
async function download(page: Page, path: string): Promise<Buffer> {
  const base64 = await page.evaluate(async (url) => {
    const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  }, path);
  return Buffer.from(base64, 'base64');
}
