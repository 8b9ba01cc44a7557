import { mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';
import { toBuffer } from 'qrcode';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startTrayWorld } from '../../scripts/demo/tray-world.ts';
import type { World } from '../../scripts/demo/world.ts';
import { launchProfile, type Profile } from '../../scripts/launch/chromium.ts';
import { filesHolding } from '../support/canary.ts';
import { Waiter } from '../support/waiter.ts';

/** The README's picture; written over only when asked for, so that a test run changes no file. */
const picture = fileURLToPath(
  process.env.VARCO_README_PICTURE
    ? new URL('../../device/page/screenshot.png', import.meta.url)
    : new URL('../output/screenshot.png', import.meta.url),
);

/** The part of axe-core that runs in the page. */
interface Axe {
  run(selector: string): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
}

let world: World;
let profile: Profile;
let context: BrowserContext;
let page: Page;
/** Every phase that the kiosk went through: some are over before a browser can be asked. */
const phases = new Waiter<string>();
const complaints: string[] = [];

beforeAll(async () => {
  await mkdir(fileURLToPath(new URL('../output/', import.meta.url)), { recursive: true });
  world = await startTrayWorld({
    port: 0,
    seed: 1,
    session: { verdictMs: 3_000 },
    state: ({ phase }) => phases.push(phase.name),
  });
  profile = await launchProfile(inject('chromium'), { width: 1280, height: 720 });
  context = profile.context;
  page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') {
      complaints.push(message.text());
    }
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(world.pageUrl) && !/^(data|blob):/.test(request.url())) {
      complaints.push(`a request to elsewhere: ${new URL(request.url()).host}`);
    }
  });
  // By the debugger, outside the page's own policy, which allows no script but the page's.
  await page.addInitScript({ content: axe.source });
  await page.goto(world.pageUrl);
});

afterAll(async () => {
  await profile?.close();
  await world?.stop();
  if (profile) {
    await rm(profile.folder, { recursive: true, force: true });
  }
});

const screen = (name: string) => page.locator(`main[data-screen=${name}]`);

const showCode = (person: number) =>
  page.getByRole('button', { name: `Show: ${world.people[person]?.label}`, exact: true }).click();

test('a person is read, types the code on the screen, and the gate opens and clears', async () => {
  await screen('idle').waitFor();
  const [person] = world.people;
  await showCode(0);
  await screen('entering').waitFor();
  for (const character of person?.codiceFiscale ?? '') {
    await page.getByRole('button', { name: character, exact: true }).click();
  }
  const cells = await page.locator('.cell').allTextContents();
  expect(cells.join('')).toBe(`${'•'.repeat(15)}${person?.codiceFiscale.at(-1)}`);
  await page.getByRole('button', { name: 'Conferma' }).click();
  await screen('showing').waitFor();
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Puoi entrare');
  await page.locator('[data-relay=open]').waitFor();
  await page.locator('[data-lamp=granted]').waitFor();
  await screen('showing').screenshot({ path: picture });
  await screen('idle').waitFor();
  await page.locator('[data-relay=shut]').waitFor();
  expect(await page.locator('.cell').count()).toBe(0);
});

test('every screen on the way passes axe', async () => {
  const check = async () => {
    const found = await page.evaluate(async () => {
      const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run('#kiosk');
      return violations.map((one) => [one.id, one.nodes[0]?.html]);
    });
    expect(found).toEqual([]);
  };
  await screen('idle').waitFor();
  await check();
  await showCode(3);
  await screen('entering').waitFor();
  await check();
  await page.getByRole('button', { name: 'Aiuto' }).click();
  await page.getByRole('dialog').waitFor();
  await check();
  await page.keyboard.press('F1');
  await page.keyboard.type(world.people[3]?.codiceFiscale ?? '');
  await page.keyboard.press('Enter');
  await screen('showing').waitFor();
  await check();
  await page.keyboard.press('Escape');
  await screen('idle').waitFor();
});

test('a person may leave in the middle, and nothing stays on the glass', async () => {
  await showCode(1);
  await screen('entering').waitFor();
  await page.keyboard.type('ABC');
  await page.getByRole('button', { name: 'Lingua' }).click();
  await page.getByRole('heading', { name: 'Type your codice fiscale' }).waitFor();
  await page.getByRole('button', { name: 'End' }).click();
  await page.getByRole('heading', { name: 'Mostra il codice QR' }).waitFor();
  expect(await page.locator('.cell').count()).toBe(0);
});

test('a photo of a code goes through the same camera and decoder', async () => {
  await screen('idle').waitFor();
  const code = await toBuffer(world.people[4]?.credential ?? '', { scale: 6, margin: 4 });
  const buffer = await sharp(code).rotate(8, { background: '#ffffff' }).jpeg().toBuffer();
  const photo = page.getByLabel('A photo of a code');
  await photo.setInputFiles({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer });
  await screen('entering').waitFor();
  await page.keyboard.press('Escape');
  await screen('idle').waitFor();
});

test('a camera that is unplugged is said, and the gate is back in service by itself', async () => {
  await screen('idle').waitFor();
  await page.getByRole('button', { name: 'Unplug the camera' }).click();
  await phases.next((name) => name === 'outOfService');
  await screen('idle').waitFor();
});

test('without the server nobody types for nothing, and it is never shown as “no”', async () => {
  await page.getByRole('button', { name: 'Stop the server' }).click();
  await page.locator('[data-staff=linkDown]').waitFor();
  await showCode(0);
  await page.getByRole('heading', { name: 'Ora non possiamo verificare' }).waitFor();
  expect(await page.locator('[data-relay]').getAttribute('data-relay')).toBe('shut');
  await page.getByRole('button', { name: 'Start the server' }).click();
  await page.locator('[data-staff=linkDown]').waitFor({ state: 'detached' });
});

test('nothing of a person is in what the kiosk, the server or the browser wrote', async () => {
  const secrets = world.people.flatMap(({ codiceFiscale, credential }) => [
    codiceFiscale,
    credential,
  ]);
  expect(await filesHolding(world.folder, secrets)).toEqual([]);
  await profile.close();
  expect(await filesHolding(profile.folder, secrets)).toEqual([]);
});

test('the page asked nobody else for anything and complained of nothing', () => {
  expect(complaints).toEqual([]);
});
