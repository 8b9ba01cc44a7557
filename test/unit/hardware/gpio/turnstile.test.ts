import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LineSourceEvents } from '../../../../hardware/gpio/line.ts';
import { gpioTurnstileConfigSchema, openGpioTurnstile } from '../../../../hardware/gpio/onoff.ts';
import { OnoffSource } from '../../../../hardware/gpio/onoff-lines.ts';
import { RelayTurnstile, type TurnstileLines } from '../../../../hardware/gpio/turnstile.ts';
import type { Health } from '../../../../hardware/ports.ts';
import { LossyClock, ManualClock, settle } from '../../../support/hands/manual-clock.ts';
import { OnoffModel } from '../../../support/hands/onoff-model.ts';

const RELAY = 17;
const PASSAGE = 27;
const COIL = 22;

function rig(config: object = {}, model = new OnoffModel(), clock = new ManualClock()) {
  const health: Health[] = [];
  const passages: string[] = [];
  const turnstile = openGpioTurnstile(
    gpioTurnstileConfigSchema.parse({
      driver: 'gpio',
      relay: { pin: RELAY },
      guard: false,
      ...config,
    }),
    { clock, load: async () => model.binding, sysfs: model.sysfs },
  );
  const start = () => turnstile.start({ health: (report) => health.push(report) });
  const open = (who = '') => turnstile.open(500, (passage) => passages.push(`${who}${passage}`));
  return { clock, health, passages, turnstile, model, start, open };
}

test('the relay is opened off, pulses once, and a second call while open does nothing', async () => {
  const { turnstile, model, clock, start, health } = rig();
  await start();
  expect(model.opened).toEqual([{ number: 529, direction: 'low', activeLow: false }]);
  expect(health.at(-1)).toMatchObject({ state: 'ready' });
  await turnstile.open(1_000);
  expect(model.level(RELAY)).toBe(1);
  clock.advance(900);
  await turnstile.open(1_000);
  clock.advance(100);
  expect(model.level(RELAY)).toBe(0);
  expect(clock.pending).toBe(0);
  await turnstile.stop();
});

test('an active-low relay is opened high, so that there is no moment in which it is on', async () => {
  const { turnstile, model, clock, start } = rig({ relay: { pin: RELAY, activeLow: true } });
  await start();
  expect(model.opened[0]).toMatchObject({ direction: 'high', activeLow: true });
  expect(model.level(RELAY)).toBe(1);
  await turnstile.open(500);
  expect(model.level(RELAY)).toBe(0);
  clock.advance(500);
  expect(model.level(RELAY)).toBe(1);
});

test('a pulse is kept within its bounds whatever is asked for', async () => {
  await fc.assert(
    fc.asyncProperty(fc.double({ min: 0.001, max: 1e12, noNaN: true }), async (asked) => {
      const { turnstile, model, clock, start } = rig({ pulseMaxMs: 2_000 });
      await start();
      await turnstile.open(asked);
      expect(model.level(RELAY)).toBe(1);
      clock.advance(49);
      expect(model.level(RELAY)).toBe(1);
      clock.advance(1_951);
      expect(model.level(RELAY)).toBe(0);
      await turnstile.stop();
    }),
    { numRuns: 50 },
  );
});

test.each([
  { alone: 'its timer', lostMs: [750], endsMs: 500 },
  { alone: 'its watchdog', lostMs: [500], endsMs: 750 },
])('$alone ends a pulse alone', async ({ lostMs, endsMs }) => {
  const { turnstile, model, clock, start } = rig({}, new OnoffModel(), new LossyClock(lostMs));
  await start();
  await turnstile.open(500);
  clock.advance(endsMs - 1);
  expect(model.level(RELAY)).toBe(1);
  clock.advance(1);
  expect(model.level(RELAY)).toBe(0);
  await turnstile.stop();
});

test('the guard releases the relay through the value file of its pin', async () => {
  const model = new OnoffModel();
  const files: string[] = [];
  const source = new OnoffSource(
    (pins) => {
      files.push(pins.valueFile({ pin: RELAY, activeLow: false }));
      return { close: () => {} };
    },
    { clock: new ManualClock(), load: async () => model.binding, sysfs: model.sysfs },
  );
  await source.start({ ready: () => {}, lost: () => {} });
  expect(files).toEqual(['/sys/class/gpio/gpio529/value']);
});

