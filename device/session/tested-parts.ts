import type { ScannerName } from '../../hardware/ports.ts';

/** The parts that the self-test tries on every kiosk. */
export const testedParts = [
  'decoder',
  'scanner',
  'keypad',
  'display',
  'indicator',
  'turnstile',
  'speech',
  'printer',
  'disk',
  'clock',
  'link',
  'list',
] as const;
/** A part that the self-test tries; a kiosk with several scanners has one for each. */
export type TestedPart = (typeof testedParts)[number] | ScannerName;

/** How a part did; `absent`: the kiosk has none. `code` is stable, such as `keyStuck` or `diskFull`. */
export type SelfTestResult =
  | { part: TestedPart; result: 'passed' | 'absent' }
  | { part: TestedPart; result: 'failed'; code: string };

/** Whether nothing failed. */
export function allPassed(results: readonly SelfTestResult[]): boolean {
  return results.every(({ result }) => result !== 'failed');
}
