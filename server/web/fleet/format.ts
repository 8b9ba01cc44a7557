import type { Language } from '../../../shared/language.ts';

/** Where the gates stand: times are read beside a clock on the wall there. */
export const TIME_ZONE = 'Europe/Rome';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const kept = new Map<string, Intl.DateTimeFormat | Intl.NumberFormat>();

function formatOf<Format extends Intl.DateTimeFormat | Intl.NumberFormat>(
  key: string,
  make: () => Format,
): Format {
  // Making one takes a hundred times longer than using it; the keys are few.
  let format = kept.get(key) as Format | undefined;
  if (!format) {
    format = make();
    kept.set(key, format);
  }
  return format;
}

/** Times and amounts, written as a language writes them. */
export interface Format {
  /** `22:14:07`. */
  clock(at: number): string;
  /** `28/11/2026, 22:14`. */
  moment(at: number): string;
  /** `12 min`, `3 h`, `2 d`: one unit, rounded down. */
  duration(ms: number): string;
  /** `1.234`, with so many decimals at most. */
  number(value: number, decimals?: number): string;
  /** `81 %`, from a share of 1. */
  percent(share: number): string;
}

export function formatFor(language: Language): Format {
  const date = (name: string, options: Intl.DateTimeFormatOptions) =>
    formatOf(
      `${language} ${name}`,
      () => new Intl.DateTimeFormat(language, { ...options, timeZone: TIME_ZONE }),
    );
  const number = (name: string, options: Intl.NumberFormatOptions) =>
    formatOf(`${language} ${name}`, () => new Intl.NumberFormat(language, options));
  const unit = (name: 'second' | 'minute' | 'hour' | 'day', value: number) =>
    number(name, { style: 'unit', unit: name, unitDisplay: 'short' }).format(value);
  return {
    clock: (at) => date('clock', { timeStyle: 'medium', hourCycle: 'h23' }).format(at),
    moment: (at) =>
      date('moment', { dateStyle: 'short', timeStyle: 'short', hourCycle: 'h23' }).format(at),
    duration(ms) {
      const whole = Math.max(0, ms);
      if (whole < MINUTE_MS) {
        return unit('second', Math.floor(whole / 1_000));
      }
      if (whole < HOUR_MS) {
        return unit('minute', Math.floor(whole / MINUTE_MS));
      }
      return whole < 2 * DAY_MS
        ? unit('hour', Math.floor(whole / HOUR_MS))
        : unit('day', Math.floor(whole / DAY_MS));
    },
    number: (value, decimals = 1) =>
      number(`number ${decimals}`, { maximumFractionDigits: decimals }).format(value),
    percent: (share) =>
      number('percent', { style: 'percent', maximumFractionDigits: 0 }).format(share),
  };
}