test.each([Number.NaN, 0, -5, Number.POSITIVE_INFINITY])('a pulse of %s is refused', async (ms) => {
  const { turnstile, model, start } = rig();
  await start();
  await expect(turnstile.open(ms)).rejects.toMatchObject({ code: 'pulseInvalid' });
  expect(model.level(RELAY)).toBe(0);
});

test('stop in mid-pulse releases the relay and leaves no timer', async () => {
  const { turnstile, model, clock, start } = rig({ passage: { pin: PASSAGE } });
  await start();
  await turnstile.open(1_000);
  await turnstile.stop();
  expect(model.level(RELAY)).toBe(0);
  expect(clock.pending).toBe(0);
});

test('a crash that runs exit handlers releases the relay', async () => {
  const before = process.listeners('exit');
  const { turnstile, model, start } = rig();
  await start();
  await turnstile.open(1_000);
  const added = process.listeners('exit').filter((listener) => !before.includes(listener));
  expect(added).toHaveLength(1);
  added[0]?.call(process, 0);
  expect(model.level(RELAY)).toBe(0);
  await turnstile.stop();
  expect(process.listeners('exit')).toEqual(before);
});

test('no permission: reported, refused, and retried until it is there', async () => {
  const model = new OnoffModel();
  model.fault = Object.assign(new Error('EACCES'), { code: 'EACCES' });
  const { turnstile, clock, start, health } = rig({}, model);
  await start();
  expect(health.at(-1)).toMatchObject({ state: 'lost', reason: 'permissionDenied' });
  await expect(turnstile.open(500)).rejects.toMatchObject({ code: 'turnstileLost' });
  model.fault = undefined;
  clock.advance(5_000);
  await settle();
  expect(health.at(-1)).toMatchObject({ state: 'ready' });
  await turnstile.open(500);
  expect(model.level(RELAY)).toBe(1);
});

test('one pin that does not exist: the others are released, off, and the fault is reported', async () => {
  const { turnstile, model, start, health } = rig({
    relay: { pin: RELAY, activeLow: true },
    passage: { pin: 99 },
  });
  await start();
  expect(health.at(-1)).toMatchObject({ state: 'lost', reason: 'gpioPinInvalid' });
  expect(model.level(RELAY)).toBe(1);
  await turnstile.stop();
});

test('a missing native module is a health report, not a crash', async () => {
  const clock = new ManualClock();
  const health: Health[] = [];
  const turnstile = openGpioTurnstile(
    gpioTurnstileConfigSchema.parse({ driver: 'gpio', relay: { pin: 4 } }),
    {
      clock,
      load: async () => {
        throw Object.assign(new Error('no such module'), { code: 'ERR_DLOPEN_FAILED' });
      },
      sysfs: new OnoffModel().sysfs,
    },
  );
  await turnstile.start({ health: (report) => health.push(report) });
  expect(health.at(-1)).toMatchObject({ state: 'lost', reason: 'ERR_DLOPEN_FAILED' });
  await turnstile.stop();
  expect(clock.pending).toBe(0);
});

test('a coil that reads back off is a failed opening', async () => {
  const { turnstile, model, start, health } = rig();
  await start();
  model.welded.set(RELAY, 0);
  await expect(turnstile.open(500)).rejects.toMatchObject({ code: 'relayFailed' });
  expect(health.at(-1)).toMatchObject({ state: 'failing', reason: 'relayReadsOff' });
});

test('a relay that does not release is reported, blocks further openings, and recovers', async () => {
  const { turnstile, model, clock, start, health } = rig();
  await start();
  await turnstile.open(500);
  model.welded.set(RELAY, 1);
  clock.advance(500);
  expect(health.at(-1)).toMatchObject({ state: 'failing', reason: 'relayStuckOn' });
  await expect(turnstile.open(500)).rejects.toMatchObject({ code: 'relayFailed' });
  model.welded.delete(RELAY);
  clock.advance(1_000);
  expect(model.level(RELAY)).toBe(0);
  expect(health.at(-1)).toMatchObject({ state: 'ready' });
});

test('passage: passed is reported once, and so is nobody in time', async () => {
  const { open, model, clock, start, passages } = rig({
    passage: { pin: PASSAGE },
    passageTimeoutMs: 5_000,
  });
  await start();
  model.drive(PASSAGE, 1);
  model.drive(PASSAGE, 0);
  expect(passages).toEqual([]);
  await open();
  clock.advance(2_000);
  model.drive(PASSAGE, 1);
  model.drive(PASSAGE, 0);
  model.drive(PASSAGE, 1);
  clock.advance(10_000);
  expect(passages).toEqual(['passed']);
  await open();
  clock.advance(5_000);
  expect(passages).toEqual(['passed', 'notPassed']);
});

