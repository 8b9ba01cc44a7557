import { infoOf, type Language } from '../../shared/language.ts';

/** The gates stand in Italy. */
const timeZone = 'Europe/Rome';

/** A day and a time of day, such as `28 novembre 2026 alle ore 22:15`; `at` in Unix milliseconds. */
export function formatMoment(at: number, language: Language): string {
  const style = { dateStyle: 'long', timeStyle: 'short', timeZone } as const;
  return new Intl.DateTimeFormat(infoOf(language).locale, style).format(at);
}

/** A day, such as `28 novembre 2026`; an ISO date or Unix milliseconds. */
export function formatDay(day: number | string, language: Language): string {
  const at = typeof day === 'number' ? day : Date.parse(`${day}T12:00:00Z`);
  return new Intl.DateTimeFormat(infoOf(language).locale, { dateStyle: 'long', timeZone }).format(
    at,
  );
}

/** A time of day, such as `22:15`; `at` in Unix milliseconds. */
export function formatTime(at: number, language: Language): string {
  const style = { timeStyle: 'short', timeZone } as const;
  return new Intl.DateTimeFormat(infoOf(language).locale, style).format(at);
}

/** An amount, such as `333,33 €`. */
export function formatEuro(euro: number, language: Language): string {
  const style = { style: 'currency', currency: 'EUR' } as const;
  return new Intl.NumberFormat(infoOf(language).locale, style).format(euro);
}
