/** The law's days, and the ages that follow from them, are counted in Italy, wherever a server stands. */
const TIME_ZONE = 'Europe/Rome';

/** The Swedish locale writes a day as ISO 8601 does. */
const isoFormat = new Intl.DateTimeFormat('sv-SE', { timeZone: TIME_ZONE, dateStyle: 'short' });
const HOUR_MS = 3_600_000;

/** The hour that was formatted last: days change at its ends only, since Rome's offset is whole hours. */
let last = { hour: Number.NaN, day: '' };
/** The midnight that was computed last: every card at a gate is compared with the same one. */
let midnight = { day: '', at: Number.NaN };

/**
 * The ISO date in Rome at a time, such as `2026-07-02` for `2026-07-01T22:30Z`.
 *
 * @param at Unix milliseconds.
 */
export function romeDay(at: number): string {
  const hour = Math.floor(at / HOUR_MS);
  if (hour !== last.hour) {
    last = { hour, day: isoFormat.format(at) };
  }
  return last.day;
}

/**
 * When a day begins in Rome. Pure.
 *
 * @param day ISO date.
 * @returns Unix milliseconds.
 */
export function romeMidnight(day: string): number {
  if (day !== midnight.day) {
    const utc = Date.parse(day);
    // Rome is one or two hours ahead of UTC; the earlier one is midnight if it is in the day already.
    const inSummer = utc - 2 * HOUR_MS;
    midnight = { day, at: romeDay(inSummer) === day ? inSummer : utc - HOUR_MS };
  }
  return midnight.at;
}

/** The next calendar day. Pure. @param day ISO date. */
export function nextDay(day: string): string {
  return new Date(Date.parse(day) + 24 * HOUR_MS).toISOString().slice(0, 10);
}

/**
 * Completed years of age on a day. Somebody born on 29 February is a year older on 1 March of other years.
 * Pure.
 *
 * @param birthDate ISO date. @param day ISO date.
 */
export function ageOn(birthDate: string, day: string): number {
  const years = Number(day.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return day.slice(5) < birthDate.slice(5) ? years - 1 : years;
}
