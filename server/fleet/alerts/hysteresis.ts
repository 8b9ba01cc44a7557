/**
 * A condition as it was observed: `bad` beyond the limit that raises, `good` on the right side of the limit
 * that clears, `between` the two, or `unknown` without a recent report.
 */
export type Reading = 'bad' | 'good' | 'between' | 'unknown';

export interface Patience {
  /** Bad for so long without a break raises it, in milliseconds. */
  raiseAfterMs: number;
  /** Good for so long without a break clears it, in milliseconds. */
  clearAfterMs: number;
}

export type AlertState =
  | { name: 'quiet' }
  /** Bad, and not yet long enough. */
  | { name: 'rising'; since: number }
  | { name: 'raised'; at: number }
  /** Good, and not yet long enough. */
  | { name: 'settling'; at: number; since: number };

export const quiet: AlertState = { name: 'quiet' };

/** Until it has settled, a raised alert stays raised. */
export function isRaised(state: AlertState): boolean {
  return state.name === 'raised' || state.name === 'settling';
}

/**
 * One reading. A value that swings around a limit neither raises nor clears anything: both need their time
 * without a break, and an unknown one clears nothing.
 */
export function stepAlert(
  state: AlertState,
  reading: Reading,
  { raiseAfterMs, clearAfterMs }: Patience,
  now: number,
): AlertState {
  switch (state.name) {
    case 'quiet':
    case 'rising': {
      if (reading !== 'bad') {
        return quiet;
      }
      const since = state.name === 'rising' ? state.since : now;
      return now - since >= raiseAfterMs ? { name: 'raised', at: now } : { name: 'rising', since };
    }
    case 'raised':
    case 'settling': {
      if (reading !== 'good') {
        return state.name === 'raised' ? state : { name: 'raised', at: state.at };
      }
      const since = state.name === 'settling' ? state.since : now;
      return now - since >= clearAfterMs ? quiet : { name: 'settling', at: state.at, since };
    }
  }
}

/** Reads a number against the limit that raises and the one that clears; the two are apart. */
export function readNumber(
  value: number | undefined,
  limits: { raise: number; clear: number },
): Reading {
  if (value === undefined) {
    return 'unknown';
  }
  const isHighBad = limits.raise > limits.clear;
  const isBad = isHighBad ? value >= limits.raise : value <= limits.raise;
  const isGood = isHighBad ? value <= limits.clear : value >= limits.clear;
  return isBad ? 'bad' : isGood ? 'good' : 'between';
}
