/** Over how long the charts look back. */
export const ranges = ['hours', 'days', 'months'] as const;
export type Range = (typeof ranges)[number];

export const RANGE_MS: Readonly<Record<Range, number>> = {
  hours: 6 * 3_600_000,
  days: 2 * 86_400_000,
  months: 396 * 86_400_000,
};

/** `few`: more than none and fewer than five; how many is nobody's business. */
export type HistoryValue = number | 'few' | null;

/** One chart: values that share an axis of time and a unit. */
export interface Chart {
  name: string;
  unit: string;
  /** Unix ms, rising; a bucket without any word of the kiosk is a `null` in each series. */
  at: readonly number[];
  series: readonly { name: string; values: readonly HistoryValue[] }[];
  /** Where the axis begins and ends, if it has a natural end. */
  scale?: readonly [number, number] | undefined;
}

export interface HistoryView {
  range: Range;
  charts: readonly Chart[];
}

/** A series in four numbers, for a line of a table. */
export interface SeriesDigest {
  latest: number;
  least: number;
  mean: number;
  most: number;
}

/** @returns undefined where there is no number at all. PURE. */
export function digestOf(values: readonly HistoryValue[]): SeriesDigest | undefined {
  const numbers = values.filter((value) => typeof value === 'number');
  const latest = numbers.at(-1);
  return latest === undefined
    ? undefined
    : {
        latest,
        least: numbers.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
        mean: numbers.reduce((sum, value) => sum + value, 0) / numbers.length,
        most: numbers.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
      };
}

/** Where "few" is drawn: between none and the least that is counted out. */
export const FEW_DRAWN = 2.5;

/** What is drawn of a value. */
export function drawn(value: HistoryValue): number | null {
  return value === 'few' ? FEW_DRAWN : value;
}
