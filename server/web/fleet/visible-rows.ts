/** A stretch of rows: drawn, or left out and stood in for by one empty row of its height. */
export interface Stretch {
  drawn: boolean;
  from: number;
  /** Not included. */
  to: number;
}

/** Rows drawn beyond each end of what is seen, so that scrolling and the Tab key find them there. */
export const OVERSCAN_ROWS = 12;

/**
 * Which rows of a long table are drawn. PURE.
 *
 * @param seen the window over the table, in pixels from its first row.
 * @param held a row that stays drawn wherever the window is: the one with the focus.
 */
export function stretchesOf(
  count: number,
  rowHeight: number,
  seen: { top: number; height: number },
  held: number | undefined,
): Stretch[] {
  const clamp = (index: number) => Math.max(0, Math.min(count, index));
  const from = clamp(Math.floor(seen.top / rowHeight) - OVERSCAN_ROWS);
  const to = clamp(Math.ceil((seen.top + seen.height) / rowHeight) + OVERSCAN_ROWS);
  const drawn: [number, number][] = to > from ? [[from, to]] : [];
  if (held !== undefined && held >= 0 && held < count && (held < from || held >= to)) {
    drawn.push([held, held + 1]);
    drawn.sort(([one], [other]) => one - other);
  }
  const stretches: Stretch[] = [];
  let next = 0;
  for (const [first, end] of drawn) {
    if (first > next) {
      stretches.push({ drawn: false, from: next, to: first });
    }
    stretches.push({ drawn: true, from: first, to: end });
    next = end;
  }
  if (next < count) {
    stretches.push({ drawn: false, from: next, to: count });
  }
  return stretches;
}
