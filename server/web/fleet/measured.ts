import { units } from '../../fleet/alerts/kinds.ts';
import type { Format } from './format.ts';
import type { FleetWords } from './words/words.ts';

/** What a page writes with. */
export interface Writing {
  words: FleetWords;
  format: Format;
}

/** What an alert's figures are in words: parts by their names, times as people read them. PURE. */
export function measured(
  kind: string,
  detail: Readonly<Record<string, unknown>>,
  { words, format }: Writing,
): string {
  return Object.entries(detail)
    .map(([name, value]) => {
      if (name === 'parts' && Array.isArray(value)) {
        return value.map((part) => words.parts[String(part)] ?? String(part)).join(', ');
      }
      const label = words.alerts.details[name];
      if (typeof value !== 'number') {
        const text = Array.isArray(value) ? value.join(', ') : String(value);
        return label === undefined || name === 'names' ? text : `${label} ${text}`;
      }
      if (name === 'at' || name.endsWith('At')) {
        return format.moment(value);
      }
      const unitOf: Partial<Record<string, string>> = units;
      const unit = (name === 'value' && unitOf[kind]) || '';
      return `${label === undefined ? '' : `${label} `}${format.number(value)}${unit && ` ${unit}`}`;
    })
    .join(' · ');
}
