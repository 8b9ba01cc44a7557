import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { NetworkSwitch } from '../../scripts/demo/network-switch.ts';
import { launchChromium } from '../../scripts/launch/chromium.ts';
import type { SimulatedFleet } from '../../scripts/simulated-fleet/simulate-fleet.ts';
import type { Role } from '../../server/fleet/access/roles.ts';
import { SqliteStore } from '../../server/store/sqlite.ts';
import { type DashboardApp, startDashboard } from '../support/fleet/dashboard-app.ts';
import { startSimulated } from '../support/fleet/simulated.ts';
import { administrator } from '../support/fleet-app.ts';

/** The part of axe-core that runs in the page. */
interface Axe {
  run(
    context: Document,
    options: object,
  ): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
}

const KIOSKS = 200;
const sizes = {
  phone: { width: 390, height: 844 },
  desktop: { width: 1440, height: 900 },
  wall: { width: 1920, height: 1080 },
};
const output = fileURLToPath(new URL('../output/fleet/', import.meta.url));

let store: SqliteStore;
let dashboard: DashboardApp;
let fleet: SimulatedFleet;
let browser: Browser;
let agent: string;
const complaints: string[] = [];
/**
 * What the console says of a connection that went. Servers are stopped here; of a socket that Chromium opened
 * ahead and lost, the request itself is looked at below.
 */
const CONNECTION_LOST = /ERR_(CONNECTION|INCOMPLETE|EMPTY|SOCKET_NOT_CONNECTED)/;

beforeAll(async () => {
  await mkdir(output, { recursive: true });
  store = await SqliteStore.open(':memory:');
  dashboard = await startDashboard(store);
  fleet = await startSimulated(dashboard, KIOSKS);
  await dashboard.app.fleet.sites.change(administrator, 'sede-1', {
    title: 'Galleria degli Uffizi',
    latitude: 43.77,
    longitude: 11.26,
    plan: {
      widthM: 60,
      heightM: 30,
      rooms: [
        {
          title: 'Atrio',
          corners: [
            [0, 0],
            [30, 0],
            [30, 30],
            [0, 30],
          ],
        },
      ],
    },
  });
  browser = await launchChromium(inject('chromium'));
  const page = await browser.newPage();
  agent = await page.evaluate(() => navigator.userAgent);
  await page.close();
});

afterAll(async () => {
  await browser?.close();
  fleet?.stop();
  await dashboard?.app.stop();
  await store?.close();
});

