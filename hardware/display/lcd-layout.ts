import { z } from 'zod';
import { charactersToDraw, displayable } from './lcd-charset.ts';

const words = z.looseObject({ title: z.string(), text: z.string() });

/** The part of a screen that a character display shows. A screen without it is not shown at all. */
export const lcdScreenSchema = z.looseObject({
  title: z.string(),
  text: z.string(),
  icon: z.string().optional(),
  help: words.optional(),
  entry: z
    .looseObject({
      masked: z.string(),
      progress: z.string(),
      problem: z.string().optional(),
      suggestion: z.string().optional(),
      warning: z.string().optional(),
    })
    .optional(),
  staffLine: z.string().optional(),
});
export type LcdScreen = z.infer<typeof lcdScreenSchema>;

/** The display's size in characters. */
export interface LcdSize {
  columns: number;
  rows: number;
}

/** A screen as pages of rows, each row exactly as wide as the display. */
export interface LcdPages {
  pages: string[][];
  /** The characters that need a glyph slot, at most eight. */
  drawn: string[];
}

/**
 * Lays a screen out. What a person must act on comes first: a warning, a problem, then the text. The
 * entry is in the last row of every page, so that typing is always visible. The icon of a result becomes
 * a sign before the title, and is never the only difference between results.
 */
export function layOut(screen: LcdScreen, size: LcdSize): LcdPages {
  const paragraphs = paragraphsOf(screen);
  const drawn = charactersToDraw(paragraphs.join(''));
  const known = new Set(drawn);
  const lines = paragraphs.flatMap((text) => wrap(displayable(text, known), size.columns));
  const { entry } = screen;
  const bodyRows = size.rows - (entry ? 1 : 0);
  const pages: string[][] = [];
  for (let at = 0; at < Math.max(1, lines.length); at += bodyRows) {
    const body = Array.from({ length: bodyRows }, (_, index) => lines[at + index] ?? '');
    const rows = entry ? [...body, entryLine(entry.masked, size.columns, known)] : body;
    pages.push(rows.map((line) => line.padEnd(size.columns)));
  }
  return { pages, drawn };
}

const signOfIcon: Readonly<Record<string, string>> = { yes: '✓ ', no: '✗ ', staff: '! ' };

function paragraphsOf(screen: LcdScreen): string[] {
  if (screen.help) {
    return [screen.help.title, screen.help.text];
  }
  const { entry } = screen;
  const title = `${signOfIcon[screen.icon ?? ''] ?? ''}${screen.title}`;
  return [
    entry?.warning,
    entry?.problem,
    entry?.suggestion,
    title,
    entry && entry.masked !== '' ? entry.progress : screen.text,
    screen.staffLine,
  ]
    .filter((text) => text !== undefined)
    .filter((text) => text !== '');
}

/** Shows the end of the entry where the display is too narrow for all of it. */
function entryLine(masked: string, columns: number, known: ReadonlySet<string>): string {
  const shown = displayable(masked, known);
  return `>${shown.slice(Math.max(0, shown.length - (columns - 2)))}_`.slice(0, columns);
}

/** Breaks lines at spaces; a word wider than the display is split. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    if (line !== '' && line.length + 1 + word.length <= columns) {
      line += ` ${word}`;
      continue;
    }
    if (line !== '') {
      lines.push(line);
    }
    line = word;
    while (line.length > columns) {
      lines.push(line.slice(0, columns));
      line = line.slice(columns);
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** The shortest time a page stays, in milliseconds. */
const PAGE_MIN_MS = 2_000;

/**
 * How long a page stays, in milliseconds.
 *
 * @param charactersPerSecond reading speed; slow readers of short lines manage some 10 a second.
 */
export function pageMs(page: readonly string[], charactersPerSecond: number): number {
  const characters = page.join(' ').replace(/\s+/g, ' ').trim().length;
  return Math.max(PAGE_MIN_MS, Math.ceil((characters / charactersPerSecond) * 1_000));
}
