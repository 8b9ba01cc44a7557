import { expect, it } from 'vitest';
import type { Health } from '../../../../hardware/ports.ts';
import { KeptOpen } from '../../../../hardware/scanner/kept-open.ts';
import { deferred } from '../../../support/deferred.ts';
import { ManualClock, settle } from '../../../support/hands/manual-clock.ts';

/** A device whose openings and closings a test lets through, one at a time. */
function rig() {
  const clock = new ManualClock();
  const opened: { lost: (reason: string) => void; closed: boolean }[] = [];
  const healths: Health[] = [];
  let opening = deferred<void>();
  let closing = deferred<void>();
  opening.resolve();
  closing.resolve();
  const kept = new KeptOpen(
    async (lost) => {
      const device = { lost, closed: false };
      opened.push(device);
      await opening.promise;
      return async () => {
        await closing.promise;
        device.closed = true;
      };
    },
    { clock, random: () => 0.99 },
  );
  const holdOpening = () => {
    opening = deferred<void>();
    return () => opening.resolve();
  };
  const holdClosing = () => {
    closing = deferred<void>();
    return () => closing.resolve();
  };
  const start = async () => {
    kept.start((health) => healths.push(health));
    await settle();
  };
  const states = () => healths.map(({ state }) => state);
  return { clock, opened, kept, start, states, holdOpening, holdClosing };
}

it('reports one loss and opens once more, however often the device reports the loss', async () => {
  const { clock, opened, start, states, kept } = rig();
  await start();
  opened[0]?.lost('unplugged');
  opened[0]?.lost('portError');
  await settle();
  clock.advance(60_000);
  await settle();
  expect(states()).toEqual(['opening', 'ready', 'lost', 'ready']);
  expect(opened.map(({ closed }) => closed)).toEqual([true, false]);
  await kept.stop();
});

it('ignores a late loss of a device that was already replaced', async () => {
  const { clock, opened, start, kept } = rig();
  await start();
  opened[0]?.lost('unplugged');
  await settle();
  clock.advance(1_000);
  await settle();
  opened[0]?.lost('unplugged');
  await settle();
  expect(opened.map(({ closed }) => closed)).toEqual([true, false]);
  await kept.stop();
});

it('stopped while it opens: closes what was opened and leaves no timer', async () => {
  const { clock, opened, start, states, kept, holdOpening } = rig();
  const letOpen = holdOpening();
  await start();
  const stopping = kept.stop();
  letOpen();
  await stopping;
  expect(opened.map(({ closed }) => closed)).toEqual([true]);
  expect(states()).toEqual(['opening']);
  expect(clock.pending).toBe(0);
});

it('lost while it opens: closes what was opened and opens again', async () => {
  const { clock, opened, start, states, kept, holdOpening } = rig();
  const letOpen = holdOpening();
  await start();
  opened[0]?.lost('unplugged');
  letOpen();
  await settle();
  expect(opened[0]?.closed).toBe(true);
  clock.advance(1_000);
  await settle();
  expect(states()).toEqual(['opening', 'lost', 'ready']);
  await kept.stop();
});

it('stopped while a lost device closes: opens nothing any more', async () => {
  const { clock, opened, start, kept, holdClosing } = rig();
  const letClose = holdClosing();
  await start();
  opened[0]?.lost('unplugged');
  const stopping = kept.stop();
  letClose();
  await stopping;
  await settle();
  expect(clock.pending).toBe(0);
  clock.advance(60_000);
  expect(opened).toHaveLength(1);
});

it('waits longer after each failure in a row, and starts over after ten steady seconds', async () => {
  const { clock, opened, start, kept } = rig();
  await start();
  const reopenMs = async () => {
    const before = opened.length;
    opened.at(-1)?.lost('unplugged');
    await settle();
    let ms = 0;
    while (opened.length === before && ms < 10_000) {
      clock.advance(10);
      await settle();
      ms += 10;
    }
    return ms;
  };
  const first = await reopenMs();
  await reopenMs();
  const third = await reopenMs();
  expect(third).toBeGreaterThan(first);
  clock.advance(10_000);
  expect(await reopenMs()).toBe(first);
  await kept.stop();
});
