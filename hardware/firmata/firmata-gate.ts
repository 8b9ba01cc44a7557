import { z } from 'zod';
import type { Clock } from '../../shared/clock.ts';
import { type IndicatorLines, LampSounder } from '../gpio/indicator.ts';
import type { InputLine, OutputLine, ToneLine } from '../gpio/line.ts';
import { atProcessExit, turnstileLimitFields } from '../gpio/onoff.ts';
import { PulseGuard } from '../gpio/pulse-guard.ts';
import { RelayTurnstile, type TurnstileLines } from '../gpio/turnstile.ts';
import type { Indicator, Turnstile } from '../ports.ts';
import type { BoardPool } from './board-pool.ts';
import { FirmataSource } from './firmata-lines.ts';
import type { Board, JohnnyFive } from './johnny-five.ts';

/** The board's device node. Prefer `/dev/serial/by-id/…`: the number in `ttyACM0` may change at each boot. */
export const boardPathSchema = z.string().min(1).max(255);
const boardPin = z.number().int().min(2).max(69);

/** The config of the `johnny-five` turnstile. */
export const johnnyFiveTurnstileConfigSchema = z.strictObject({
  driver: z.literal('johnny-five'),
  board: boardPathSchema,
  relay: z.strictObject({
    pin: boardPin,
    /** `NO`: the pin is high while the relay conducts; `NC`: low. */
    type: z.enum(['NO', 'NC']).default('NO'),
  }),
  passage: z.strictObject({ pin: boardPin, activeLow: z.boolean().default(true) }).optional(),
  guard: z.boolean().default(true),
  ...turnstileLimitFields,
});
export type JohnnyFiveTurnstileConfig = z.infer<typeof johnnyFiveTurnstileConfigSchema>;

/** The config of the `johnny-five` indicator. */
export const johnnyFiveIndicatorConfigSchema = z
  .strictObject({
    driver: z.literal('johnny-five'),
    board: boardPathSchema,
    lamp: boardPin.optional(),
    granted: boardPin.optional(),
    refused: boardPin.optional(),
    askStaff: boardPin.optional(),
    /** A passive piezo. johnny-five toggles its pin from software, so tones are short. */
    piezo: boardPin.optional(),
  })
  .refine(
    (config) =>
      [config.lamp, config.granted, config.refused, config.askStaff, config.piezo].some(
        (pin) => pin !== undefined,
      ),
    { message: 'names no lamp and no piezo' },
  );
export type JohnnyFiveIndicatorConfig = z.infer<typeof johnnyFiveIndicatorConfigSchema>;

/** What drivers on a board need: one pool for all of them, so that they can share a board. */
export interface FirmataDeps {
  clock: Clock;
  boards: BoardPool;
}

/** A turnstile relay on a Firmata board. */
export function openJohnnyFiveTurnstile(
  config: JohnnyFiveTurnstileConfig,
  deps: FirmataDeps,
): Turnstile {
  const source = new FirmataSource(config.board, deps.boards, (board, five) =>
    turnstileLines(config, board, five),
  );
  return new RelayTurnstile(source, config, { clock: deps.clock, atExit: atProcessExit });
}

/** Lamps and a piezo on a Firmata board. */
export function openJohnnyFiveIndicator(
  config: JohnnyFiveIndicatorConfig,
  deps: FirmataDeps,
): Indicator {
  const source = new FirmataSource(config.board, deps.boards, (board, five) =>
    indicatorLines(config, board, five),
  );
  return new LampSounder(source, deps.clock);
}

function turnstileLines(
  config: JohnnyFiveTurnstileConfig,
  board: Board,
  five: JohnnyFive,
): TurnstileLines {
  const part = new five.Relay({ ...config.relay, board });
  part.open();
  const relay: OutputLine = {
    set: (on) => void (on ? part.close() : part.open()),
    close: () => void part.open(),
  };
  const passage = config.passage ? boardInput(board, config.passage) : undefined;
  const limitSeconds = Math.ceil(config.pulseMaxMs / 1_000) + 1;
  const guard = config.guard
    ? new PulseGuard({ file: config.board, bytes: releaseBytes(config.relay) }, limitSeconds)
    : undefined;
  return {
    relay,
    passage,
    guard,
    close() {
      relay.close();
      passage?.close();
    },
  };
}

/**
 * Firmata's "set digital pin value" (0xF5, pin, 0 or 1) in `printf` notation. Opening the port to write
 * it also resets an Uno, which releases every pin.
 */
function releaseBytes(relay: { pin: number; type: 'NO' | 'NC' }): string {
  const octal = (byte: number) => `\\${byte.toString(8).padStart(3, '0')}`;
  return [0xf5, relay.pin, relay.type === 'NC' ? 1 : 0].map(octal).join('');
}

const MODE_INPUT = 0;

function boardInput(board: Board, config: { pin: number; activeLow: boolean }): InputLine {
  const watchers = new Set<(active: boolean) => void>();
  let active = false;
  board.pinMode(config.pin, MODE_INPUT);
  // StandardFirmata 2.4 has no pull-up mode: writing 1 to an input enables its pull-up.
  board.digitalWrite(config.pin, config.activeLow ? 1 : 0);
  board.digitalRead(config.pin, (value) => {
    active = (value === 1) !== config.activeLow;
    for (const watcher of [...watchers]) {
      watcher(active);
    }
  });
  return {
    read: () => active,
    watch(changed) {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    close: () => watchers.clear(),
  };
}

function indicatorLines(
  config: JohnnyFiveIndicatorConfig,
  board: Board,
  five: JohnnyFive,
): IndicatorLines {
  const lamps: IndicatorLines['lamps'] = {};
  for (const name of ['lamp', 'granted', 'refused', 'askStaff'] as const) {
    const pin = config[name];
    if (pin !== undefined) {
      lamps[name] = ledLine(new five.Led({ pin, board }));
    }
  }
  const sounder =
    config.piezo === undefined ? undefined : piezo(new five.Piezo({ pin: config.piezo, board }));
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

function ledLine(led: { on(): unknown; off(): unknown }): OutputLine {
  return { set: (on) => void (on ? led.on() : led.off()), close: () => void led.off() };
}

function piezo(part: { frequency(hertz: number, ms: number): unknown; off(): unknown }): ToneLine {
  return {
    tone: (hertz, ms) => void (hertz > 0 ? part.frequency(hertz, ms) : part.off()),
    close: () => void part.off(),
  };
}
