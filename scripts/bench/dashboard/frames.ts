import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { findChromium, launchChromium } from '../../launch/chromium.ts';
import type { BenchContext } from '../harness/bench-context.ts';
import { atMost } from '../harness/goals.ts';

/** Tasks longer than this are noticed (W3C Long Tasks). */
const GOAL_MS = 50;
const IDLE_MS = 3_000;
const LIVE_MS = 15_000;
/** Between two actions of a quick person. */
const ACT_GAP_MS = 120;
const WORDS = 'varco 12';
/** Scrolled every 50 ms: as by a fast wheel, and so far that all rows are drawn again. */
const WHEEL_PX = 600;
const LEAP_PX = 6_000;

/**
 * For how long at a time the page of all kiosks blocks the main thread of a real Chromium while somebody
 * sorts, filters and scrolls and the fleet keeps changing; compared with an empty page.
 */
export async function reportFrames(
  report: BenchContext['report'],
  at: { url: string; cookie: string; agent: string; kiosks: number },
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'varco-bench-chromium-'));
  const browser = await launchChromium(await findChromium(folder));
  try {
    const [name = '', value = ''] = at.cookie.split('=');
    const context = await browser.newContext({
      userAgent: at.agent,
      locale: 'it-IT',
      viewport: { width: 1920, height: 1080 },
    });
    await context.addCookies([{ name, value, url: at.url }]);
    const page = await context.newPage();
    const baselineValue = await longest(page, () => page.waitForTimeout(IDLE_MS));
    await page.goto(`${at.url}/fleet`);
    await page.waitForFunction((least) => {
      const shown = document.querySelector<HTMLElement>('[data-shown]')?.dataset.shown;
      return Number(shown) >= least;
    }, at.kiosks);
    const acts: [string, () => Promise<void>][] = [
      ['live updates', () => page.waitForTimeout(LIVE_MS)],
      ['sort by every column, both ways', () => sortAll(page)],
      ['filter, a letter at a time', () => filter(page)],
      ['scroll as fast as a wheel turns', () => scroll(page, WHEEL_PX)],
      ['scroll by a hundred rows at a time', () => scroll(page, LEAP_PX)],
    ];
    for (const [what, act] of acts) {
      const longestMs = await longest(page, act);
      report({
        metric: `longest task in Chromium, ${what}, ${at.kiosks} kiosks`,
        value: longestMs,
        unit: 'ms',
        baseline: 'an empty page, left alone',
        baselineValue,
        ratio: longestMs / baselineValue,
        ...atMost(longestMs, GOAL_MS),
      });
    }
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The longest time, in milliseconds, for which the main thread was blocked during the action. */
async function longest(page: Page, act: () => Promise<void>): Promise<number> {
  const watch = await page.evaluateHandle(() => {
    const { port1, port2 } = new MessageChannel();
    const watch = { worst: 0, at: performance.now(), stop: false };
    port2.onmessage = () => {
      const now = performance.now();
      watch.worst = Math.max(watch.worst, now - watch.at);
      watch.at = now;
      if (!watch.stop) {
        port1.postMessage(0);
      }
    };
    port1.postMessage(0);
    return watch;
  });
  await act();
  return await watch.evaluate((state) => {
    state.stop = true;
    return state.worst;
  });
}

async function sortAll(page: Page): Promise<void> {
  const columns = page.locator('.kiosk-table.virtual thead button');
  for (let column = 0; column < (await columns.count()); column += 1) {
    for (const _way of ['up', 'down']) {
      await columns.nth(column).click();
      await page.waitForTimeout(ACT_GAP_MS);
    }
  }
}

async function filter(page: Page): Promise<void> {
  const field = page.locator('.kiosks input[name=text]');
  await field.pressSequentially(WORDS, { delay: ACT_GAP_MS });
  for (const _letter of WORDS) {
    await field.press('Backspace', { delay: ACT_GAP_MS });
  }
}

async function scroll(page: Page, stepPx: number): Promise<void> {
  await page.evaluate(() => window.scrollTo(0, 0));
  for (let step = 0; step < 40; step += 1) {
    await page.mouse.wheel(0, stepPx);
    await page.waitForTimeout(50);
  }
}
