import { expect, test } from 'vitest';
import type { Scanner } from '../../../../hardware/ports.ts';
import { TorchCamera } from '../../../../hardware/scanner/torch.ts';
import { systemClock } from '../../../../shared/clock.ts';
import { OnoffModel } from '../../../support/hands/onoff-model.ts';

const PIN = 18;
const events = { reading: () => {}, unreadable: () => {}, health: () => {} };

/** A camera that only switches its lamp. */
function darkCamera() {
  let light: (on: boolean) => void = () => {};
  const camera: Scanner = { start: async () => {}, stop: async () => {}, expect: () => {} };
  return {
    open: (torch: (on: boolean) => void) => {
      light = torch;
      return camera;
    },
    light: (on: boolean) => light(on),
  };
}

function torchOn(model: OnoffModel, dark: ReturnType<typeof darkCamera>, activeLow = false) {
  const deps = { clock: systemClock, load: async () => model.binding, sysfs: model.sysfs };
  return new TorchCamera({ pin: PIN, activeLow }, deps, dark.open);
}

test.each([
  [false, 1, 0],
  [true, 0, 1],
] as const)('lights in the dark and is off again (active low: %s)', async (activeLow, on, off) => {
  const model = new OnoffModel();
  const dark = darkCamera();
  const camera = torchOn(model, dark, activeLow);
  await camera.start(events);
  expect(model.level(PIN)).toBe(off);
  dark.light(true);
  expect(model.level(PIN)).toBe(on);
  dark.light(false);
  expect(model.level(PIN)).toBe(off);
  dark.light(true);
  await camera.stop();
  expect(model.level(PIN)).toBe(off);
});

test('without its pin the camera still works', async () => {
  const model = new OnoffModel();
  model.fault = Object.assign(new Error('no permission'), { code: 'EACCES' });
  const dark = darkCamera();
  const camera = torchOn(model, dark);
  await camera.start(events);
  dark.light(true);
  await camera.stop();
});
