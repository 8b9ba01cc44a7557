import type { History } from '../../fleet/state/telemetry.ts';
import type { Chart, HistoryValue, HistoryView, Range } from './history-series.ts';

type Values = readonly (number | null)[];

/** A gate's history as charts; what its kiosk never reported has none. */
export function historyView(history: History, range: Range): HistoryView {
  const { at, values, outcomes } = history;
  const stepMs = history.span === 'minute' ? 60_000 : 3_600_000;
  const line = (
    name: string,
    unit: string,
    series: readonly (readonly [string, Values | undefined])[],
    scale?: readonly [number, number],
  ): Chart[] => {
    const reported = series.flatMap(([of, list]) => (list ? [{ name: of, values: list }] : []));
    return reported.length > 0
      ? [withGaps({ name, unit, at, series: reported, scale }, stepMs)]
      : [];
  };
  return {
    range,
    charts: [
      ...line('temperature', '°C', [['temperature', values.temperature]]),
      ...line(
        'room',
        '%',
        [
          ['memory', values.memory],
          ['disk', values.disk],
        ],
        [0, 100],
      ),
      ...line('roundTrip', 'ms', [['roundTrip', values.roundTrip]]),
      ...line('skew', 'ms', [['skew', values.skew]]),
      ...line('waiting', '', [['waiting', values.waiting]]),
      ...line('listAge', 'min', [['listAge', values.listAge]]),
      ...line('faults', '', [
        ['faults', values.faults],
        ['underVoltage', values.underVoltage],
      ]),
      ...outcomeChart(outcomes),
    ],
  };
}

/** Silence is a hole in the line, never a straight bridge over it: a null where a bucket is missing. */
function withGaps(chart: Chart, stepMs: number): Chart {
  const at: number[] = [];
  const values: HistoryValue[][] = chart.series.map(() => []);
  chart.at.forEach((time, index) => {
    const before = chart.at[index - 1];
    if (before !== undefined && time - before > 2 * stepMs) {
      at.push(before + stepMs);
      for (const list of values) {
        list.push(null);
      }
    }
    at.push(time);
    chart.series.forEach((series, which) => {
      values[which]?.push(series.values[index] ?? null);
    });
  });
  const series = chart.series.map(({ name }, which) => ({ name, values: values[which] ?? [] }));
  return { ...chart, at, series };
}

function outcomeChart({ at, counts }: History['outcomes']): Chart[] {
  const series = Object.entries(counts)
    .map(([name, list]) => ({
      name,
      values: list.map((count): HistoryValue => (count === '< 5' ? 'few' : count)),
    }))
    .filter(({ values }) => values.some((value) => value !== 0));
  return series.length > 0 ? [{ name: 'verifications', unit: '', at, series }] : [];
}
