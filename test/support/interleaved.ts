import { kolmogorovSmirnov } from '../../scripts/bench/harness/kolmogorov-smirnov.ts';

/**
 * Asks once, and resolves with the answer. A lane never asks twice at the same time: what is counted, or let
 * through a few at a time, is the lane's own.
 */
export type Cause = (lane: number) => Promise<unknown>;

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
  const ask = async (lane: number) => {
    for (const name of shuffled(names)) {
      // Lanes that were answered together do not ask together.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * APART_MS_MAX));
      const from = performance.now();
      await causes[name]?.(lane);
      latencies[name]?.push(performance.now() - from);
    }
  };
  for (let round = 0; round < options.rounds; round += 1) {
    await Promise.all(Array.from({ length: options.lanes }, (_, lane) => ask(lane)));
    await options.between?.();
  }
  return latencies;
}

/** Two causes whose latencies differ. */
export interface PairApart {
  one: string;
  other: string;
  /** Such as `p = 1.0e-9, D = 0.200`. */
  found: string;
}

/** The pairs of causes that can be compared. */
export function pairsOf(latencies: Latencies): Pick<PairApart, 'one' | 'other'>[] {
  const names = Object.keys(latencies);
  return names.flatMap((one, index) => names.slice(index + 1).map((other) => ({ one, other })));
}

/**
 * The pairs of causes that latencies tell apart: the probability that they only seem to is below `pMin` over
 * the number of pairs (Bonferroni), so that among all pairs together one is found by chance with `pMin`.
 *
 * @param pairs those that are looked at.
 */
export function toldApart(
  latencies: Latencies,
  pairs: readonly Pick<PairApart, 'one' | 'other'>[] = pairsOf(latencies),
  pMin = 0.01,
): PairApart[] {
  return pairs.flatMap(({ one, other }) => {
    const { p, distance } = kolmogorovSmirnov(latencies[one] ?? [], latencies[other] ?? []);
    const found = `p = ${p.toExponential(1)}, D = ${distance.toFixed(3)}`;
    return p < pMin / pairs.length ? [{ one, other, found }] : [];
  });
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
