import type { VNode } from 'preact';
import type { KioskRow } from '../../fleet/view/kiosk-row.ts';
import type { Format } from './format.ts';
import type { KioskQuery, SortKey } from './kiosk-query.ts';
import { PresenceSign, SeveritySign } from './signs.tsx';
import type { FleetWords } from './words/words.ts';

/** The columns, in their order; each can be sorted by. */
export const columns: readonly { key: SortKey; word: keyof FleetWords['table'] & ColumnWord }[] = [
  { key: 'state', word: 'state' },
  { key: 'name', word: 'name' },
  { key: 'site', word: 'site' },
  { key: 'alerts', word: 'problems' },
  { key: 'policy', word: 'policy' },
  { key: 'software', word: 'software' },
  { key: 'seen', word: 'seen' },
];
type ColumnWord = 'state' | 'name' | 'site' | 'problems' | 'policy' | 'software' | 'seen';

export interface CellsProps {
  row: KioskRow;
  words: FleetWords;
  format: Format;
  /** The time that "12 min ago" counts from. */
  now: number;
  /** Of the link to the kiosk's page, where one row at a time takes the focus. */
  tabIndex?: number;
}

/** The cells of one kiosk; the name is the row's heading and leads to the kiosk's page. */
export function KioskCells({ row, words, format, now, tabIndex }: CellsProps): VNode {
  return (
    <>
      <td class="state">
        <PresenceSign presence={row.presence} word={words.presence[row.presence]} />
      </td>
      <th scope="row" class="name">
        <a href={`/fleet/gates/${encodeURIComponent(row.id)}`} tabIndex={tabIndex}>
          {row.name}
        </a>
        <Tags tags={row.tags} />
      </th>
      <td class="site">{row.siteName}</td>
      <td class="problems">
        <Problems row={row} words={words} />
      </td>
      <td class="policy">{row.policy}</td>
      <td class="software">{row.software ?? '–'}</td>
      <td class="seen">{seen(row, words, format, now)}</td>
    </>
  );
}

function Tags({ tags }: { tags: readonly string[] }): VNode | null {
  return tags.length > 0 ? (
    <span class="tags">
      {tags.map((tag) => (
        <span key={tag} class="tag">
          {tag}
        </span>
      ))}
    </span>
  ) : null;
}

function Problems({ row, words }: Pick<CellsProps, 'row' | 'words'>): VNode | null {
  const faults = row.faults.map((part) => words.parts[part] ?? part).join(', ');
  return (
    <>
      {row.worst && <SeveritySign severity={row.worst} word={words.table.alerts(row.alerts)} />}
      {faults && <span class="faults">{faults}</span>}
      {row.drift && <span class="drift">{words.table.drift}</span>}
    </>
  );
}

/** When a kiosk last reported; one that is connected reports all the time. */
function seen(row: KioskRow, words: FleetWords, format: Format, now: number): string {
  if (row.lastSeenAt === null) {
    return words.table.never;
  }
  return row.presence === 'offline'
    ? words.table.ago(format.duration(now - row.lastSeenAt))
    : words.table.now;
}

/** How a column's heading shows that the table is sorted by it. */
export function ariaSort(query: KioskQuery, key: SortKey): 'ascending' | 'descending' | 'none' {
  return query.sort !== key ? 'none' : query.descending ? 'descending' : 'ascending';
}
