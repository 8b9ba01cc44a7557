import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import type { Language } from '../../../shared/language.ts';
import { mountIsland } from '../mount-island.ts';
import { formatFor, TIME_ZONE } from './format.ts';
import { type Chart, digestOf, drawn, type HistoryView, RANGE_MS } from './history-series.ts';
import { chartTitle, seriesTitle, withUnit } from './history-view.tsx';
import { onLiveUpdate } from './live-stream.ts';
import { words } from './page-words.ts';

interface HistoryProps {
  url: string;
  history: HistoryView;
  language: Language;
}

/** The history's finest bucket is a minute: asking more often would bring nothing. */
const REFRESH_MS = 60_000;
const HEIGHT_PX = 200;
/** So few values are each shown as a point: a line needs two. */
const POINTS_MAX = 30;
/** Dashes beside colours: no line is known by its colour alone (WCAG 1.4.1). */
const dashes = [[], [8, 4], [2, 4], [12, 4, 2, 4], [4, 8]];

function HistoryCharts({ url, history: made, language }: HistoryProps) {
  const [history, setHistory] = useState(made);
  useEffect(() => {
    let next = performance.now() + REFRESH_MS;
    return onLiveUpdate((update) => {
      if (update.name === 'beat' && performance.now() >= next) {
        next = performance.now() + REFRESH_MS;
        fetch(url)
          .then((answer) => (answer.ok ? answer.json() : undefined))
          .then((fresh) => fresh && setHistory(fresh))
          // What is drawn stays; the page's counter says whether the server is there.
          .catch(() => {});
      }
    });
  }, [url]);
  return (
    <div class="charts">
      {history.charts.map((chart) => (
        <ChartFigure key={chart.name} chart={chart} history={history} language={language} />
      ))}
    </div>
  );
}

interface FigureProps {
  chart: Chart;
  history: HistoryView;
  language: Language;
}

function ChartFigure({ chart, history, language }: FigureProps) {
  const place = useRef<HTMLDivElement>(null);
  const format = formatFor(language);
  const title = chartTitle(chart, words);
  useEffect(() => {
    const element = place.current;
    if (!element) {
      return;
    }
    const plot = new uPlot(optionsOf(chart, history, language, widthOf(element)), dataOf(chart));
    element.replaceChildren(plot.root);
    const resized = new ResizeObserver(() =>
      plot.setSize({ width: widthOf(element), height: HEIGHT_PX }),
    );
    resized.observe(element);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const recolour = () => plot.redraw();
    dark.addEventListener('change', recolour);
    return () => {
      resized.disconnect();
      dark.removeEventListener('change', recolour);
      plot.destroy();
    };
  }, [chart, history, language]);
  const spoken = chart.series
    .map(({ name, values }) => {
      const digest = digestOf(values);
      return digest
        ? `${seriesTitle(chart, name, words)}: ${words.kiosk.latest} ${withUnit(digest.latest, chart.unit, format)}, ${words.kiosk.least} ${withUnit(digest.least, chart.unit, format)}, ${words.kiosk.most} ${withUnit(digest.most, chart.unit, format)}`
        : '';
    })
    .filter(Boolean)
    .join('; ');
  return (
    <figure class="chart" data-chart={chart.name}>
      <figcaption>
        {title}
        {chart.unit && ` (${chart.unit})`}
      </figcaption>
      <div role="img" aria-label={spoken || title} ref={place} />
    </figure>
  );
}

function widthOf(element: HTMLElement): number {
  return Math.max(200, Math.floor(element.clientWidth));
}

function dataOf(chart: Chart): uPlot.AlignedData {
  return [
    chart.at.map((at) => at / 1_000),
    ...chart.series.map(({ values }) => values.map(drawn)),
  ] as uPlot.AlignedData;
}

/** Colours come from the style sheet at every drawing, so that a change of light and dark is followed. */
function colour(name: string): () => string {
  return () =>
    getComputedStyle(document.querySelector('.fleet') ?? document.body)
      .getPropertyValue(name)
      .trim() || '#888';
}

function optionsOf(
  chart: Chart,
  history: HistoryView,
  language: Language,
  width: number,
): uPlot.Options {
  const format = formatFor(language);
  const ink = colour('--fleet-faint');
  const line = colour('--fleet-line');
  const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
  const now = chart.at.at(-1) ?? 0;
  const steps = uPlot.paths.stepped?.({ align: 1 });
  return {
    width,
    height: HEIGHT_PX,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), TIME_ZONE),
    cursor: { drag: { x: false, y: false } },
    legend: { live: true },
    scales: {
      x: { min: (now - RANGE_MS[history.range]) / 1_000, max: now / 1_000 },
      y: chart.scale
        ? { range: [...chart.scale] as [number, number] }
        : { range: (_plot, least, most) => rangeOf(least, most) },
    },
    axes: [
      { ...axis, values: (_plot, splits) => splits.map((at) => timeLabel(at, history, format)) },
      { ...axis, size: 56, values: (_plot, splits) => splits.map((one) => format.number(one)) },
    ],
    series: [
      {
        label: words.activity.when,
        value: (_plot, at) => (at === null ? '–' : format.moment(at * 1_000)),
      },
      ...chart.series.map(({ name, values }, index) => ({
        label: seriesTitle(chart, name, words),
        stroke: colour(`--fleet-series-${(index % dashes.length) + 1}`),
        dash: dashes[index % dashes.length] ?? [],
        width: 2,
        // Counts of an hour are steps, and a few values alone are points.
        ...(steps && chart.name === 'verifications' ? { paths: steps } : {}),
        points: { show: chart.at.length <= POINTS_MAX },
        spanGaps: false,
        value: (_plot: uPlot, value: number | null, _series: number, at: number | null) =>
          at !== null && values[at] === 'few'
            ? words.kiosk.few
            : value === null
              ? '–'
              : withUnit(value, chart.unit, format),
      })),
    ],
  };
}

/** From nought, with room above; a flat line is not drawn as a mountain. */
function rangeOf(least: number | null, most: number | null): [number, number] {
  const top = Math.max(1, (most ?? 1) * 1.1);
  return [Math.min(0, least ?? 0), top];
}

function timeLabel(
  seconds: number,
  { range }: HistoryView,
  format: ReturnType<typeof formatFor>,
): string {
  const moment = format.moment(seconds * 1_000);
  const [day = '', time = ''] = moment.split(/,\s*|\s+/);
  return range === 'months' ? day : time;
}

mountIsland('history', HistoryCharts);
