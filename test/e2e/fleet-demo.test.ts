import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { additions } from '../../scripts/demo/additions.ts';
import { demoFleet, FREE_GATE } from '../../scripts/demo/demo-fleet.ts';
import { startTrayWorld } from '../../scripts/demo/tray-world.ts';
import type { World } from '../../scripts/demo/world.ts';
import { launchChromium } from '../../scripts/launch/chromium.ts';

const KIOSKS = 8;
const output = fileURLToPath(new URL('../output/fleet/', import.meta.url));
/** The README's picture; written over only when asked for, so that a test run changes no file. */
const picture = process.env.VARCO_README_PICTURE
  ? fileURLToPath(new URL('../../server/web/fleet/screenshot.png', import.meta.url))
  : `${output}unplugged.png`;

let world: World;
let browser: Browser;
/** The kiosk's page with the tray, and the dashboard beside it. */
let kiosk: Page;
let page: Page;
let origin: string;

beforeAll(async () => {
  await mkdir(output, { recursive: true });
  world = await startTrayWorld({
    port: 0,
    seed: 1,
    offline: true,
    enrols: true,
    visit: [...additions, demoFleet({ kiosks: KIOSKS, seed: 1 })],
  });
  origin = world.service.origin ?? '';
  browser = await launchChromium(inject('chromium'));
  const context = await browser.newContext({
    locale: 'it-IT',
    viewport: { width: 1440, height: 900 },
  });
  kiosk = await context.newPage();
  await kiosk.goto(world.pageUrl);
  page = await context.newPage();
});

afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

const linkOf = (label: string) =>
  world.service.links.find((link) => link.label.startsWith(label))?.url ?? '';
const gatePage = () => `${origin}/fleet/gates/${FREE_GATE}`;
const presence = (name: string) => page.locator(`p.state[data-presence=${name}]`);

test('an administrator comes in by the one-time link', async () => {
  await page.goto(linkOf('An administrator'));
  await page.getByLabel('Nome e cognome').fill('Ada Conti');
  await page.getByLabel('Indirizzo e-mail').fill('ada@example.org');
  await page.getByLabel('Password').fill('una frase lunga da ricordare 7');
  await page.getByRole('button', { name: 'Avanti' }).click();
  await page.getByRole('heading', { name: 'App di autenticazione' }).waitFor();
  const secret = ((await page.locator('code').textContent()) ?? '').replaceAll(' ', '');
  await page.getByLabel('Codice dell’app').fill(new TOTP({ secret }).generate());
  await page.getByRole('button', { name: 'Crea l’accesso' }).click();
  await page.getByRole('heading', { name: 'I tuoi codici di recupero' }).waitFor();
  await page.getByRole('link', { name: 'continua' }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/login'));
  await page.goto(`${origin}/fleet`);
  await page
    .locator(`[data-count=total] strong`)
    .getByText(`${KIOSKS + 1}`, { exact: true })
    .waitFor();
});

test('the kiosk is enrolled by showing the dashboard’s QR to its camera', async () => {
  await page.goto(gatePage());
  await presence('neverSeen').waitFor();
  await page.getByRole('button', { name: 'Crea un codice di registrazione' }).click();
  await page.locator('[data-enrol-code]').waitFor();
  await page.screenshot({ path: `${output}enrol.png` });
  const buffer = await page.locator('svg.qr').screenshot();
  await kiosk
    .getByLabel('A photo of a code')
    .setInputFiles({ name: 'qr.png', mimeType: 'image/png', buffer });
  // The page with the code says by itself that the kiosk is there.
  await presence('online').waitFor();
  await kiosk.locator('main[data-screen=idle]').waitFor();
});

test('its scanner is unplugged, and the dashboard says so', async () => {
  await page.goto(gatePage());
  await presence('online').waitFor();
  await page.locator('[data-alive=live]').waitFor();
  const began = performance.now();
  await kiosk.getByRole('button', { name: 'Pull the scanner’s plug' }).click();
  await page.locator('[data-part][data-state=lost], [data-part][data-state=failing]').waitFor();
  process.stdout.write(`unplugged and seen after ${Math.round(performance.now() - began)} ms\n`);
  await page.screenshot({ path: picture });
  await kiosk.getByRole('button', { name: 'Plug the scanner in' }).click();
  await presence('online').waitFor();
});

test('its policy is changed: drift appears, and goes', async () => {
  await page.goto(`${origin}/fleet`);
  await page.locator('[data-alive=live]').waitFor();
  await page.locator('[data-count=drift] strong').getByText('0', { exact: true }).waitFor();
  // It may be over before anybody can ask: every number that stands there is noted.
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(globalThis, { seen });
    new MutationObserver(() => {
      seen.push(document.querySelector('[data-count=drift] strong')?.textContent ?? '');
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  const other = await page.context().newPage();
  await other.goto(gatePage());
  await other.getByText('Modifica il varco').click();
  await other.locator('#gate-policy').selectOption('trasporto-veneto');
  await other.getByRole('button', { name: 'Salva', exact: true }).click();
  await other.close();
  await page.waitForFunction(() => {
    const { seen } = globalThis as unknown as { seen: string[] };
    return seen.includes('1') && seen.at(-1) === '0';
  });
});

test('a command is sent, and its result comes by itself', async () => {
  await page.goto(gatePage());
  await page.getByLabel('Comando').selectOption('identify');
  await page.getByRole('button', { name: 'Invia' }).click();
  await page.locator('[data-command=identify][data-state=done]').waitFor();
});

test('the server is stopped and started: the counter says so, and all come back', async () => {
  await page.goto(`${origin}/fleet`);
  const online = page.locator('[data-count=online] strong');
  await online.getByText(`${KIOSKS + 1}`, { exact: true }).waitFor();
  await kiosk.getByRole('button', { name: 'Stop the server' }).click();
  await page.locator('[data-alive=stopped]').waitFor();
  await kiosk.getByRole('button', { name: 'Start the server' }).click();
  await page.locator('[data-alive=live]').waitFor();
  await online.getByText(`${KIOSKS + 1}`, { exact: true }).waitFor();
});

test('metrics are there for the token that was printed, and for nobody else', async () => {
  const [, token = '', url = ''] = /Bearer (\S+)' (\S+)/.exec(linkOf('Metrics')) ?? [];
  expect((await fetch(url)).status).toBe(401);
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  expect(answer.status).toBe(200);
  expect(await answer.text()).toMatch(/^varco_\w+/m);
});
