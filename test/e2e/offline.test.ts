import { rm } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startTrayWorld } from '../../scripts/demo/tray-world.ts';
import type { World } from '../../scripts/demo/world.ts';
import { launchProfile, type Profile } from '../../scripts/launch/chromium.ts';
import { filesHolding } from '../support/canary.ts';

let world: World;
let profile: Profile;
let page: Page;

beforeAll(async () => {
  world = await startTrayWorld({ port: 0, seed: 1, offline: true });
  profile = await launchProfile(inject('chromium'), { width: 1280, height: 720 });
  page = await profile.context.newPage();
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

/** Shows a person's code, types the codice fiscale, and answers the screen's title. */
async function walk(person: number): Promise<string | null> {
  await screen('idle').waitFor();
  const label = `Show: ${world.people[person]?.label}`;
  await page.getByRole('button', { name: label, exact: true }).click();
  await screen('entering').waitFor();
  await page.keyboard.type(world.people[person]?.codiceFiscale ?? '');
  await page.getByRole('button', { name: 'Conferma' }).click();
  await screen('showing').waitFor();
  return page.getByRole('heading', { level: 1 }).textContent();
}

test('the network is cut: granted and refused offline, and the facts follow', async () => {
  await screen('idle').waitFor();
  // Everybody's entry is derived at full cost, and the list with all of them is in force.
  await world.listReady();
  await page.getByRole('button', { name: 'Cut the network' }).click();
  const staff = page.locator('[data-staff=linkDown]');
  await staff.waitFor();
  expect(await staff.textContent()).toMatch(/^Senza collegamento · elenco di \d+ min fa/);

  expect(await walk(0)).toBe('Puoi entrare');
  const answered = page.locator('[data-staff=offlineAnswer]');
  expect(await answered.textContent()).toMatch(
    /^Risposta data senza collegamento · elenco di \d+ min fa/,
  );
  // The words that a screen reader is told are the person's, not the staff's.
  expect(await page.getByRole('status').textContent()).not.toContain('collegamento');
  await page.locator('[data-relay=open]').waitFor();
  await page.keyboard.press('Escape');

  expect(await walk(2)).toBe('Ingresso non confermato');
  await page.locator('[data-relay=shut]').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('[data-waiting="2"][data-kept="0"]').waitFor();

  await page.getByRole('button', { name: 'Mend the network' }).click();
  await staff.waitFor({ state: 'detached' });
  await page.locator('[data-waiting="0"][data-kept="2"]').waitFor();

  const secrets = world.people.flatMap(({ codiceFiscale, credential }) => [
    codiceFiscale,
    credential,
  ]);
  expect(await filesHolding(world.folder, secrets)).toEqual([]);
});
