/** The glass as it is mounted: its width, and how far away it is read, in millimetres. */
export interface Glass {
  widthMm: number;
  viewingMm: number;
}

/** Capital letters subtend at least 0.7 degrees of arc (EN 301 549 V3.2.1 §5.1.4). */
const CAPITAL_DEGREES = 0.7;

/** A capital letter's height as a part of the font size: 0.69 for Titillium Web, more for DejaVu Sans. */
const CAPITAL_OF_FONT = 0.69;

/** What the key for large letters does to the size. */
const LARGE = 1.5;
/** Ten letter keys, the widest of them a W, still stand beside one another. */
const LARGE_ROW_LETTERS = 13;

/** Below so many lines of text in the window's height, a screen leaves out what can be left out. */
const TIGHT_LINES = 14;

/**
 * The size of the smallest necessary text, in CSS pixels, for a window of this size on this glass; and
 * whether the window is so low for it that screens must be tight. Without a glass: a share of the window.
 */
export function letterSize(
  window: { innerWidth: number; innerHeight: number },
  glass: Glass | undefined,
  isLarge = false,
): { fontPx: number; tight: boolean } {
  const { innerWidth, innerHeight } = window;
  const share = Math.min(44, Math.max(18, Math.min(innerWidth, innerHeight) * 0.034));
  const capitalMm = glass ? 2 * glass.viewingMm * Math.tan((CAPITAL_DEGREES * Math.PI) / 360) : 0;
  const needed = glass ? (capitalMm * innerWidth) / glass.widthMm / CAPITAL_OF_FONT : 0;
  const usualPx = Math.ceil(Math.max(share, needed));
  const largePx = Math.min(usualPx * LARGE, innerWidth / LARGE_ROW_LETTERS);
  const fontPx = isLarge ? Math.ceil(Math.max(usualPx, largePx)) : usualPx;
  return { fontPx, tight: innerHeight / fontPx < TIGHT_LINES };
}
