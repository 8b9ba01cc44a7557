/** Windows are aligned with the clock, so that the counts of several nodes fall into the same ones. */
export const WINDOW_MS = 900_000;

/** When the window that a time falls into begins. Unix milliseconds; pure. */
export function windowOf(at: number): number {
  return Math.floor(at / WINDOW_MS) * WINDOW_MS;
}

/** What was counted under one key in one window. */
export interface CountedWindow<Note> {
  note: Note;
  /** How many attempts were counted, beyond those that were recorded one by one. */
  count: number;
  /** The first and the last of them. Unix milliseconds. */
  since: number;
  until: number;
  /** When the window begins. */
  from: number;
}

interface OpenWindow<Note> extends CountedWindow<Note> {
  recorded: number;
}

/** The key of whatever finds no room of its own. */
const OVERFLOW = '';

/**
 * Keeps hostile attempts from filling a table: only the first few of each key and window are recorded one by
 * one; the others are counted here, and become one row when the window ends. The counts are in this node's
 * memory: a crash loses those of the current quarter of an hour, and never the first rows.
 */
export class CountedWindows<Note> {
  readonly #options: {
    windowsMax: number;
    recordedMax: number;
    recordedInAllMax: number;
    overflow: Note;
  };
  readonly #windows = new Map<string, OpenWindow<Note>>();
  #inAll = { from: 0, recorded: 0 };

  /**
   * @param options.recordedMax how many attempts of one key are recorded before the others are counted.
   * @param options.recordedInAllMax the same for all keys together.
   * @param options.windowsMax bound on keys in memory: further ones share one window, noted as `overflow`.
   */
  constructor(options: {
    windowsMax: number;
    recordedMax: number;
    recordedInAllMax: number;
    overflow: Note;
  }) {
    this.#options = options;
  }

  /** Whether the caller records this attempt as a row of its own; otherwise it is counted. */
  mustRecord(key: string, note: Note, now: number): boolean {
    const { recordedMax, recordedInAllMax } = this.#options;
    const from = windowOf(now);
    if (this.#inAll.from !== from) {
      this.#inAll = { from, recorded: 0 };
    }
    const window = this.#open(key, note, from);
    if (window.recorded < recordedMax && this.#inAll.recorded < recordedInAllMax) {
      window.recorded += 1;
      this.#inAll.recorded += 1;
      return true;
    }
    add(window, now);
    return false;
  }

  /** Counts one more attempt of a key that this window knows; false where it does not. */
  countKnown(key: string, now: number): boolean {
    const window = this.#windows.get(nameOf(key, windowOf(now)));
    if (window) {
      add(window, now);
    }
    return window !== undefined;
  }

  /**
   * Forgets the windows that have ended, and writes what they counted.
   *
   * @param before windows that begin before this time have ended.
   * @param write when it fails, the counts are kept for the next time.
   */
  async close(
    before: number,
    write: (counted: readonly CountedWindow<Note>[]) => Promise<void>,
  ): Promise<void> {
    const ended = [...this.#windows].filter(([, { from }]) => from < before);
    for (const [name] of ended) {
      this.#windows.delete(name);
    }
    const counted = ended.filter(([, { count }]) => count > 0);
    if (counted.length === 0) {
      return;
    }
    try {
      await write(counted.map(([, window]) => window));
    } catch (error) {
      for (const [name, window] of counted) {
        this.#windows.set(name, window);
      }
      throw error;
    }
  }

  /** The window of a key, of its own if there is room. */
  #open(key: string, note: Note, from: number): OpenWindow<Note> {
    const { windowsMax, overflow } = this.#options;
    const isFull = this.#windows.size >= windowsMax && !this.#windows.has(nameOf(key, from));
    const name = nameOf(isFull ? OVERFLOW : key, from);
    const known = this.#windows.get(name);
    if (known) {
      return known;
    }
    const opened = { note: isFull ? overflow : note, from, since: 0, until: 0 };
    const window = { ...opened, count: 0, recorded: 0 };
    this.#windows.set(name, window);
    return window;
  }
}

function nameOf(key: string, from: number): string {
  return `${from} ${key}`;
}

function add(window: OpenWindow<unknown>, now: number): void {
  window.since = window.count === 0 ? now : window.since;
  window.until = now;
  window.count += 1;
}
