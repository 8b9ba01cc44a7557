import { expect, test } from 'vitest';
import { gpioIndicatorConfigSchema, openGpioIndicator } from '../../../../hardware/gpio/onoff.ts';
import { flashesOf, notesOf } from '../../../../hardware/gpio/signal-pattern.ts';
import type { Health, Signal } from '../../../../hardware/ports.ts';
import { ManualClock } from '../../../support/hands/manual-clock.ts';
import { OnoffModel } from '../../../support/hands/onoff-model.ts';

const LAMP = 22;
const BUZZER = 23;
const signals: Signal[] = ['read', 'granted', 'refused', 'askStaff'];

function rig() {
  const model = new OnoffModel();
  const clock = new ManualClock();
  const health: Health[] = [];
  const indicator = openGpioIndicator(
    gpioIndicatorConfigSchema.parse({
      driver: 'gpio',
      lamp: { pin: LAMP },
      buzzer: { pin: BUZZER },
    }),
    { clock, load: async () => model.binding, sysfs: model.sysfs },
  );
  return {
    model,
    clock,
    health,
    indicator,
    start: () => indicator.start({ health: (h) => health.push(h) }),
  };
}

/** The wire's level every 10 ms, as runs of `[level, ms]`. */
function record(clock: ManualClock, level: () => number): string {
  let text = '';
  for (let at = 0; at < 6_000; at += 10) {
    text += level();
    clock.advance(10);
  }
  return text;
}

test('the four signals differ by rhythm alone, on the lamp and on a buzzer with one pitch', async () => {
  const seen: string[] = [];
  const recordings: string[] = [];
  for (const signal of signals) {
    const { model, clock, indicator, start } = rig();
    await start();
    indicator.show(signal);
    seen.push(record(clock, () => model.level(LAMP)));
    indicator.show(signal);
    recordings.push(record(clock, () => model.level(BUZZER)));
    expect(clock.pending).toBe(0);
    expect([model.level(LAMP), model.level(BUZZER)]).toEqual([0, 0]);
  }
  expect(new Set(seen).size).toBe(4);
  expect(new Set(recordings).size).toBe(4);
});

test('nothing flashes more than three times in any second (WCAG 2.3.1)', () => {
  for (const signal of signals) {
    let at = 0;
    const onsets: number[] = [];
    for (const flash of flashesOf[signal]) {
      if (flash.on) {
        onsets.push(at);
      }
      at += flash.ms;
    }
    for (const onset of onsets) {
      expect(onsets.filter((other) => other >= onset && other < onset + 1_000).length).toBeLessThan(
        4,
      );
    }
  }
});

test('every sound is short enough not to cover speech', () => {
  for (const signal of signals) {
    expect(notesOf[signal].reduce((sum, note) => sum + note.ms, 0)).toBeLessThan(1_000);
  }
});

test('a new signal ends the one before, and stop leaves all dark', async () => {
  const { model, clock, indicator, start } = rig();
  await start();
  indicator.show('granted');
  expect(model.level(LAMP)).toBe(1);
  indicator.show('off');
  expect([model.level(LAMP), clock.pending]).toEqual([0, 0]);
  indicator.show('askStaff');
  await indicator.stop();
  expect([model.level(LAMP), model.level(BUZZER), clock.pending]).toEqual([0, 0, 0]);
});

test('a pin that fails in mid-pattern is reported and stops the pattern', async () => {
  const { model, clock, indicator, start, health } = rig();
  await start();
  indicator.show('refused');
  model.writeFault = Object.assign(new Error('EIO'), { code: 'EIO' });
  clock.advance(500);
  expect(health.at(-1)).toMatchObject({ state: 'failing', reason: 'EIO' });
  expect(clock.pending).toBe(0);
});

test('an indicator with nothing wired is refused', () => {
  expect(gpioIndicatorConfigSchema.safeParse({ driver: 'gpio' }).success).toBe(false);
});
