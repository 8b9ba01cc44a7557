import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { screenOf } from '../../device/session/screen-of.ts';
import { initialState, step } from '../../device/session/session-step.ts';
import type { Effect, Event, SessionConfig, State } from '../../device/session/state.ts';
import { PageDisplay } from '../../hardware/display/page.ts';
import type { Health } from '../../hardware/ports.ts';
import { pressesOf } from '../../scripts/bench/cf/presses.ts';
import { launchChromium } from '../../scripts/launch/chromium.ts';
import { readPage } from '../../scripts/launch/page-files.ts';
import { systemClock } from '../../shared/clock.ts';
import { sessionConfig } from '../support/kiosk/every-screen.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { Waiter } from '../support/waiter.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium(inject('chromium'));
});

afterAll(() => browser?.close());

/** The real session behind the real page, with somebody who has just been read. */
class Gate {
  readonly effects = new Waiter<Effect>();
  readonly painted = new Waiter<number>();
  readonly healths = new Waiter<Health>();
  readonly config: SessionConfig;
  state: State;
  readonly #display: PageDisplay;
  #shown = '';
  #url = '';

  constructor(
    config: Partial<SessionConfig>,
    assets: Awaited<ReturnType<typeof readPage>>,
    clock = systemClock,
  ) {
    this.config = { ...sessionConfig, ...config };
    this.state = initialState(this.config);
    this.#display = new PageDisplay(
      { driver: 'page', port: 0 },
      {
        assets,
        clock,
        ready: (url) => {
          this.#url = url;
        },
      },
    );
  }

  async open(viewport = { width: 1024, height: 600 }): Promise<Page> {
    await this.#display.start({
      key: (key) => this.happen({ name: 'key', key }),
      painted: (sequence) => this.painted.push(sequence),
      health: (health) => this.healths.push(health),
    });
    const page = await browser.newPage({ viewport });
    await page.goto(this.#url);
    this.happen({ name: 'scanner', state: 'ready' });
    this.happen({ name: 'link', state: 'up' });
    this.happen({ name: 'read', credentialId: 'c1', requestId: 'r1' });
    await page.locator('main[data-screen=entering]').waitFor();
    return page;
  }

  happen(event: Event): void {
    const { state, effects } = step(this.state, event, this.config);
    this.state = state;
    for (const effect of effects) {
      this.effects.push(effect);
    }
    const screen = screenOf(state);
    const text = JSON.stringify(screen);
    if (text !== this.#shown) {
      this.#shown = text;
      this.#display.show(screen);
    }
  }

  async close(): Promise<void> {
    await this.#display.stop();
  }
}

let gate: Gate | undefined;
let page: Page | undefined;

afterEach(async () => {
  await page?.close();
  await gate?.close();
  gate = undefined;
  page = undefined;
});

/** A plain code, one of omocodia, and a provisional one. */
const codes = ['RSSMRA80A01H501U', 'RSSMRA80A01H50MM', '12345678903'];

async function open(config: Partial<SessionConfig>, viewport?: { width: number; height: number }) {
  gate = new Gate(config, await readPage());
  page = await gate.open(viewport);
  return { gate, page };
}

describe.each(['keyIndex', 'multiTap'] as const)(
  'on the page’s twelve keys, by %s',
  (entryMethod) => {
    test.each(codes)('the code %# is typed and sent', async (code) => {
      const { gate: session, page: glass } = await open({ entryMethod });
      for (const press of pressesOf(entryMethod, code)) {
        await glass.locator('.row.twelve button', { hasText: press }).first().click();
      }
      await glass.locator('.confirm').click();
      const sent = await session.effects.next(({ name }) => name === 'verify');
      expect(sent).toMatchObject({ codiceFiscale: code });
    });
  },
);

