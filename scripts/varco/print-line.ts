import { printable } from '../../shared/isolated-text.ts';

/**
 * Prints one line of a command's answer. What it names may come from anybody (a code that was scanned, a
 * gate's title), so nothing in it acts on the terminal.
 */
export function printLine(line: string): void {
  process.stdout.write(`${printable(line)}\n`);
}
