/**
 * Whether a page still paints, by its acknowledgements. Pure: times are of the monotonic clock, in
 * milliseconds.
 *
 * - `alone`: no page is connected.
 * - `painting`: everything sent so far was acknowledged in time.
 * - `stuck`: something was sent longer ago than the limit and not acknowledged.
 */
export type PaintState = 'alone' | 'painting' | 'stuck';

/** What is known about the page. */
export interface PaintWatch {
  /** The oldest message that was not acknowledged yet, and when it was sent. */
  awaited: { sequence: number; at: number } | undefined;
  pages: number;
}

export const noPages: PaintWatch = { awaited: undefined, pages: 0 };

/** A page connected or disconnected. With the last page gone nothing is awaited any more. */
export function pagesChanged(watch: PaintWatch, pages: number): PaintWatch {
  return pages === 0 ? noPages : { ...watch, pages };
}

/** A screen or a beat was sent. */
export function sent(watch: PaintWatch, sequence: number, at: number): PaintWatch {
  return watch.pages === 0 || watch.awaited ? watch : { ...watch, awaited: { sequence, at } };
}

/** A page acknowledged this message, and with it everything sent before. */
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