test('with a keyboard alone, Tab and Enter reach every key, the focus is seen, and the gate opens', async () => {
  const { gate: session, page: glass } = await open({ entryMethod: 'direct' });
  const reached = new Set<string>();
  const count = await glass.locator('button').count();
  for (let index = 0; index < count; index += 1) {
    await glass.keyboard.press('Tab');
    const focused = await glass.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      return {
        name: element.getAttribute('aria-label') ?? element.textContent ?? '',
        outline: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 3,
      };
    });
    expect(focused.outline).toBe(true);
    reached.add(focused.name);
  }
  expect(reached.size).toBe(count);
  await glass.keyboard.type(codes[0] ?? '');
  // The focus stands on a key of the page, where Enter is the browser's: that presses the key.
  await glass.locator('.confirm').focus();
  await glass.keyboard.press('Enter');
  const sent = await session.effects.next(({ name }) => name === 'verify');
  expect(sent).toMatchObject({ codiceFiscale: codes[0] });
  const verdict = { outcome: 'granted', companion: false } as const;
  session.happen({ name: 'verdict', requestId: 'r1', verdict, nextRequestId: 'r2' });
  await glass.locator('main[data-screen=showing]').waitFor();
  await glass.keyboard.press('Escape');
  await glass.locator('main[data-screen=idle]').waitFor();
});

test('privacy, contrast and large letters are one key away, and gone with the person', async () => {
  const { page: glass } = await open({});
  const size = () =>
    glass.evaluate(() => Number.parseFloat(getComputedStyle(document.body).fontSize));
  const usual = await size();
  await glass.keyboard.press('F8');
  await glass.getByRole('dialog', { name: 'Privacy' }).waitFor();
  await glass.keyboard.press('F8');
  await glass.getByRole('button', { name: 'Testo grande' }).click();
  await glass.locator('[aria-pressed=true]').waitFor();
  await expect.poll(size).toBeGreaterThan(usual * 1.3);
  await glass.getByRole('button', { name: 'Contrasto' }).click();
  await glass.locator('html.contrast').waitFor();
  await glass.keyboard.press('Escape');
  await glass.locator('main[data-screen=idle]').waitFor();
  expect(await glass.locator('html.contrast, [aria-pressed=true]').count()).toBe(0);
  await expect.poll(size).toBe(usual);
});

test.each([
  { width: 1080, height: 1920 },
  { width: 1920, height: 1080 },
  { width: 1024, height: 600 },
  { width: 800, height: 480 },
])('at 200 % text nothing is lost sideways at $width × $height', async (viewport) => {
  const { page: glass } = await open({}, viewport);
  const found = await glass.evaluate(() => {
    const root = document.documentElement;
    const size = Number.parseFloat(getComputedStyle(root).getPropertyValue('--size'));
    root.style.setProperty('--size', `${2 * size}px`);
    const cut = [...document.querySelectorAll<HTMLElement>('button, h1, p')]
      .filter(({ clientWidth }) => clientWidth > 1)
      .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1)
      .map(({ textContent }) => textContent);
    return { over: root.scrollWidth - root.clientWidth, cut };
  });
  expect(found).toEqual({ over: 0, cut: [] });
});

test('a page that hangs is failing, and ready again once it paints', async () => {
  const clock = new VirtualClock();
  gate = new Gate({}, await readPage(), clock);
  page = await gate.open();
  const { healths } = gate;
  await healths.next(({ state }) => state === 'ready');
  let release = () => {};
  const hung = new Promise<void>((resolve) => {
    release = resolve;
  });
  // A page whose frames never come: what a hung compositor looks like from outside.
  await page.evaluate(() => {
    const real = window.requestAnimationFrame.bind(window);
    const held: FrameRequestCallback[] = [];
    Object.assign(window, {
      requestAnimationFrame: (callback: FrameRequestCallback) => held.push(callback),
      thaw: () => {
        window.requestAnimationFrame = real;
        for (const callback of held) {
          real(callback);
        }
      },
    });
  });
  for (let beats = 0; beats < 5; beats += 1) {
    clock.advance(5_000);
  }
  expect(await healths.next(({ state }) => state === 'failing')).toMatchObject({
    reason: 'pageStuck',
  });
  release();
  await hung;
  await page.evaluate(() => (window as unknown as { thaw(): void }).thaw());
  await healths.next(({ state }) => state === 'ready');
});
