import { kolmogorovSmirnov } from '../../scripts/bench/harness/kolmogorov-smirnov.ts';

/** Asks once, and resolves with the answer; each call is of another asker, so that none is throttled. */
export type Cause = () => Promise<unknown>;

const APART_MS_MAX = 15;

/** Milliseconds of every answer, by cause. */
export type Latencies = Record<string, number[]>;

/**
 * Asks for every cause in turn, in a new random order each time, on several lanes at once: whatever slows the
 * machine slows all causes alike. Nothing that was measured is left out.
 *
 * @param options.rounds in each, every lane asks once for every cause.
 * @param options.between called between rounds, when nobody asks.
 */
export async function interleave(
  causes: Readonly<Record<string, Cause>>,
  options: { rounds: number; lanes: number; between?: () => Promise<void> },
): Promise<Latencies> {
  const names = Object.keys(causes);
  const latencies: Latencies = Object.fromEntries(names.map((name) => [name, []]));
  const lane = async () => {
    for (const name of shuffled(names)) {
      // Lanes that were answered together do not ask together.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * APART_MS_MAX));
      const from = performance.now();
      await causes[name]?.();
      latencies[name]?.push(performance.now() - from);
    }
  };
  for (let round = 0; round < options.rounds; round += 1) {
    await Promise.all(Array.from({ length: options.lanes }, lane));
    await options.between?.();
  }
  return latencies;
}

/**
 * The pairs of causes that latencies tell apart, with the probability that they only seem to: below `pMin` over
 * the number of pairs (Bonferroni), so that among all pairs together one is found by chance with `pMin`.
 */
export function toldApart(latencies: Latencies, pMin = 0.01): string[] {
  const names = Object.keys(latencies);
  const pairs = names.flatMap((one, index) =>
    names.slice(index + 1).map((other) => [one, other] as const),
  );
  return pairs.flatMap(([one, other]) => {
    const { p, distance } = kolmogorovSmirnov(latencies[one] ?? [], latencies[other] ?? []);
    const found = `${one} / ${other}: p = ${p.toExponential(1)}, D = ${distance.toFixed(3)}`;
    return p < pMin / pairs.length ? [found] : [];
  });
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
