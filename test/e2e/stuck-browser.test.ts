import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import {
  BrowserKeeper,
  type KeeperEvent,
  lookAtPage,
  type PageState,
} from '../../hardware/display/browser-keeper.ts';
import { PageDisplay } from '../../hardware/display/page.ts';
import type { Health } from '../../hardware/ports.ts';
import { readPage } from '../../scripts/launch/page-files.ts';
import { systemClock } from '../../shared/clock.ts';
import { everyScreen } from '../support/kiosk/every-screen.ts';
import { Waiter } from '../support/waiter.ts';

let folder: string;
let display: PageDisplay;
let keeper: BrowserKeeper | undefined;
let url: string;
const healths = new Waiter<Health>(40_000);
const events = new Waiter<KeeperEvent>(40_000);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-keeper-'));
  display = new PageDisplay(
    { driver: 'page', port: 0 },
    {
      assets: await readPage(),
      clock: systemClock,
      ready: (served) => {
        url = served;
      },
      times: { beatMs: 250, paintMsMax: 3_000 },
    },
  );
  await display.start({ key: () => {}, painted: () => {}, health: (one) => healths.push(one) });
  display.show(everyScreen('it').idle);
});

afterEach(async () => {
  await keeper?.stop();
  keeper = undefined;
  await display.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
});

/** A keeper of a real Chromium, as the systemd unit starts one; and the pids that it started. */
function keep(words: readonly string[] = [], aloneMs = 20_000) {
  const { path, libraries } = inject('chromium');
  const looked = new Waiter<PageState>(40_000);
  keeper = new BrowserKeeper({
    command: [
      path,
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--remote-debugging-port=0',
      `--user-data-dir=${join(folder, 'profile')}`,
      ...words,
      ...(words.length > 0 ? [] : [url]),
    ],
    env: { ...process.env, ...(libraries ? { LD_LIBRARY_PATH: libraries } : {}) },
    look: async () => {
      const state = await lookAtPage(url);
      looked.push(state);
      return state;
    },
    clock: systemClock,
    random: () => 0,
    onEvent: (event) => events.push(event),
    times: { lookMs: 200, aloneMs },
  });
  keeper.start();
  return { looked };
}

const is = (state: Health['state']) => (health: Health) => health.state === state;

test('a browser that hangs is killed and started again, and the page paints again', async () => {
  const { looked } = keep();
  await healths.next(is('ready'));
  await looked.next((state) => state === 'painting');
  expect(await events.next()).toEqual({ event: 'started' });
  const pid = keeper?.pid ?? 0;
  // All of it stands still, as a browser that waits for a graphics driver does; its socket stays open.
  process.kill(-pid, 'SIGSTOP');
  expect(await healths.next(is('failing'))).toMatchObject({ reason: 'pageStuck' });
  expect(await events.next()).toEqual({ event: 'ended', reason: 'pageStuck' });
  expect(await events.next()).toEqual({ event: 'started' });
  await healths.next(is('ready'));
  expect(keeper?.pid).not.toBe(pid);
});

test('a browser that dies, or shows another page, is started again', async () => {
  keep(['about:blank'], 500);
  expect(await events.next((one) => one.event === 'ended')).toMatchObject({ reason: 'noPage' });
  await keeper?.stop();
  keep();
  await healths.next(is('ready'));
  process.kill(keeper?.pid ?? 0, 'SIGKILL');
  expect(await events.next((one) => one.event === 'ended')).toMatchObject({ reason: 'exited' });
  await healths.next(is('ready'));
});
