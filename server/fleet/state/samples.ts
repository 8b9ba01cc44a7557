import { type Measured, measured, type Sample } from '../../../shared/protocol/measurement.ts';

const HOUR_MS = 3_600_000;

/** The figures' names in the store: short, since there are millions of them. */
const metrics: Record<Measured, string> = {
  temperature: 't',
  memory: 'm',
  disk: 'd',
  waiting: 'q',
  roundTrip: 'r',
  skew: 's',
  listAge: 'l',
  underVoltage: 'u',
  faults: 'f',
};

/** The text that the store holds. */
export function encodeSample(sample: Sample): string {
  const entries = measured.flatMap((name) =>
    sample[name] === undefined ? [] : [[metrics[name], sample[name]]],
  );
  return JSON.stringify(Object.fromEntries(entries));
}

/** @see encodeSample */
export function decodeSample(body: string): Sample {
  const short: Record<string, number> = JSON.parse(body);
  return Object.fromEntries(
    measured.flatMap((name) => {
      const value = short[metrics[name]];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Rows of hours, from minutes of any gates and hours. */
export function hoursOf(
  minutes: readonly { gate: string; at: number; body: string }[],
): unknown[][] {
  const groups = new Map<string, { gate: string; at: number; samples: Sample[] }>();
  for (const { gate, at, body } of minutes) {
    const hour = at - (at % HOUR_MS);
    const key = `${gate} ${hour}`;
    const group = groups.get(key) ?? { gate, at: hour, samples: [] };
    group.samples.push(decodeSample(body));
    groups.set(key, group);
  }
  return [...groups.values()].map(({ gate, at, samples }) => [
    gate,
    'hour',
    at,
    encodeSample(mean(samples)),
  ]);
}

/** One row a minute: two of the same can't be written at once. */
export function lastOfEach(rows: readonly unknown[][]): unknown[][] {
  return [...new Map(rows.map((row) => [row[2], row])).values()];
}

/** The mean of each figure, rounded to a tenth; a figure that no sample has is left out. */
export function mean(samples: readonly Sample[]): Sample {
  const result: Sample = {};
  for (const name of measured) {
    const values = samples.flatMap((sample) => sample[name] ?? []);
    if (values.length > 0) {
      const sum = values.reduce((total, value) => total + value, 0);
      result[name] = Math.round((10 * sum) / values.length) / 10;
    }
  }
  return result;
}
