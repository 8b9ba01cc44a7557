import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';

/** The window sizes in which pages are tested. */
export const windows = {
  phone: { width: 390, height: 844 },
  desktop: { width: 1440, height: 900 },
  wall: { width: 1920, height: 1080 },
} as const;

/** A browser window with its own cookies, and its complaints. */
export interface Window {
  context: BrowserContext;
  page: Page;
  /** Console errors, script errors and requests to other hosts; there should be none. */
  complaints: string[];
}

/** Opens a window on a server's pages. */
export async function openWindow(
  browser: Browser,
  options: {
    url: string;
    size?: keyof typeof windows;
    scheme?: 'light' | 'dark';
    locale?: string;
    javaScript?: boolean;
  },
): Promise<Window> {
  const context = await browser.newContext({
    baseURL: options.url,
    viewport: windows[options.size ?? 'desktop'],
    colorScheme: options.scheme ?? 'light',
    locale: options.locale ?? 'it-IT',
    javaScriptEnabled: options.javaScript ?? true,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    // A refused form is answered with its page and an error status.
    if (message.type() === 'error' && !/status of (4\d\d|503)\b/.test(message.text())) {
      complaints.push(message.text());
    }
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(options.url) && !/^(data|blob):/.test(request.url())) {
      complaints.push(`a request to elsewhere: ${new URL(request.url()).host}`);
    }
  });
  return { context, page, complaints };
}

/** The part of axe-core that runs in the page. */
interface Axe {
  run(root: Document): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
}

/** The violations that axe finds on a page; it is injected by the debugger, past the page's policy. */
export async function axeViolations(page: Page): Promise<[rule: string, html: string][]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run(document);
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html }): [string, string] => [id, html]),
    );
  });
}

const output = fileURLToPath(new URL('../output/', import.meta.url));

/** Saves a picture of the whole page in `test/output`. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  await mkdir(output, { recursive: true });
  await page.screenshot({ path: `${output}${name}.png`, fullPage: true });
}

/**
 * Checks what holds for every page: axe finds nothing, and nothing is wider than the window.
 *
 * @param options.javaScript false where axe can't run; the page is tested with JavaScript elsewhere.
 */
export async function checkPage(
  page: Page,
  name: string,
  options: { javaScript: boolean } = { javaScript: true },
): Promise<void> {
  await keepPicture(page, name);
  if (options.javaScript) {
    expect(await axeViolations(page), name).toEqual([]);
  }
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow, `${name}: wider than its window`).toBeLessThanOrEqual(0);
}
