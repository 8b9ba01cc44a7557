/** A part that the self-test tries. */
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
export type TestedPart = (typeof testedParts)[number];

/** How a part did; `absent`: the kiosk has none. `code` is stable, such as `keyStuck` or `diskFull`. */
export type SelfTestResult =
  | { part: TestedPart; result: 'passed' | 'absent' }
  | { part: TestedPart; result: 'failed'; code: string };

/** Whether nothing failed. */
export function allPassed(results: readonly SelfTestResult[]): boolean {
  return results.every(({ result }) => result !== 'failed');
}
