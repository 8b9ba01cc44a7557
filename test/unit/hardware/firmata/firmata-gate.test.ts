import { once } from 'node:events';
import { expect, test } from 'vitest';
import { BoardPool } from '../../../../hardware/firmata/board-pool.ts';
import {
  johnnyFiveIndicatorConfigSchema,
  johnnyFiveTurnstileConfigSchema,
  openJohnnyFiveIndicator,
  openJohnnyFiveTurnstile,
} from '../../../../hardware/firmata/firmata-gate.ts';
import type { Health } from '../../../../hardware/ports.ts';
import { systemClock } from '../../../../shared/clock.ts';
import { FirmataDevice } from '../../../support/firmata/firmata-device.ts';
import { LossyClock, ManualClock, settle } from '../../../support/hands/manual-clock.ts';

const PATH = '/dev/ttyFAKE';

function rig(clock = new ManualClock()) {
  const devices: FirmataDevice[] = [];
  const pulled: (() => void)[] = [];
  let openFault: Error | undefined;
  const boards = new BoardPool({
    clock,
    random: () => 0,
    transport: async (path) => {
      const device = new FirmataDevice(path);
      device.openFault = openFault;
      devices.push(device);
      return device;
    },
    watch: (_path, gone) => {
      pulled.push(gone);
      return () => {};
    },
  });
  const faults = (error: Error | undefined) => {
    openFault = error;
  };
  return { clock, devices, boards, pulled, faults };
}

class HealthLog {
  readonly all: Health[] = [];
  #waiting: { state: string; resolve: () => void }[] = [];
  readonly health = (report: Health) => {
    this.all.push(report);
    for (const waiter of this.#waiting.filter(({ state }) => state === report.state)) {
      waiter.resolve();
    }
    this.#waiting = this.#waiting.filter(({ state }) => state !== report.state);
  };
  until(state: string): Promise<void> {
    return new Promise((resolve) => {
      if (this.all.at(-1)?.state === state) {
        resolve();
      } else {
        this.#waiting.push({ state, resolve });
      }
    });
  }
}

const turnstileConfig = johnnyFiveTurnstileConfigSchema.parse({
  driver: 'johnny-five',
  board: PATH,
  relay: { pin: 12 },
  passage: { pin: 7 },
  passageTimeoutMs: 4_000,
  guard: false,
});

test('a relay and lamps share one board; the relay is off first, pulses, and the passage is reported', async () => {
  const { clock, devices, boards } = rig();
  const log = new HealthLog();
  const passages: string[] = [];
  const turnstile = openJohnnyFiveTurnstile(turnstileConfig, { clock, boards });
  const indicator = openJohnnyFiveIndicator(
    johnnyFiveIndicatorConfigSchema.parse({ driver: 'johnny-five', board: PATH, lamp: 13 }),
    { clock, boards },
  );
  await turnstile.start({ health: log.health });
  const lampLog = new HealthLog();
  await indicator.start({ health: lampLog.health });
  await Promise.all([log.until('ready'), lampLog.until('ready')]);
  expect(devices).toHaveLength(1);
  const device = devices[0] as FirmataDevice;
  expect(device.levels[12]).toBe(0);
  await turnstile.open(800, (passage) => passages.push(passage));
  await settle();
  expect(device.levels[12]).toBe(1);
  device.drive(7, 0);
  await settle();
  expect(passages).toEqual(['passed']);
  clock.advance(800);
  await settle();
  expect(device.levels[12]).toBe(0);
  indicator.show('granted');
  await settle();
  expect(device.levels[13]).toBe(1);
  await indicator.stop();
  expect(device.isOpen).toBe(true);
  await turnstile.stop();
  expect(device.isOpen).toBe(false);
});

