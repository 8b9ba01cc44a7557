import type { VNode } from 'preact';
import { memo } from 'preact/compat';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Language } from '../../../shared/language.ts';
import type { KioskRow } from '../../fleet/view/kiosk-row.ts';
import { formatFor } from './format.ts';
import { ariaSort, columns, KioskCells } from './kiosk-cells.tsx';
import type { KioskQuery } from './kiosk-query.ts';
import { SortMark, sortedBy } from './kiosk-table.tsx';
import { decoration } from './signs.tsx';
import { stretchesOf } from './visible-rows.ts';
import type { FleetWords } from './words/words.ts';

export interface VirtualTableProps {
  rows: readonly KioskRow[];
  loaded: boolean;
  query: KioskQuery;
  sort(query: KioskQuery): void;
  words: FleetWords;
  language: Language;
  now: number;
}

/** As in fleet.css, in rem: a row is as high as it is, whatever is in it. */
const ROW_REM = { wide: 3, narrow: 5.5 };
/** A phone, as in fleet.css. */
export const NARROW = '(max-width: 47.99rem)';

/**
 * A table of thousands of which only the rows near the window are drawn. The page itself scrolls. One
 * kiosk's link is in the order of the Tab key; the arrow keys, Page Up and Down, Home and End go to the
 * others, and the one with the focus stays drawn wherever the window is.
 */
export function VirtualTable(props: VirtualTableProps): VNode {
  const { rows, query, words } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const { rowHeight, seen } = useWindowOver(body, rows.length);
  const [active, setActive] = useState<string | undefined>();
  const wanted = useRef(false);
  const found = rows.findIndex(({ id }) => id === active);
  const index = Math.max(found, 0);
  useLayoutEffect(() => {
    if (wanted.current) {
      wanted.current = false;
      body.current?.querySelector<HTMLElement>(`tr[aria-rowindex="${index + 2}"] a`)?.focus();
    }
  });
  const go = (event: KeyboardEvent) => {
    const pageRows = Math.max(1, Math.floor(window.innerHeight / rowHeight) - 2);
    const to = targetOf(event.key, index, rows.length, pageRows);
    const row = to === undefined ? undefined : rows[to];
    if (row && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      wanted.current = true;
      setActive(row.id);
    }
  };
  const format = formatFor(props.language);
  return (
    <>
      <table class="kiosk-table virtual" aria-rowcount={rows.length + 1} aria-describedby="keys">
        <caption class="visually-hidden">{words.table.caption}</caption>
        <Head query={query} words={words} sort={props.sort} />
        <tbody
          ref={body}
          onKeyDown={go}
          onFocusIn={(event) => {
            const { target } = event;
            setActive(target instanceof Element ? target.closest('tr')?.dataset.id : undefined);
          }}
        >
          {stretchesOf(rows.length, rowHeight, seen, found < 0 ? undefined : found).flatMap(
            ({ drawn, from, to }) =>
              drawn
                ? rows
                    .slice(from, to)
                    .map((row, at) => (
                      <Row
                        key={row.id}
                        row={row}
                        index={from + at}
                        isActive={from + at === index}
                        words={words}
                        format={format}
                        now={props.now}
                      />
                    ))
                : [
                    <Gap
                      key={from === 0 ? 'above' : `gap${to === rows.length}`}
                      rows={to - from}
                      rowHeight={rowHeight}
                    />,
                  ],
          )}
        </tbody>
      </table>
      {props.loaded && rows.length === 0 && <p class="none">{words.table.none}</p>}
      <p id="keys" class="visually-hidden">
        {words.table.keys}
      </p>
    </>
  );
}

function Head({ query, words, sort }: Pick<VirtualTableProps, 'query' | 'words' | 'sort'>): VNode {
  return (
    <thead>
      <tr aria-rowindex={1}>
        {columns.map(({ key, word }) => (
          <th key={key} scope="col" class={key} aria-sort={ariaSort(query, key)}>
            <button type="button" onClick={() => sort(sortedBy(query, key))}>
              {words.table[word]}
              <SortMark query={query} column={key} />
            </button>
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** Where a key leads to from a row, if it is one of those that lead somewhere. */
function targetOf(key: string, index: number, count: number, pageRows: number): number | undefined {
  const clamp = (to: number) => Math.max(0, Math.min(count - 1, to));
  switch (key) {
    case 'ArrowDown':
      return clamp(index + 1);
    case 'ArrowUp':
      return clamp(index - 1);
    case 'PageDown':
      return clamp(index + pageRows);
    case 'PageUp':
      return clamp(index - pageRows);
    case 'Home':
      return 0;
    case 'End':
      return clamp(count - 1);
    default:
      return undefined;
  }
}

interface RowProps {
  row: KioskRow;
  index: number;
  isActive: boolean;
  words: FleetWords;
  format: ReturnType<typeof formatFor>;
  now: number;
}

const Row = memo(
  function Row({ row, index, isActive, words, format, now }: RowProps): VNode {
    return (
      <tr aria-rowindex={index + 2} data-id={row.id} data-presence={row.presence}>
        <KioskCells
          row={row}
          words={words}
          format={format}
          now={now}
          tabIndex={isActive ? 0 : -1}
        />
      </tr>
    );
  },
  // The time counts only for those whose age is shown.
  (before, after) =>
    before.row === after.row &&
    before.index === after.index &&
    before.isActive === after.isActive &&
    before.words === after.words &&
    (before.now === after.now || after.row.presence !== 'offline'),
);

/** Stands in for rows that are not drawn. */
function Gap({ rows, rowHeight }: { rows: number; rowHeight: number }): VNode {
  return (
    <tr {...decoration} class="gap">
      <td colSpan={columns.length} style={{ height: `${rows * rowHeight}px`, padding: 0 }} />
    </tr>
  );
}

/** The part of the table that the window shows; updated at most once a frame. */
function useWindowOver(body: { current: HTMLElement | null }, count: number) {
  const [view, setView] = useState({ rowHeight: 48, seen: { top: 0, height: 1_200 } });
  useEffect(() => {
    let frame = 0;
    const narrow = matchMedia(NARROW);
    const measure = () => {
      frame = 0;
      const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
      const rowHeight = rem * (narrow.matches ? ROW_REM.narrow : ROW_REM.wide);
      const top = -(body.current?.getBoundingClientRect().top ?? 0);
      // Whole rows: the table is not drawn again for every pixel.
      const seen = {
        top: Math.floor(Math.max(0, top) / rowHeight) * rowHeight,
        height: window.innerHeight,
      };
      setView((before) =>
        before.rowHeight === rowHeight &&
        before.seen.top === seen.top &&
        before.seen.height === seen.height
          ? before
          : { rowHeight, seen },
      );
    };
    const soon = () => {
      frame ||= requestAnimationFrame(measure);
    };
    measure();
    window.addEventListener('scroll', soon, { passive: true });
    window.addEventListener('resize', soon);
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener('scroll', soon);
      window.removeEventListener('resize', soon);
    };
  }, [body]);
  // Another count may have moved the table under the window.
  useLayoutEffect(() => {
    window.dispatchEvent(new Event('resize'));
  }, [count]);
  return view;
}
