import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';

/** The part of axe-core that runs in the page. */
interface Axe {
  run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
}

/** A cheap phone, and a desktop. */
export const screens = {
  phone: { width: 390, height: 844 },
  desktop: { width: 1280, height: 800 },
} as const;
export type ScreenName = keyof typeof screens;

const pictures = fileURLToPath(new URL('../output/', import.meta.url));

/** A window of its own, and what its pages complained of or asked of other hosts. */
export interface Window {
  context: BrowserContext;
  page: Page;
  complaints: string[];
}

/** Opens a window of one size; `origin` is the only host that its pages may ask for anything. */
export async function openWindow(
  browser: Browser,
  options: { screen: ScreenName; origin: string; javaScript?: boolean; locale?: string },
): Promise<Window> {
  const { screen, origin, javaScript = true, locale = 'it-IT' } = options;
  const context = await browser.newContext({
    viewport: screens[screen],
    javaScriptEnabled: javaScript,
    locale,
    ...(screen === 'phone' ? { isMobile: true, hasTouch: true } : {}),
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d|status of 503/.test(message.text())) {
      complaints.push(message.text());
    }
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !/^(data|blob):/.test(request.url())) {
      complaints.push(`a request to elsewhere: ${new URL(request.url()).host}`);
    }
  });
  return { context, page, complaints };
}

/**
 * What must hold of every page: axe finds nothing, nothing is wider than the window, and a picture of it
 * is kept in test/output for people to look at.
 */
export async function checkPage(page: Page, name: string): Promise<void> {
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: `${pictures}${name}.png`, fullPage: true });
  // Through the debugger, and so past the page's own policy and also where scripts are off.
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run();
    return violations.map((one) => [one.id, one.nodes[0]?.html]);
  });
  expect(found, name).toEqual([]);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow, `${name}: wider than its window`).toBeLessThanOrEqual(0);
}
