/**
 * Whether a page still paints, judged by its acknowledgements alone. Pure: times come from outside, by
 * the monotonic clock, in milliseconds.
 *
 * - `alone`: no page is connected, so nothing is awaited.
 * - `painting`: everything sent was acknowledged in time so far.
 * - `stuck`: something sent longer ago than the limit was not painted.
 */
export type PaintState = 'alone' | 'painting' | 'stuck';

/** What is known of the page. */
export interface PaintWatch {
  /** What was sent first of all that is not painted yet, and when. */
  awaited: { sequence: number; at: number } | undefined;
  pages: number;
}

export const noPages: PaintWatch = { awaited: undefined, pages: 0 };

/** A page came or went. One that comes has painted nothing yet; the last to go takes the waiting along. */
export function pagesChanged(watch: PaintWatch, pages: number): PaintWatch {
  return pages === 0 ? noPages : { ...watch, pages };
}

/** A screen or a beat was sent. */
export function sent(watch: PaintWatch, sequence: number, at: number): PaintWatch {
  return watch.pages === 0 || watch.awaited ? watch : { ...watch, awaited: { sequence, at } };
}

/** A page painted what had this number, and so everything before it. */
export function painted(watch: PaintWatch, sequence: number): PaintWatch {
  return watch.awaited && sequence >= watch.awaited.sequence
    ? { ...watch, awaited: undefined }
    : watch;
}

/** @param limitMs how long a page may take to paint. */
export function paintState(watch: PaintWatch, now: number, limitMs: number): PaintState {
  if (watch.pages === 0) {
    return 'alone';
  }
  return watch.awaited && now - watch.awaited.at > limitMs ? 'stuck' : 'painting';
}
