import type { Era } from '../../../shared/codice-fiscale/check.ts';
import { ERAS } from './eras.generated.ts';

/** The table's lines by place; built on first use, since most processes never need it. */
let lines: Map<string, string> | undefined;

/**
 * The periods in which a place existed, oldest first; `undefined` if it is not in the table.
 *
 * @param place A Belfiore code such as `H501`.
 * @example parse(code, { erasOf })
 */
export function erasOf(place: string): readonly Era[] | undefined {
  lines ??= new Map(ERAS.split('\n').map((line) => [line.slice(0, 4), line.slice(5)]));
  return lines
    .get(place)
    ?.split(' ')
    .map((era) => {
      const [from = '', to = ''] = era.split('-');
      return to === '' ? { from: iso(from) } : { from: iso(from), to: iso(to) };
    });
}

function iso(day: string): string {
  return `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`;
}
