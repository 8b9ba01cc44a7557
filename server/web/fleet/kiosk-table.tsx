import type { VNode } from 'preact';
import type { KioskRow } from '../../fleet/view/kiosk-row.ts';
import type { Format } from './format.ts';
import { ariaSort, columns, KioskCells } from './kiosk-cells.tsx';
import { formatKioskQuery, type KioskQuery, type SortKey } from './kiosk-query.ts';
import type { FleetWords } from './words/words.ts';

/** Kiosks on one page where there is no script. */
export const PAGE_ROWS = 50;

export interface KioskTableProps {
  /** All that were asked for; one page of them is shown. */
  rows: readonly KioskRow[];
  total: number;
  page: number;
  query: KioskQuery;
  words: FleetWords;
  format: Format;
  now: number;
}

/** The table as the server makes it: a page of rows, and links to sort and to turn the pages. */
export function KioskTable(props: KioskTableProps): VNode {
  const { rows, query, words, format, now } = props;
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_ROWS));
  const page = Math.min(Math.max(1, props.page), pages);
  const shown = rows.slice((page - 1) * PAGE_ROWS, page * PAGE_ROWS);
  return (
    <div class="kiosks">
      <p class="shown">{words.table.shown(rows.length, props.total)}</p>
      <table class="kiosk-table">
        <caption class="visually-hidden">{words.table.caption}</caption>
        <thead>
          <tr>
            {columns.map(({ key, word }) => (
              <th key={key} scope="col" class={key} aria-sort={ariaSort(query, key)}>
                <a href={`/fleet?${formatKioskQuery(sortedBy(query, key))}`}>
                  {words.table[word]}
                  <SortMark query={query} column={key} />
                </a>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={row.id}>
              <KioskCells row={row} words={words} format={format} now={now} />
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p class="none">{words.table.none}</p>}
      {pages > 1 && <Pager page={page} pages={pages} query={query} words={words} />}
    </div>
  );
}

/** The query with another column to sort by; the same again turns the order round. */
export function sortedBy(query: KioskQuery, sort: SortKey): KioskQuery {
  return { ...query, sort, descending: query.sort === sort && !query.descending };
}

/** The arrow beside the heading of the column that is sorted by. */
export function SortMark({ query, column }: { query: KioskQuery; column: SortKey }): VNode {
  const mark = query.sort !== column ? '' : query.descending ? ' ▼' : ' ▲';
  return <span aria-hidden="true">{mark}</span>;
}

interface PagerProps {
  page: number;
  pages: number;
  query: KioskQuery;
  words: FleetWords;
}

function Pager({ page, pages, query, words }: PagerProps): VNode {
  const to = (other: number) => {
    const fields = new URLSearchParams(formatKioskQuery(query));
    fields.set('page', String(other));
    return `/fleet?${fields}`;
  };
  return (
    <nav class="pager" aria-label={words.table.caption}>
      {page > 1 && (
        <a href={to(page - 1)} rel="prev">
          {words.table.previous}
        </a>
      )}
      <span>{words.table.page(page, pages)}</span>
      {page < pages && (
        <a href={to(page + 1)} rel="next">
          {words.table.next}
        </a>
      )}
    </nav>
  );
}
