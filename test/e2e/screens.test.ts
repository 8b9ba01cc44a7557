import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { PageDisplay } from '../../hardware/display/page.ts';
import { launchChromium } from '../../scripts/launch/chromium.ts';
import { readPage } from '../../scripts/launch/page-files.ts';
import { systemClock } from '../../shared/clock.ts';
import { type Language, languages } from '../../shared/language.ts';
import { everyScreen } from '../support/kiosk/every-screen.ts';
import { Waiter } from '../support/waiter.ts';

/** The sizes of issue 6, each as the glass is mounted: its width in millimetres. */
const sizes = [
  { width: 1080, height: 1920, widthMm: 340 },
  { width: 1920, height: 1080, widthMm: 480 },
  { width: 1024, height: 600, widthMm: 222 },
  { width: 800, height: 480, widthMm: 154 },
];

interface Axe {
  run(
    selector: string,
    options: object,
  ): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
}

const output = fileURLToPath(new URL('../output/screens/', import.meta.url));
let browser: Browser;

beforeAll(async () => {
  await mkdir(output, { recursive: true });
  browser = await launchChromium(inject('chromium'));
});

afterAll(() => browser?.close());

/** A page display with a page before it. */
class Glass {
  readonly painted = new Waiter<number>();
  readonly #display: PageDisplay;
  #page: Page | undefined;
  #sequence = 0;

  constructor(
    size: (typeof sizes)[number],
    assets: Awaited<ReturnType<typeof readPage>>,
    ready: (url: string) => void,
  ) {
    this.#display = new PageDisplay(
      { driver: 'page', port: 0, glass: { widthMm: size.widthMm, viewingMm: 600 } },
      { assets, clock: systemClock, ready },
    );
  }

  static async open(size: (typeof sizes)[number]): Promise<Glass> {
    let url = '';
    const glass: Glass = new Glass(size, await readPage(), (at) => {
      url = at;
    });
    await glass.#display.start({
      key: () => {},
      painted: (sequence) => glass.painted.push(sequence),
      health: () => {},
    });
    const page = await browser.newPage({ viewport: { width: size.width, height: size.height } });
    await page.addInitScript({ content: axe.source });
    await page.goto(url);
    glass.#page = page;
    // The first beat came with the start; each screen counts on from it.
    glass.#sequence = 1;
    return glass;
  }

  get page(): Page {
    if (!this.#page) {
      throw new Error('The glass is not open');
    }
    return this.#page;
  }

  /** Shows a screen and waits until the page says that it is painted. */
  async show(screen: unknown): Promise<void> {
    this.#sequence += 1;
    const sequence = this.#sequence;
    this.#display.show(screen);
    await this.painted.next((painted) => painted >= sequence);
  }

  async close(): Promise<void> {
    await this.#page?.close();
    await this.#display.stop();
  }
}

let glass: Glass | undefined;

afterEach(async () => {
  await glass?.close();
  glass = undefined;
});

/** What would make a screen unusable: things beyond the glass, or keys too small to hit. */
function measure(page: Page, size: (typeof sizes)[number]) {
  // Capital letters of at least 0.7° at 600 mm (EN 301 549 §5.1.4), of Titillium Web's proportions.
  const capitalMm = 2 * 600 * Math.tan((0.7 * Math.PI) / 360);
  const leastPx = (capitalMm * size.width) / size.widthMm / 0.69;
  return page.evaluate((fontPx) => {
    const { scrollWidth, clientWidth, clientHeight } = document.documentElement;
    const beyond = [...document.querySelectorAll('#kiosk *')]
      .filter((element) => {
        const { left, right, width } = element.getBoundingClientRect();
        return width > 0 && (left < -1 || right > clientWidth + 1);
      })
      .map((element) => element.outerHTML.slice(0, 80));
    const small = [...document.querySelectorAll('button')]
      .map((button) => ({ box: button.getBoundingClientRect(), text: button.textContent }))
      .filter(({ box }) => box.width > 0 && (box.width < 44 || box.height < 44))
      .map(({ box, text }) => `${text} ${Math.round(box.width)}×${Math.round(box.height)}`);
    const cut = [...document.querySelectorAll<HTMLElement>('button, h1, h2, p, dd')]
      .filter((element) => element.clientWidth > 1)
      .filter((element) => element.scrollWidth > element.clientWidth + 1)
      .map((element) => element.textContent);
    // An answer is read at a glance: only help scrolls, and what is wrong in a codice fiscale.
    const isDiagnosis = document.querySelector('.cell.wrong') !== null;
    const below = [...document.querySelectorAll<HTMLElement>('h1, p, button')]
      .filter((element) => !element.closest('.help') && element.clientWidth > 1)
      .filter((element) => {
        const said = element.closest('.said')?.getBoundingClientRect().bottom ?? clientHeight;
        const { bottom, height } = element.getBoundingClientRect();
        const letterPx = Number.parseFloat(getComputedStyle(element).fontSize);
        const hidden = bottom - Math.min(said, clientHeight);
        return height > 0 && hidden > letterPx / 4 && !(isDiagnosis && said < clientHeight);
      })
      .map((element) => element.textContent);
    const tiny = [...document.querySelectorAll<HTMLElement>('#kiosk *')]
      .filter((element) => [...element.childNodes].some(({ nodeName }) => nodeName === '#text'))
      .filter((element) => element.textContent?.trim() && element.clientWidth !== 1)
      .filter((element) => element.getClientRects().length > 0)
      .filter((element) => Number.parseFloat(getComputedStyle(element).fontSize) < fontPx - 0.01)
      .map((element) => `${element.textContent} ${getComputedStyle(element).fontSize}`);
    return { over: Math.max(0, scrollWidth - clientWidth), beyond, small, cut, below, tiny };
  }, leastPx);
}

const fine = { over: 0, beyond: [], small: [], cut: [], below: [], tiny: [] };

function violations(page: Page) {
  return page.evaluate(async () => {
    const { violations: found } = await (globalThis as unknown as { axe: Axe }).axe.run('#kiosk', {
      resultTypes: ['violations'],
      // 7:1, beyond what axe asks by itself (WCAG 1.4.6).
      rules: { 'color-contrast-enhanced': { enabled: true } },
    });
    return found.map((one) => `${one.id}: ${one.nodes[0]?.html}`);
  });
}

/** The README's languages of one size; the pictures are for looking at, in test/output. */
const pictured: readonly Language[] = ['it', 'de'];

describe.each(sizes)('at $width × $height', (size) => {
  test.each(languages)(
    'every screen in “%s” is whole, and axe finds nothing',
    async (language) => {
      glass = await Glass.open(size);
      const wrong: Record<string, unknown> = {};
      for (const [name, screen] of Object.entries(everyScreen(language))) {
        await glass.show(screen);
        const found = { ...(await measure(glass.page, size)), axe: await violations(glass.page) };
        if (JSON.stringify(found) !== JSON.stringify({ ...fine, axe: [] })) {
          wrong[name] = found;
        }
        if (pictured.includes(language)) {
          const path = `${output}${size.width}x${size.height}-${language}-${name}.png`;
          await glass.page.screenshot({ path, animations: 'disabled' });
        }
      }
      expect(wrong).toEqual({});
    },
    120_000,
  );
});
