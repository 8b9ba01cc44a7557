import { infoOf, type Language } from '../../shared/language.ts';

/** What a person may take along after "granted": nothing in it says who they are. */
export interface Receipt {
  /** What the site redeems against the audit; see {@link receiptNumber}. */
  number: string;
  gate: string;
  policy: string;
  /** When it was granted, Unix milliseconds. */
  at: number;
}

/**
 * A request's receipt number: the last 48 of its random bits, as `1F3A-9C20-77DE`. The audit finds
 * the request by them; nobody can guess one that was given.
 */
export function receiptNumber(requestId: string): string {
  const digits = requestId.replaceAll('-', '').slice(-12).toUpperCase();
  return digits.replace(/^(.{4})(.{4})(.{4})$/, '$1-$2-$3');
}

/** A receipt's time in the gate's time zone, such as `22/11/2026, 21:15`. */
export function receiptTime(at: number, language: Language): string {
  const format = { dateStyle: 'short', timeStyle: 'short' } as const;
  return new Intl.DateTimeFormat(infoOf(language).locale, format)
    .format(at)
    .replace(/\u202f/g, ' ');
}