async function open(
  path: string,
  options: {
    size?: keyof typeof sizes;
    colorScheme?: 'light' | 'dark';
    role?: Role;
    javaScriptEnabled?: boolean;
    /** Of a way to the server that can be cut. */
    port?: number;
  } = {},
): Promise<{ context: BrowserContext; page: Page }> {
  const { size = 'desktop', role = 'administrator', port, ...rest } = options;
  const origin = port === undefined ? dashboard.url : `http://127.0.0.1:${port}`;
  const cookie = await dashboard.logIn(role, { agent });
  const context = await browser.newContext({ viewport: sizes[size], locale: 'it-IT', ...rest });
  await context.addCookies([{ name: cookie.name, value: cookie.value, url: origin }]);
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' && !CONNECTION_LOST.test(message.text())) {
      complaints.push(`${path}: ${message.text()}`);
    }
  });
  page.on('requestfailed', (request) => {
    // A live page asks again by itself; a script or a style that is lost is not asked for again.
    const kind = request.resourceType();
    const text = request.failure()?.errorText ?? '';
    if (text.includes('SOCKET_NOT_CONNECTED') && kind !== 'eventsource' && kind !== 'fetch') {
      complaints.push(`${path}: ${kind} ${new URL(request.url()).pathname}: ${text}`);
    }
  });
  page.on('pageerror', (error) => complaints.push(`${path}: ${error.message}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !/^(data|blob):/.test(request.url())) {
      complaints.push(`a request to elsewhere: ${new URL(request.url()).host}`);
    }
  });
  await page.addInitScript({ content: axe.source });
  await page.goto(origin + path);
  return { context, page };
}

const alive = (page: Page) => page.locator('[data-alive=live]');

async function check(page: Page): Promise<unknown> {
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run(document, {
      resultTypes: ['violations'],
    });
    const { scrollWidth, clientWidth } = document.documentElement;
    return {
      axe: violations.map((one) => `${one.id}: ${one.nodes[0]?.html}`),
      over: Math.max(0, scrollWidth - clientWidth),
    };
  });
}

const pages = {
  overview: '/fleet',
  sites: '/fleet/sites',
  site: '/fleet/sites/sede-1',
  gate: '/fleet/gates/sim-001',
  alerts: '/fleet/alerts',
  commands: '/fleet/commands',
  rollouts: '/fleet/rollouts',
  activity: '/fleet/activity',
  tokens: '/fleet/tokens',
  messages: '/fleet/messages',
};

type Name = keyof typeof pages;
const all = Object.keys(pages) as Name[];
/** What somebody hangs on a wall. */
const onWalls: Name[] = ['overview', 'site', 'alerts'];

describe.each([
  ['phone', 'dark', all],
  ['desktop', 'light', all],
  ['wall', 'dark', onWalls],
] as const)('on a %s, %s', (size, colorScheme, names) => {
  test('every page fits, and axe finds nothing', async () => {
    const { context, page } = await open('/fleet', { size, colorScheme });
    const found: Record<string, unknown> = {};
    for (const name of names) {
      await page.goto(dashboard.url + pages[name]);
      await alive(page).waitFor();
      if (name === 'overview') {
        await page.locator('tr[data-id]').first().waitFor();
      }
      found[name] = await check(page);
      await page.screenshot({
        path: `${output}${name}-${size}-${colorScheme}.png`,
        fullPage: name !== 'overview',
        animations: 'disabled',
      });
    }
    await context.close();
    const fine = Object.fromEntries(names.map((name) => [name, { axe: [], over: 0 }]));
    expect(found).toEqual(fine);
  });
});

test('a scanner that is unplugged is seen, and seen to be back', async () => {
  const [first] = fleet.kiosks;
  const { context, page } = await open('/fleet/gates/sim-001');
  await page.locator('[data-part=scanner][data-state=ready]').waitFor();
  first?.unplug('scanner');
  await page.locator('[data-part=scanner][data-state=lost]').waitFor();
  await page.locator('p.state[data-presence=degraded]').waitFor();
  first?.plugIn('scanner');
  await page.locator('[data-part=scanner][data-state=ready]').waitFor();
  await page.locator('p.state[data-presence=online]').waitFor();
  await context.close();
});

test('on a phone each row has the whole width, also where rows are left out', async () => {
  const { context, page } = await open('/fleet?sort=name', { size: 'phone' });
  await page.locator(`[data-shown="${KIOSKS}"]`).waitFor();
  await page.locator('tr.gap').waitFor({ state: 'attached' });
  const row = page.locator('tr[data-id]').first();
  expect((await row.boundingBox())?.width).toBeGreaterThan(300);
  const name = row.locator('th');
  const isCut = await name.evaluate((cell) => cell.scrollWidth > cell.clientWidth);
  expect(isCut).toBe(false);
  await context.close();
});

test('the table draws few of its rows, and the keyboard reaches all of them', async () => {
  const { context, page } = await open('/fleet?sort=name');
  await page.locator(`[data-shown="${KIOSKS}"]`).waitFor();
  expect(await page.locator('tr[data-id]').count()).toBeLessThan(60);
  expect(await page.locator('table.virtual').getAttribute('aria-rowcount')).toBe(`${KIOSKS + 1}`);
  await page.locator('tr[aria-rowindex="2"] a').focus();
  await page.keyboard.press('ArrowDown');
  await page.locator('tr[aria-rowindex="3"] a:focus').waitFor();
  await page.keyboard.press('End');
  await page.locator(`tr[aria-rowindex="${KIOSKS + 1}"] a:focus`).waitFor();
  await page.keyboard.press('Home');
  await page.locator('tr[aria-rowindex="2"] a:focus').waitFor();
  // The row with the focus stays, wherever the window is.
  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  await page.locator(`tr[aria-rowindex="${KIOSKS + 1}"]`).waitFor();
  expect(await page.locator('tr[aria-rowindex="2"] a:focus').count()).toBe(1);
  await context.close();
});

test('a filter narrows the table at once and stands in the address', async () => {
  const { context, page } = await open('/fleet');
  await page.getByRole('searchbox').fill('sim-07');
  await page.locator('[data-shown="10"]').waitFor();
  expect(new URL(page.url()).searchParams.get('text')).toBe('sim-07');
  await page.reload();
  await page.locator('[data-shown="10"]').waitFor();
  await page.getByRole('button', { name: 'Sede' }).click();
  await page.locator('th.site[aria-sort=ascending]').waitFor();
  await context.close();
});

test('the counter goes with the stream and stops with it', async () => {
  const network = new NetworkSwitch(Number(new URL(dashboard.url).port));
  const port = await network.start();
  const { context, page } = await open('/fleet/alerts', { port });
  await alive(page).waitFor();
  const beat = () => page.locator('[data-beat]').getAttribute('data-beat').then(Number);
  const before = await beat();
  await page.waitForFunction(
    (at) => Number(document.querySelector('[data-beat]')?.getAttribute('data-beat')) > at + 1_500,
    before,
  );
  network.cut();
  await page.locator('[data-alive=stopped]').waitFor();
  const stopped = await beat();
  await page.locator('html[data-stale]').waitFor();
  expect(await beat()).toBe(stopped);
  network.restore();
  await alive(page).waitFor();
  expect(await beat()).toBeGreaterThan(stopped);
  await page.locator('html:not([data-stale])').waitFor();
  await context.close();
  await network.stop();
});

test('without JavaScript: filter, pages, command', async () => {
  const { context, page } = await open('/fleet', { javaScriptEnabled: false });
  await page.getByRole('link', { name: 'Pagina seguente' }).click();
  await page.getByText('Pagina 2 di 4').waitFor();
  await page.getByLabel('Cerca').fill('sim-007');
  await page.getByRole('button', { name: 'Applica' }).click();
  await page.getByText('1 totem su 200').waitFor();
  await page.getByRole('rowheader').getByRole('link').click();
  await page.getByLabel('Comando').selectOption('identify');
  await page.getByRole('button', { name: 'Invia' }).click();
  await page.locator('[data-command=identify]').waitFor();
  await context.close();
});

test('a command’s result comes by itself', async () => {
  const { context, page } = await open('/fleet/gates/sim-009');
  await page.getByLabel('Comando').selectOption('identify');
  await page.getByRole('button', { name: 'Invia' }).click();
  await page.locator('[data-command=identify][data-state=done]').waitFor();
  await context.close();
});

test('a policy that changes is drift, until the kiosk has it', async () => {
  const kiosk = fleet.kiosks.find(({ kioskId }) => kioskId === 'sim-010');
  const { context, page } = await open('/fleet/gates/sim-010');
  await page.locator('[data-drift=false]').waitFor();
  // A kiosk that is there has it within the second: this one is away meanwhile.
  kiosk?.stop();
  await dashboard.app.fleet.gates.change(administrator, 'sim-010', { policy: 'trasporto-veneto' });
  await page.locator('[data-drift=true]').waitFor();
  kiosk?.restart();
  await page.locator('[data-drift=false]').waitFor();
  await context.close();
});

test('light and dark can be chosen', async () => {
  const { context, page } = await open('/fleet', { colorScheme: 'light' });
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.getByRole('button', { name: 'Scuro' }).click();
  await page.locator('.fleet[data-theme=dark]').waitFor();
  expect(await ground()).not.toBe(light);
  await context.close();
});

test('nothing complained, and nobody else was asked for anything', () => {
  expect(complaints).toEqual([]);
});
