import type { VNode } from 'preact';
import type { FleetSummary, KioskRow } from '../../fleet/view/kiosk-row.ts';
import { Island } from '../island.tsx';
import { AlertLine, type AlertView } from './alert-line.tsx';
import { type FilterChoices, FilterForm } from './filter-form.tsx';
import { Form, Frame, LivePart, type View } from './fleet-frame.tsx';
import { formatKioskQuery, type KioskQuery } from './kiosk-query.ts';
import { KioskTable } from './kiosk-table.tsx';
import { SummaryView } from './summary-view.tsx';
import { TextField } from './text-field.tsx';

export interface SavedView {
  id: string;
  title: string;
  query: string;
}

export interface OverviewProps {
  view: View;
  summary: FleetSummary;
  /** The worst few that are open. */
  alerts: readonly AlertView[];
  rows: readonly KioskRow[];
  query: KioskQuery;
  page: number;
  /** Pages of rows even where there is a script: for who reads by ear. */
  paged: boolean;
  choices: FilterChoices;
  views: readonly SavedView[];
  maySaveViews: boolean;
  mayCommand: boolean;
}

/** `/fleet`: the whole fleet in one look, what needs somebody now, and the table of all kiosks. */
export function OverviewPage(props: OverviewProps): VNode {
  const { view, summary, rows, query, choices } = props;
  const { words, language, now, format } = view;
  const table = (
    <>
      <FilterForm query={query} choices={choices} words={words} />
      <KioskTable
        rows={rows}
        total={summary.gates}
        page={props.page}
        query={query}
        words={words}
        format={format}
        now={now}
      />
    </>
  );
  return (
    <Frame view={view} heading={words.title} rows={!props.paged}>
      <section aria-labelledby="summary-title">
        <h2 id="summary-title" class="visually-hidden">
          {words.summary.heading}
        </h2>
        <Island name="summary" data={{ summary }}>
          <SummaryView summary={summary} words={words} />
        </Island>
      </section>
      <LivePart id="urgent" on={['alerts']}>
        {props.alerts.length > 0 && (
          <section aria-labelledby="urgent-title" class="urgent">
            <h2 id="urgent-title">{words.alerts.heading}</h2>
            <ul class="alert-list">
              {props.alerts.map((alert) => (
                <li key={alert.id}>
                  <AlertLine alert={alert} view={view} />
                </li>
              ))}
            </ul>
            <p>
              <a href="/fleet/alerts">{words.alerts.all(summary.alerts)}</a>
            </p>
          </section>
        )}
      </LivePart>
      <section aria-labelledby="table-title">
        <h2 id="table-title" class="visually-hidden">
          {words.table.caption}
        </h2>
        <SavedViews {...props} />
        {props.paged ? (
          <div>{table}</div>
        ) : (
          <Island name="fleet-table" data={{ query, choices, language, now }}>
            {table}
          </Island>
        )}
        <p class="below">
          {props.mayCommand && (
            <a class="btn btn-outline-primary btn-sm" href={bulkHref(query)} data-bulk>
              {words.commands.bulk}
            </a>
          )}{' '}
          <a href={`/fleet?${withPaged(query)}`}>{words.table.asPages}</a>
        </p>
      </section>
    </Frame>
  );
}

function bulkHref(query: KioskQuery): string {
  return `/fleet/commands?${formatKioskQuery(query)}#bulk`;
}

function withPaged(query: KioskQuery): string {
  const fields = new URLSearchParams(formatKioskQuery(query));
  fields.set('paged', '1');
  return fields.toString();
}

function SavedViews({ view, views, query, maySaveViews }: OverviewProps): VNode {
  const { words } = view;
  const search = formatKioskQuery(query);
  return (
    <div class="views">
      {views.length > 0 && (
        <nav aria-label={words.views.heading}>
          <ul>
            {views.map((one) => (
              <li key={one.id}>
                <a
                  href={`/fleet?${one.query}`}
                  aria-current={one.query === search ? 'true' : undefined}
                >
                  {one.title}
                </a>
                <Form view={view} action={`/fleet/views/${one.id}/remove`}>
                  <button type="submit" class="quiet" aria-label={words.views.remove(one.title)}>
                    ×
                  </button>
                </Form>
              </li>
            ))}
          </ul>
        </nav>
      )}
      {maySaveViews && (
        <details id="save-view">
          <summary>{words.views.save}</summary>
          <Form view={view} action="/fleet/views" class="inline">
            <input type="hidden" name="query" value={search} data-query />
            <TextField
              id="view-title"
              label={words.views.name}
              name="title"
              required
              maxLength={60}
            />
            <button type="submit" class="btn btn-primary btn-sm">
              {words.views.save}
            </button>
          </Form>
        </details>
      )}
    </div>
  );
}
