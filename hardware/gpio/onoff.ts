import { z } from 'zod';
import type { Indicator, Turnstile } from '../ports.ts';
import { type IndicatorLines, LampSounder } from './indicator.ts';
import type { OutputLine, ToneLine } from './line.ts';
import { type OnoffDeps, OnoffSource, type PinOpener } from './onoff-lines.ts';
import { pinSchema } from './pin-config.ts';
import { PulseGuard } from './pulse-guard.ts';
import { RelayTurnstile, type TurnstileLines } from './turnstile.ts';

/** Limits of an opening, the same for every turnstile driver. */
export const turnstileLimitFields = {
  /** The longest pulse, whatever is asked for, in milliseconds. */
  pulseMaxMs: z.number().int().min(100).max(10_000).default(3_000),
  /** How long after an opening the passage sensor is awaited, in milliseconds. */
  passageTimeoutMs: z.number().int().min(500).max(60_000).default(8_000),
};

/** The labels of the GPIO controller, for a board that is not a Raspberry Pi. */
const controllerLabels = z.array(z.string().min(1).max(64)).min(1).max(8).optional();

/** The config of the `gpio` turnstile. */
export const gpioTurnstileConfigSchema = z.strictObject({
  driver: z.literal('gpio'),
  controllerLabels,
  relay: pinSchema,
  passage: pinSchema
    .extend({ debounceMs: z.number().int().min(0).max(500).default(20) })
    .optional(),
  /** An auxiliary contact of the relay, which shows whether its coil is on. */
  coil: pinSchema.optional(),
  /** Whether a guard process releases the relay when this one dies or hangs. */
  guard: z.boolean().default(true),
  ...turnstileLimitFields,
});
export type GpioTurnstileConfig = z.infer<typeof gpioTurnstileConfigSchema>;

/** The config of the `gpio` indicator: at least one of its parts. */
export const gpioIndicatorConfigSchema = z
  .strictObject({
    driver: z.literal('gpio'),
    controllerLabels,
    lamp: pinSchema.optional(),
    granted: pinSchema.optional(),
    refused: pinSchema.optional(),
    askStaff: pinSchema.optional(),
    /** An active buzzer: it has one pitch, so signals differ in rhythm alone. */
    buzzer: pinSchema.optional(),
  })
  .refine(
    (config) => config.lamp || config.granted || config.refused || config.askStaff || config.buzzer,
    { message: 'names no lamp and no buzzer' },
  );
export type GpioIndicatorConfig = z.infer<typeof gpioIndicatorConfigSchema>;

/** A turnstile on the machine's own pins. */
export function openGpioTurnstile(config: GpioTurnstileConfig, deps: OnoffDeps): Turnstile {
  const source = new OnoffSource((pins) => turnstileLines(config, pins), withLabels(config, deps));
  return new RelayTurnstile(source, config, { clock: deps.clock, atExit: atProcessExit });
}

/** Lamps and a buzzer on the machine's own pins. */
export function openGpioIndicator(config: GpioIndicatorConfig, deps: OnoffDeps): Indicator {
  const source = new OnoffSource((pins) => indicatorLines(config, pins), withLabels(config, deps));
  return new LampSounder(source, deps.clock);
}

function withLabels(config: { controllerLabels?: string[] | undefined }, deps: OnoffDeps) {
  return { ...deps, labels: config.controllerLabels ?? deps.labels };
}

function turnstileLines(config: GpioTurnstileConfig, pins: PinOpener): TurnstileLines {
  const relay = pins.output(config.relay);
  const passage = config.passage ? pins.input(config.passage) : undefined;
  const coil = config.coil ? pins.input({ ...config.coil, debounceMs: 0 }) : undefined;
  // At least a second above the longest pulse, so that the guard acts last.
  const limitSeconds = Math.ceil(config.pulseMaxMs / 1_000) + 1;
  const guard = config.guard
    ? new PulseGuard({ file: pins.valueFile(config.relay), bytes: '0' }, limitSeconds)
    : undefined;
  return {
    relay,
    passage,
    coil,
    guard,
    close() {
      relay.close();
      passage?.close();
      coil?.close();
    },
  };
}

function indicatorLines(config: GpioIndicatorConfig, pins: PinOpener): IndicatorLines {
  const lamps: IndicatorLines['lamps'] = {};
  for (const name of ['lamp', 'granted', 'refused', 'askStaff'] as const) {
    const pin = config[name];
    if (pin) {
      lamps[name] = pins.output(pin);
    }
  }
  const sounder = config.buzzer ? activeBuzzer(pins.output(config.buzzer)) : undefined;
  return {
    lamps,
    sounder,
    close() {
      for (const lamp of Object.values(lamps)) {
        lamp.close();
      }
      sounder?.close();
    },
  };
}

function activeBuzzer(line: OutputLine): ToneLine {
  return { tone: (hertz) => line.set(hertz > 0), close: () => line.close() };
}

/** Runs `release` when the process exits: at its end, by `process.exit` or on an uncaught error. */
export function atProcessExit(release: () => void): () => void {
  process.on('exit', release);
  return () => process.off('exit', release);
}