test('passage: the oldest opening counts first, and one without a passage is cancelled', async () => {
  const { open, model, clock, start, passages, turnstile } = rig({
    passage: { pin: PASSAGE },
    passageTimeoutMs: 5_000,
  });
  await start();
  const goes = () => {
    model.drive(PASSAGE, 1);
    model.drive(PASSAGE, 0);
  };
  await open('slow ');
  clock.advance(100);
  // While the relay is still on: no longer pulse, and one more person.
  await open('friend ');
  clock.advance(2_000);
  await open('third ');
  goes();
  goes();
  clock.advance(5_000);
  goes();
  expect(passages).toEqual(['slow passed', 'friend passed', 'third notPassed']);
  await turnstile.stop();
  expect(clock.pending).toBe(0);
});

test('a wired coil that does not follow is a failed opening', async () => {
  const { turnstile, model, clock, start, health } = rig({ coil: { pin: COIL } });
  await start();
  const opening = turnstile.open(500);
  await settle();
  expect(model.level(RELAY)).toBe(1);
  clock.advance(100);
  await expect(opening).rejects.toMatchObject({ code: 'relayFailed' });
  expect(model.level(RELAY)).toBe(0);
  expect(health.at(-1)).toMatchObject({ state: 'failing', reason: 'relayReadsOff' });
});

test('a wired coil that stays on is reported, blocks further openings, and fails the check', async () => {
  const { turnstile, model, clock, start, health } = rig({ coil: { pin: COIL } });
  await start();
  expect(turnstile.check?.()).toBeUndefined();
  const opening = turnstile.open(500);
  await settle();
  model.drive(COIL, 1);
  clock.advance(100);
  await opening;
  expect(turnstile.check?.()).toBeUndefined();
  clock.advance(400);
  expect(model.level(RELAY)).toBe(0);
  expect(turnstile.check?.()).toBe('relayStuckOn');
  clock.advance(100);
  expect(health.at(-1)).toMatchObject({ state: 'failing', reason: 'relayStuckOn' });
  await expect(turnstile.open(500)).rejects.toMatchObject({ code: 'relayFailed' });
  model.drive(COIL, 0);
  clock.advance(1_000);
  expect(health.at(-1)).toMatchObject({ state: 'ready' });
  expect(turnstile.check?.()).toBeUndefined();
  await turnstile.stop();
  expect(clock.pending).toBe(0);
});

test('without its guard the relay is not energised', async () => {
  const clock = new ManualClock();
  const set: boolean[] = [];
  const lines: TurnstileLines = {
    relay: { set: (on) => set.push(on), close: () => {} },
    guard: {
      start: async () => {},
      arm: () => {
        throw Object.assign(new Error('gone'), { code: 'guardMissing' });
      },
      renew: async () => {},
      stop: async () => {},
    },
    close: () => {},
  };
  const source = {
    start: async (events: LineSourceEvents<TurnstileLines>) => events.ready(lines),
    stop: async () => {},
  };
  const health: Health[] = [];
  const limits = { pulseMaxMs: 1_000, passageTimeoutMs: 1_000 };
  const turnstile = new RelayTurnstile(source, limits, { clock });
  await turnstile.start({ health: (report) => health.push(report) });
  await expect(turnstile.open(500)).rejects.toMatchObject({ code: 'guardMissing' });
  expect(set).toEqual([false]);
  expect(health.at(-1)).toMatchObject({ state: 'failing', reason: 'guardMissing' });
});

test('the line is lost in mid-pulse: released, reported, and nothing opens', async () => {
  const clock = new ManualClock();
  const set: boolean[] = [];
  let events: LineSourceEvents<TurnstileLines> | undefined;
  const source = {
    start: async (started: LineSourceEvents<TurnstileLines>) => {
      events = started;
      started.ready({ relay: { set: (on) => set.push(on), close: () => {} }, close: () => {} });
    },
    stop: async () => {},
  };
  const limits = { pulseMaxMs: 1_000, passageTimeoutMs: 1_000 };
  const turnstile = new RelayTurnstile(source, limits, { clock });
  await turnstile.start({ health: () => {} });
  await turnstile.open(500);
  events?.lost('unplugged');
  expect(set.at(-1)).toBe(false);
  expect(clock.pending).toBe(0);
  await expect(turnstile.open(500)).rejects.toMatchObject({ code: 'turnstileLost' });
});
