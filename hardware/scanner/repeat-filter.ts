/** A code that was out of view for this long may be read again, in milliseconds. */
const ABSENT_AFTER_MS = 1500;
const TEXTS_MAX = 16;

interface Sighting {
  /** When it was last seen, in milliseconds of the monotonic clock. */
  lastAt: number;
  /** Whether it was the first since {@link RepeatFilter.rearm}, so most likely the one in progress. */
  first: boolean;
}

/**
 * Admits a code once while it stays in view. Texts are kept in memory only, until shortly after they were
 * last seen.
 */
export class RepeatFilter {
  readonly #seen = new Map<string, Sighting>();
  #hasFirst = false;

  /** Whether this reading is new and is to be reported. */
  admit(text: string, at: number): boolean {
    this.#forget(at);
    const known = this.#seen.get(text);
    if (known) {
      known.lastAt = at;
      return false;
    }
    if (this.#seen.size >= TEXTS_MAX) {
      const oldest = this.#seen.keys().next();
      if (!oldest.done) {
        this.#seen.delete(oldest.value);
      }
    }
    this.#seen.set(text, { lastAt: at, first: !this.#hasFirst });
    this.#hasFirst = true;
    return true;
  }

  /**
   * The kiosk is free again. A code that was shown while it was busy and is still in view is admitted
   * again; the code that it was busy with is not.
   */
  rearm(): void {
    for (const [text, sighting] of this.#seen) {
      if (!sighting.first) {
        this.#seen.delete(text);
      }
      sighting.first = true;
    }
    this.#hasFirst = false;
  }

  clear(): void {
    this.#seen.clear();
    this.#hasFirst = false;
  }

  #forget(at: number): void {
    for (const [text, sighting] of this.#seen) {
      if (at - sighting.lastAt > ABSENT_AFTER_MS) {
        this.#seen.delete(text);
      }
    }
  }
}
