import { redact } from '../../../shared/redact.ts';

/** Lines that are remembered, and characters of one line and of all together, at most. */
const LINES_MAX = 2_000;
const LINE_LENGTH_MAX = 2_000;
const LENGTH_MAX = 262_144;

/** The last lines of the kiosk's own log, in memory alone, without what looks secret. */
export class RecentLog {
  readonly #lines: string[] = [];
  #length = 0;

  /** Takes one line, as a log's destination. */
  write(line: string): void {
    const kept = redact(line.trimEnd()).slice(0, LINE_LENGTH_MAX);
    this.#lines.push(kept);
    this.#length += kept.length;
    while (this.#lines.length > LINES_MAX || this.#length > LENGTH_MAX) {
      this.#length -= this.#lines.shift()?.length ?? 0;
    }
  }

  /** The last so many lines, the oldest first. */
  last(lines: number): string {
    return this.#lines
      .slice(-lines)
      .map((line) => `${line}\n`)
      .join('');
  }
}
