/**
 * Names come from people, files and other systems, and may hold characters that turn around what stands
 * beside them (Unicode's bidirectional controls), so that a page, a mail or a terminal shows something else
 * than what is there. Nothing of ours needs them: they are taken out wherever a text is shown.
 */

/** ALM, LRM, RLM, the embeddings and overrides, and the isolates (UAX #9 §2). */
const CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** Letters that are written from right to left, by their blocks. */
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const FIRST_STRONG_ISOLATE = '\u2068';
const POP_ISOLATE = '\u2069';

/** A text as a printer, a voice or a character display takes it: without bidirectional controls. */
export function withoutBidiControls(text: string): string {
  return text.replace(CONTROLS, '');
}

/**
 * A text that leaves what stands beside it in its order: without controls of its own, and, if it has letters
 * that run from right to left, isolated by a pair of ours (UAX #9 §2.4.2). Any other text stays as it is.
 */
export function isolated(text: string): string {
  const plain = withoutBidiControls(text);
  return RIGHT_TO_LEFT.test(plain) ? `${FIRST_STRONG_ISOLATE}${plain}${POP_ISOLATE}` : plain;
}

/** A value with every text in it isolated. */
export function isolatedDeeply(value: unknown): unknown {
  if (typeof value === 'string') {
    return isolated(value);
  }
  if (Array.isArray(value)) {
    return value.map(isolatedDeeply);
  }
  if (
    typeof value === 'object' &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype
  ) {
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, isolatedDeeply(one)]),
    );
  }
  return value;
}

/** What a terminal may act on: bidirectional controls, and C0 and C1 without tab and line feed. */
const TERMINAL = /(?![\t\n])[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A line for a terminal: what the terminal would act on is written as `\uXXXX`, by which a line of JSON
 * stays the same JSON.
 */
export function printable(line: string): string {
  return line.replace(TERMINAL, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
