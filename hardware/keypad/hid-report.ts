/** The keys that are down, by usage on page 0x07, without modifiers. */
export type HidReport =
  | { ok: true; usages: number[] }
  | { ok: false; problem: 'rollover' | 'unknown' };

const BOOT_BYTES = 8;
const KEYS_AT = 2;
const ERROR_ROLLOVER = 0x01;
const ERROR_LAST = 0x03;
const USAGE_LAST = 0xa4;

/**
 * Parses an input report of a boot keyboard or numeric pad: modifiers, a reserved byte, six keys (HID
 * 1.11, appendix B.1), preceded by a report id where the device has several reports.
 *
 * `rollover`: more keys are down than the device can report. `unknown`: not such a report.
 */
export function parseHidReport(bytes: Uint8Array): HidReport {
  const start = bytes.length === BOOT_BYTES + 1 ? 1 : 0;
  if (bytes.length - start !== BOOT_BYTES) {
    return { ok: false, problem: 'unknown' };
  }
  const keys = [...bytes.subarray(start + KEYS_AT)];
  if (keys.some((usage) => usage >= ERROR_ROLLOVER && usage <= ERROR_LAST)) {
    return { ok: false, problem: 'rollover' };
  }
  return {
    ok: true,
    usages: [...new Set(keys.filter((usage) => usage > 0 && usage <= USAGE_LAST))],
  };
}
