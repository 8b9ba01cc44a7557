/** The ISO date (UTC) of a time, such as `2026-03-01`. Pure. @param at Unix milliseconds. */
export function isoDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
