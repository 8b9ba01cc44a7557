import { expect, test } from 'vitest';
import { mergeStatus, statusSchema } from '../../../../shared/protocol/kiosk-status.ts';

const whole = {
  state: 'inService',
  peripherals: { scanner: { state: 'ready' }, keypad: { state: 'ready' } },
  machine: { cpuTemperatureC: 48 },
} as const;

test('a whole report stands for itself', () => {
  const known = mergeStatus(undefined, whole);
  expect(known).toEqual(whole);
  const next = mergeStatus(known, { state: 'outOfService', peripherals: {} });
  expect(next).toEqual({ state: 'outOfService', peripherals: {} });
});

test('a partial report changes what it names, and takes away what is null', () => {
  const known = mergeStatus(undefined, whole);
  expect(mergeStatus(known, { partial: true })).toEqual(whole);
  const lost = { state: 'lost', reason: 'ENODEV' } as const;
  const next = mergeStatus(known, {
    partial: true,
    peripherals: { scanner: lost, keypad: null },
    machine: null,
    software: 'varco 1.0.0',
  });
  expect(next).toEqual({
    state: 'inService',
    peripherals: { scanner: lost },
    software: 'varco 1.0.0',
  });
});

test('a whole report must have its state and its peripherals, a partial one nothing', () => {
  expect(statusSchema.safeParse({ partial: true }).success).toBe(true);
  expect(statusSchema.safeParse(whole).success).toBe(true);
  expect(statusSchema.safeParse({ state: 'inService' }).success).toBe(false);
  expect(statusSchema.safeParse({ ...whole, codiceFiscale: 'X' }).success).toBe(false);
});
