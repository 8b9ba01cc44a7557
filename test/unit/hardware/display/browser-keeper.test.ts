import { expect, test } from 'vitest';
import {
  BrowserKeeper,
  type KeeperEvent,
  type PageState,
} from '../../../../hardware/display/browser-keeper.ts';
import { systemClock } from '../../../../shared/clock.ts';
import { Waiter } from '../../../support/waiter.ts';

const sleeper = ['sleep', '600'] as const;

function rig(command: readonly [string, ...string[]], states: readonly PageState[]) {
  const events = new Waiter<KeeperEvent>();
  const queue = [...states];
  const keeper = new BrowserKeeper({
    command,
    look: async () => queue.shift() ?? 'painting',
    clock: systemClock,
    random: () => 0,
    onEvent: (event) => events.push(event),
    times: { lookMs: 1, aloneMs: 0 },
  });
  return { keeper, events, queue };
}

test('a browser is left alone while the kiosk does not answer', async () => {
  const { keeper, events, queue } = rig(sleeper, Array(20).fill('away'));
  keeper.start();
  expect(await events.next()).toEqual({ event: 'started' });
  const { pid } = keeper;
  while (queue.length > 0) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(keeper.pid).toBe(pid);
  await keeper.stop();
  expect(keeper.pid).toBeUndefined();
});

test('the keeper gives up after several browsers that never painted', async () => {
  const { keeper, events } = rig(['true'], []);
  keeper.start();
  expect(await events.next(({ event }) => event === 'givenUp')).toEqual({
    event: 'givenUp',
    reason: 'neverPainted',
  });
  await keeper.stop();
});

test('a missing program is reported, not thrown', async () => {
  const { keeper, events } = rig(['/nowhere/chromium'], []);
  keeper.start();
  expect(await events.next(({ event }) => event === 'ended')).toMatchObject({ reason: 'exited' });
  await keeper.stop();
});
