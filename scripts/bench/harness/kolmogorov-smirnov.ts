/**
 * The two-sample Kolmogorov-Smirnov test, with the asymptotic distribution (large samples).
 *
 * @returns the largest distance of the two distributions, and the probability of one at least as large if both
 * samples come from one source.
 */
export function kolmogorovSmirnov(
  one: readonly number[],
  other: readonly number[],
): { distance: number; p: number } {
  const [a, b] = [one, other].map((sample) => [...sample].sort((x, y) => x - y)) as [
    number[],
    number[],
  ];
  let [i, j, distance] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const at = Math.min(a[i] ?? 0, b[j] ?? 0);
    while (i < a.length && (a[i] ?? 0) <= at) {
      i += 1;
    }
    while (j < b.length && (b[j] ?? 0) <= at) {
      j += 1;
    }
    distance = Math.max(distance, Math.abs(i / a.length - j / b.length));
  }
  const size = Math.sqrt((a.length * b.length) / (a.length + b.length));
  const lambda = (size + 0.12 + 0.11 / size) * distance;
  let p = 0;
  for (let k = 1; k <= 100; k += 1) {
    p += 2 * (-1) ** (k - 1) * Math.exp(-2 * k * k * lambda * lambda);
  }
  return { distance, p: lambda < 0.2 ? 1 : Math.min(1, Math.max(0, p)) };
}