test.each([
  { alone: 'its timer', lostMs: [1_050], endsMs: 800 },
  { alone: 'its watchdog', lostMs: [800], endsMs: 1_050 },
])('$alone ends a pulse alone', async ({ lostMs, endsMs }) => {
  const { clock, devices, boards } = rig(new LossyClock(lostMs));
  const log = new HealthLog();
  const turnstile = openJohnnyFiveTurnstile(turnstileConfig, { clock, boards });
  await turnstile.start({ health: log.health });
  await log.until('ready');
  await turnstile.open(800);
  clock.advance(endsMs - 1);
  await settle();
  expect(devices[0]?.levels[12]).toBe(1);
  clock.advance(1);
  await settle();
  expect(devices[0]?.levels[12]).toBe(0);
  await turnstile.stop();
});

test('pulled out in mid-pulse: reported; a new board on replug, with the relay off', async () => {
  const { clock, devices, boards, pulled } = rig();
  const log = new HealthLog();
  const turnstile = openJohnnyFiveTurnstile(turnstileConfig, { clock, boards });
  await turnstile.start({ health: log.health });
  await log.until('ready');
  await turnstile.open(800);
  pulled[0]?.();
  expect(log.all.at(-1)).toMatchObject({ state: 'lost', reason: 'unplugged' });
  await expect(turnstile.open(800)).rejects.toMatchObject({ code: 'turnstileLost' });
  clock.advance(1_000);
  await log.until('ready');
  expect(devices).toHaveLength(2);
  expect(devices[1]?.levels[12]).toBe(0);
  await turnstile.stop();
});

test.each([
  ['Error: No such file or directory, cannot open /dev/ttyFAKE', 'ENOENT'],
  ['Error: Permission denied, cannot open /dev/ttyFAKE', 'permissionDenied'],
  ['Error Resource temporarily unavailable Cannot lock port', 'portBusy'],
])('a port that does not open (%s) is reported and tried again', async (words, reason) => {
  const { clock, boards, faults } = rig();
  const log = new HealthLog();
  faults(new Error(words));
  const turnstile = openJohnnyFiveTurnstile(turnstileConfig, { clock, boards });
  await turnstile.start({ health: log.health });
  await log.until('lost');
  expect(log.all.at(-1)).toMatchObject({ reason });
  faults(undefined);
  clock.advance(40_000);
  await log.until('ready');
  await turnstile.stop();
  expect(clock.pending).toBe(0);
});

test('a board without Firmata is reported after its time', async () => {
  const clock = new ManualClock();
  const device = new FirmataDevice();
  device.silent = true;
  const opening = once(device, 'open');
  const boards = new BoardPool({
    clock,
    random: () => 0,
    transport: async () => device,
    watch: () => () => {},
  });
  const log = new HealthLog();
  const turnstile = openJohnnyFiveTurnstile(turnstileConfig, { clock, boards });
  await turnstile.start({ health: log.health });
  await opening;
  await settle();
  clock.advance(15_000);
  expect(log.all.at(-1)).toMatchObject({ state: 'lost', reason: 'firmwareSilent' });
  await turnstile.stop();
});

test('a missing package is a health report, not a crash', async () => {
  const clock = new ManualClock();
  const boards = new BoardPool({
    clock,
    random: () => 0,
    load: async () => {
      throw Object.assign(new Error('no'), { code: 'ERR_MODULE_NOT_FOUND' });
    },
  });
  const log = new HealthLog();
  const turnstile = openJohnnyFiveTurnstile(turnstileConfig, { clock, boards });
  await turnstile.start({ health: log.health });
  await log.until('lost');
  expect(log.all.at(-1)).toMatchObject({ reason: 'ERR_MODULE_NOT_FOUND' });
  await turnstile.stop();
});

test('a piezo beats its pin', async () => {
  const { devices, boards } = rig();
  const log = new HealthLog();
  const indicator = openJohnnyFiveIndicator(
    johnnyFiveIndicatorConfigSchema.parse({ driver: 'johnny-five', board: PATH, piezo: 3 }),
    { clock: systemClock, boards },
  );
  await indicator.start({ health: log.health });
  await log.until('ready');
  const device = devices[0] as FirmataDevice;
  indicator.show('read');
  for (let edges = 0; edges < 6; ) {
    const [pin] = await once(device, 'pin');
    edges += pin === 3 ? 1 : 0;
  }
  await indicator.stop();
});
