import type { VNode } from 'preact';
import { Island } from '../island.tsx';
import { Scrolls, type View } from './fleet-frame.tsx';
import type { Format } from './format.ts';
import {
  type Chart,
  digestOf,
  type HistoryValue,
  type HistoryView,
  ranges,
} from './history-series.ts';
import type { FleetWords } from './words/words.ts';

/** Rows of one chart's table, at most: the newest. */
const TABLE_ROWS_MAX = 48;

export interface HistoryProps {
  gate: string;
  history: HistoryView;
  view: View;
}

/** A kiosk's past: drawn where there is a script, and always as numbers too. */
export function History({ gate, history, view }: HistoryProps): VNode {
  const { words, language } = view;
  const path = `/fleet/gates/${encodeURIComponent(gate)}`;
  return (
    <>
      <nav class="ranges" aria-label={words.kiosk.range}>
        <ul>
          {ranges.map((range) => (
            <li key={range}>
              <a
                href={`${path}?range=${range}#history-title`}
                aria-current={range === history.range ? 'true' : undefined}
              >
                {words.kiosk.ranges[range]}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {history.charts.length === 0 ? (
        <p class="none">{words.kiosk.noHistory}</p>
      ) : (
        <>
          <Island
            name="history"
            data={{ url: `${path}/history.json?range=${history.range}`, history, language }}
          />
          <Digest charts={history.charts} view={view} />
          {history.charts.map((chart) => (
            <ChartTable key={chart.name} chart={chart} view={view} />
          ))}
        </>
      )}
    </>
  );
}

/** Each series in a line: what the chart shows, for those who can't see it. */
function Digest({ charts, view }: { charts: readonly Chart[]; view: View }): VNode {
  const { kiosk: words } = view.words;
  const { format } = view;
  return (
    <Scrolls label={words.asTable}>
      <table class="plain">
        <caption>{words.asTable}</caption>
        <thead>
          <tr>
            <th scope="col">{words.what}</th>
            <th scope="col">{words.latest}</th>
            <th scope="col">{words.least}</th>
            <th scope="col">{words.mean}</th>
            <th scope="col">{words.most}</th>
          </tr>
        </thead>
        <tbody>
          {charts.flatMap((chart) =>
            chart.series.map(({ name, values }) => {
              const digest = digestOf(values);
              const cell = (value: number | undefined) =>
                value === undefined ? '–' : withUnit(value, chart.unit, format);
              return (
                <tr key={`${chart.name} ${name}`}>
                  <th scope="row">{seriesTitle(chart, name, view.words)}</th>
                  <td>{cell(digest?.latest)}</td>
                  <td>{cell(digest?.least)}</td>
                  <td>{cell(digest?.mean)}</td>
                  <td>{cell(digest?.most)}</td>
                </tr>
              );
            }),
          )}
        </tbody>
      </table>
    </Scrolls>
  );
}

function ChartTable({ chart, view }: { chart: Chart; view: View }): VNode {
  const { words, format } = view;
  const first = Math.max(0, chart.at.length - TABLE_ROWS_MAX);
  return (
    <details id={`table-${chart.name}`}>
      <summary>{chartTitle(chart, words)}</summary>
      <Scrolls label={chartTitle(chart, words)}>
        <table class="plain">
          <thead>
            <tr>
              <th scope="col">{words.activity.when}</th>
              {chart.series.map(({ name }) => (
                <th key={name} scope="col">
                  {seriesTitle(chart, name, words)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {chart.at.slice(first).map((at, index) => (
              <tr key={at}>
                <th scope="row">{format.moment(at)}</th>
                {chart.series.map(({ name, values }) => (
                  <td key={name}>{valueText(values[first + index] ?? null, chart.unit, view)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolls>
    </details>
  );
}

function valueText(value: HistoryValue, unit: string, { words, format }: View): string {
  return value === null ? '–' : value === 'few' ? words.kiosk.few : withUnit(value, unit, format);
}

export function withUnit(value: number, unit: string, format: Format): string {
  return unit === '' ? format.number(value) : `${format.number(value)} ${unit}`;
}

export function chartTitle({ name }: Pick<Chart, 'name'>, words: FleetWords): string {
  return words.kiosk.charts[name] ?? name;
}

/** A series alone in its chart has the chart's title. */
export function seriesTitle(chart: Chart, name: string, words: FleetWords): string {
  return chart.series.length === 1
    ? chartTitle(chart, words)
    : (words.outcomes[name] ?? words.kiosk.charts[name] ?? name);
}
