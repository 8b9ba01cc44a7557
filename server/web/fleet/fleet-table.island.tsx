import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Language } from '../../../shared/language.ts';
import { mountIsland } from '../mount-island.ts';
import { type FilterChoices, FilterForm } from './filter-form.tsx';
import { formatKioskQuery, type KioskQuery } from './kiosk-query.ts';
import { LiveRows } from './live-rows.ts';
import { words } from './page-words.ts';
import { NARROW, VirtualTable } from './virtual-table.tsx';

interface FleetTableProps {
  query: KioskQuery;
  choices: FilterChoices;
  language: Language;
  now: number;
}

/** The table of all kiosks with its filter, kept up to date by the stream. */
function FleetTable({ query: asked, choices, language, now: made }: FleetTableProps) {
  const [query, setQuery] = useState(asked);
  const [live] = useState(() => new LiveRows(asked));
  const [, setTurn] = useState(0);
  const [now, setNow] = useState(made);
  useEffect(
    () =>
      live.start({
        changed: () => setTurn((turn) => turn + 1),
        beat: setNow,
      }),
    [live],
  );
  useEffect(() => {
    live.ask(query);
    const search = formatKioskQuery(query);
    history.replaceState(null, '', search ? `?${search}` : location.pathname);
    followFilter(search);
  }, [live, query]);
  const [folded] = useState(() => matchMedia(NARROW).matches);
  return (
    <div class="kiosks">
      <FilterForm query={query} choices={choices} words={words} change={setQuery} folded={folded} />
      <Shown shown={live.selected.length} total={live.total} />
      <VirtualTable
        rows={live.selected}
        loaded={live.loaded}
        query={query}
        sort={setQuery}
        words={words}
        language={language}
        now={now}
      />
    </div>
  );
}

/** What else on the page is about the filter: the view that may be saved, the command for many. */
function followFilter(search: string): void {
  for (const field of document.querySelectorAll<HTMLInputElement>('input[data-query]')) {
    field.value = search;
  }
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-bulk]')) {
    link.href = `/fleet/commands?${search}#bulk`;
  }
}

interface ShownProps {
  shown: number;
  total: number;
}

const SAY_AFTER_MS = 600;

/** How many are shown; a screen reader announces it when the typing is over, not at every key. */
function Shown({ shown, total }: ShownProps) {
  const text = useMemo(() => words.table.shown(shown, total), [shown, total]);
  const spoken = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const timer = setTimeout(() => {
      if (spoken.current && spoken.current.textContent !== text) {
        spoken.current.textContent = text;
      }
    }, SAY_AFTER_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <p class="shown">
      <span data-shown={shown}>{text}</span>
      <span class="visually-hidden" role="status" ref={spoken} />
    </p>
  );
}

mountIsland('fleet-table', FleetTable);
