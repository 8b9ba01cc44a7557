/** The times of a scan, in milliseconds. */
export interface ScanLimits {
  /** How long contacts must be steady before they count. */
  debounceMs: number;
  /** A key held this long is stuck, and ignored until it is released. */
  stuckMs: number;
}

/**
 * The state of a matrix between scans. Contacts are bits: bit `row * columns + column` is set while that
 * crossing conducts.
 */
export interface ScanState {
  raw: number;
  rawSince: number;
  /** The debounced contacts. */
  held: number;
  /** When each debounced contact was closed, by bit number. */
  since: ReadonlyMap<number, number>;
  stuck: number;
  ghosted: boolean;
}

/** The result of a scan. `pressed` holds bit numbers in ascending order. */
export interface ScanStep {
  state: ScanState;
  pressed: number[];
  /** Whether `state.stuck` changed. */
  stuckChanged: boolean;
}

export const initialScan: ScanState = {
  raw: 0,
  rawSince: Number.NEGATIVE_INFINITY,
  held: 0,
  since: new Map(),
  stuck: 0,
  ghosted: false,
};

/**
 * One scan of a keypad matrix. Pure. A press is reported once, when its contact has been steady. A matrix
 * without diodes also closes the fourth corner of a rectangle when three are pressed; while contacts may
 * be such ghosts, no press is reported. A key held too long is stuck.
 *
 * @param contacts the contacts now, as bits; up to 30 crossings.
 * @param at monotonic time in milliseconds.
 */
export function scanStep(
  state: ScanState,
  contacts: number,
  at: number,
  matrix: { columns: number },
  limits: ScanLimits,
): ScanStep {
  if (contacts !== state.raw) {
    return {
      state: { ...state, raw: contacts, rawSince: at },
      pressed: [],
      stuckChanged: false,
    };
  }
  const steady = at - state.rawSince >= limits.debounceMs;
  const held = steady ? contacts : state.held;
  const ghosted = hasRectangle(held, matrix.columns);
  const fresh = ghosted || state.ghosted ? [] : bitsOf(held & ~state.held);
  const since = new Map(bitsOf(held).map((bit) => [bit, state.since.get(bit) ?? at]));
  let stuck = 0;
  for (const [bit, pressedAt] of since) {
    stuck |= at - pressedAt >= limits.stuckMs ? 1 << bit : 0;
  }
  return {
    state: { ...state, held, since, stuck, ghosted },
    pressed: fresh,
    stuckChanged: stuck !== state.stuck,
  };
}

/** Whether two rows share two columns: then one of the four contacts may be a ghost. */
export function hasRectangle(contacts: number, columns: number): boolean {
  const rowMask = (1 << columns) - 1;
  const rows: number[] = [];
  for (let rest = contacts; rest !== 0; rest >>>= columns) {
    rows.push(rest & rowMask);
  }
  return rows.some((row, index) =>
    rows.slice(index + 1).some((other) => {
      const shared = row & other;
      return (shared & (shared - 1)) !== 0;
    }),
  );
}

function bitsOf(bits: number): number[] {
  const numbers: number[] = [];
  for (let bit = 0; bits >>> bit !== 0; bit++) {
    if ((bits >>> bit) & 1) {
      numbers.push(bit);
    }
  }
  return numbers;
}
