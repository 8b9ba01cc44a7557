import { DAYS_OF_MONTH } from './alphabet.ts';

/** A day as the number `yyyymmdd`: days compare as numbers. */
export type Day = number;

/** Whether a year of the Gregorian calendar has a 29 February. */
export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/**
 * Whether a day of a two-digit year is real in at least one of the two centuries that a codice fiscale
 * leaves open. 00 stands for 1900, not a leap year, and 2000, which is one.
 */
export function isDayOfEitherCentury(yearOfCentury: number, month: number, day: number): boolean {
  if (day < 1 || day > (DAYS_OF_MONTH[month] ?? 0)) {
    return false;
  }
  return month !== 2 || day !== 29 || yearOfCentury % 4 === 0;
}

/** The real days, oldest first, in 1900–1999 and 2000–2099, that are not after `today`. */
export function birthDays(yearOfCentury: number, month: number, day: number, today: Day): Day[] {
  const days: Day[] = [];
  for (let year = 1900 + yearOfCentury; year < 2100; year += 100) {
    const birth = year * 10_000 + month * 100 + day;
    if (birth <= today && (month !== 2 || day !== 29 || isLeapYear(year))) {
      days.push(birth);
    }
  }
  return days;
}

/** `19800131` → `1980-01-31`. */
export function formatDay(day: Day): string {
  const digits = String(day);
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
}

/** `1980-01-31` → `19800131`; `undefined` for anything else. */
export function parseDay(text: string): Day | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    return undefined;
  }
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8));
  const daysMax = month === 2 && !isLeapYear(year) ? 28 : (DAYS_OF_MONTH[month] ?? 0);
  return day >= 1 && day <= daysMax ? year * 10_000 + month * 100 + day : undefined;
}

/** The day it is where the machine stands. */
export function systemToday(): Day {
  const now = new Date();
  return now.getFullYear() * 10_000 + (now.getMonth() + 1) * 100 + now.getDate();
}
