/** A code out of view for so long may be read again. */
const ABSENT_AFTER_MS = 1500;
const TEXTS_MAX = 16;

interface Sighting {
  /** When it was last seen, by the monotonic clock, in milliseconds. */
  lastAt: number;
  /** It is the first told since {@link RepeatFilter.rearm}: most likely the one that was taken. */
  first: boolean;
}

/**
 * Tells a code once for as long as it stays in view. Texts live in memory only and are forgotten
 * soon after they were last seen.
 */
export class RepeatFilter {
  readonly #seen = new Map<string, Sighting>();
  #tookFirst = false;

  /** True when this sighting is to be told. */
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
    this.#seen.set(text, { lastAt: at, first: !this.#tookFirst });
    this.#tookFirst = true;
    return true;
  }

  /**
   * The kiosk is free again: a code that was shown while it was busy, and is still in view, is told
   * again; the one that it was busy with is not.
   */
  rearm(): void {
    for (const [text, sighting] of this.#seen) {
      if (!sighting.first) {
        this.#seen.delete(text);
      }
      sighting.first = true;
    }
    this.#tookFirst = false;
  }

  clear(): void {
    this.#seen.clear();
    this.#tookFirst = false;
  }

  #forget(at: number): void {
    for (const [text, sighting] of this.#seen) {
      if (at - sighting.lastAt > ABSENT_AFTER_MS) {
        this.#seen.delete(text);
      }
    }
  }
}
