import type { Language } from '../../../shared/language.ts';
import type { Alert } from './alert-store.ts';
import { alertWords } from './alert-words.ts';
import { units } from './kinds.ts';
import type { Notice } from './notices.ts';

/** An alert and the notice that is due, with its place in words; no place: the server itself. */
export interface DueNotice {
  alert: Alert;
  notice: Notice;
  place: string | undefined;
}

const LINES_MAX = 40;
const LINE_LENGTH_MAX = 200;
const DAY_MS = 86_400_000;

/**
 * An e-mail about some alerts in its reader's language: a subject, and a line for each, such as
 * `NEW  Ingresso (Museo Egizio): Too hot (84)`. Never about a person.
 */
export function digest(
  due: readonly DueNotice[],
  language: Language,
  now: number,
): { title: string; lines: string[] } {
  const words = alertWords[language];
  const fresh = due.filter(({ notice }) => notice !== 'cleared').length;
  const over = due.length - fresh;
  const counts = [fresh > 0 && words.fresh(fresh), over > 0 && words.over(over)].filter(Boolean);
  const all = due.map((one) => line(one, language, now));
  const more = all.length - LINES_MAX;
  const lines = more > 0 ? [...all.slice(0, LINES_MAX - 1), words.more(more + 1)] : all;
  return { title: `varco: ${counts.join(', ')}`, lines };
}

function line({ alert, notice, place }: DueNotice, language: Language, now: number): string {
  const words = alertWords[language];
  const kind = words.kinds[alert.kind];
  const measured = detail(alert, language, now);
  const text = `${words.notices[notice]}  ${place ?? words.server}: ${kind}`;
  return `${text}${measured ? ` (${measured})` : ''}`.slice(0, LINE_LENGTH_MAX);
}

/** What was measured: parts by their names, numbers and dates as the language writes them. */
function detail({ kind, detail: measured }: Alert, language: Language, now: number): string {
  const unit = units[kind] === undefined ? '' : ` ${units[kind]}`;
  const words = alertWords[language];
  const numbers = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const days = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  return Object.entries(measured)
    .flatMap(([name, value]) => {
      if (name === 'lastSeenAt') {
        return [];
      }
      if (name === 'parts' && Array.isArray(value)) {
        return value.map((part) => words.parts[String(part)] ?? String(part));
      }
      const label = words.details[name] === undefined ? '' : `${words.details[name]} `;
      if (name === 'at' && typeof value === 'number') {
        return [days.format(Math.round((value - now) / DAY_MS), 'day')];
      }
      if (typeof value === 'number') {
        return [`${label}${numbers.format(value)}${name === 'value' ? unit : ''}`];
      }
      return [`${label}${Array.isArray(value) ? value.join(', ') : String(value)}`];
    })
    .join(', ');
}
