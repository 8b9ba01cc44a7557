/** Bounds of a retry schedule: first delay, longest delay (milliseconds), and growth per attempt. */
export interface BackoffLimits {
  firstMs: number;
  longestMs: number;
  factor: number;
}

/**
 * Full-jitter exponential back-off: a delay drawn evenly from 0 to the attempt's ceiling, so that many
 * kiosks that lost the same server do not come back in step.
 *
 * @param attempt 0 for the first retry.
 * @param random A number in [0, 1), handed in.
 * @returns milliseconds, never above `limits.longestMs`.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(attempt: number, limits: BackoffLimits, random: number): number {
  const ceiling = Math.min(
    limits.longestMs,
    limits.firstMs * limits.factor ** Math.min(attempt, 64),
  );
  return Math.floor(ceiling * random);
}
