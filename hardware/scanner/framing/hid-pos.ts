import type { HidPosLayout } from './hid-descriptor.ts';
import { identifyScan, SCAN_LENGTH_MAX, type ScannedText, scanBytesToText } from './scan-text.ts';

/** Makes with a known report layout, for when the descriptor can't be read. */
export type HidPosProfileName = 'honeywell' | 'zebra' | 'datalogic' | 'newland';

/**
 * Report layouts by make. Honeywell's is from a recording: `02 38 5D 58 30 …`, 64 bytes, with the make's
 * own code id in byte 61 and "continued" in byte 63. Newland and IDTECH send no AIM id.
 */
export const HID_POS_PROFILES: Record<HidPosProfileName, HidPosLayout> = {
  honeywell: { lengthAt: 1, aimAt: 2, dataAt: 5, dataMax: 56, continuedAt: 'last' },
  zebra: { lengthAt: 1, aimAt: 2, dataAt: 5, dataMax: 56, continuedAt: 'last' },
  datalogic: { lengthAt: 1, aimAt: 2, dataAt: 5, dataMax: 56, continuedAt: 'last' },
  newland: { lengthAt: 1, dataAt: 2, dataMax: 61, continuedAt: 'last' },
};

/** USB vendor numbers of the makes with a profile. */
const VENDORS: Record<number, HidPosProfileName> = {
  3118: 'honeywell',
  1504: 'zebra',
  1529: 'datalogic',
  7851: 'newland',
  2765: 'newland',
};

export function profileOfVendor(vendorId: number): HidPosProfileName {
  return VENDORS[vendorId] ?? 'honeywell';
}

/** An incomplete code that is not continued within this time is dropped, in milliseconds. */
const CONTINUE_WITHIN_MS = 1000;
/** A shorter report can't be a scanner's. */
const REPORT_BYTES_MIN = 4;

/** Assembles codes from the reports of a HID-POS scanner. */
export class HidPosReports {
  readonly #layout: HidPosLayout;
  readonly #buffer = new Uint8Array(SCAN_LENGTH_MAX);
  #length = 0;
  #aim = '';
  #lastAt = 0;
  #overflow = false;

  constructor(layout: HidPosLayout) {
    this.#layout = layout;
  }

  /**
   * @param report with its report id first, where the device uses ids.
   * @param at in milliseconds of the monotonic clock.
   * @returns the code that this report completes.
   */
  push(report: Uint8Array, at: number): ScannedText | undefined {
    const layout = this.#layout;
    const foreign = layout.reportId !== undefined && report[0] !== layout.reportId;
    if (report.length < REPORT_BYTES_MIN || foreign) {
      return undefined;
    }
    if (at - this.#lastAt > CONTINUE_WITHIN_MS) {
      this.#reset();
    }
    this.#lastAt = at;
    const room = Math.min(layout.dataMax, Math.max(0, report.length - layout.dataAt));
    const length = Math.min(report[layout.lengthAt] ?? 0, room);
    this.#append(report.subarray(layout.dataAt, layout.dataAt + length));
    if (this.#aim === '' && layout.aimAt !== undefined) {
      this.#aim = aimId(report.subarray(layout.aimAt, layout.aimAt + 3));
    }
    const mark = layout.continuedAt === 'last' ? report.length - 1 : layout.continuedAt;
    if ((report[mark] ?? 0) !== 0 && mark >= layout.dataAt + length) {
      return undefined;
    }
    const text = scanBytesToText(this.#buffer.subarray(0, this.#length));
    // The content may contain an AIM id too, if the scanner is configured to send it.
    const whole = this.#aim !== '' && !text.startsWith(']') ? this.#aim + text : text;
    const lost = this.#overflow;
    this.#reset();
    return lost ? undefined : identifyScan(whole);
  }

  #append(data: Uint8Array): void {
    if (this.#length + data.length > this.#buffer.length) {
      this.#overflow = true;
      return;
    }
    this.#buffer.set(data, this.#length);
    this.#length += data.length;
  }

  #reset(): void {
    this.#length = 0;
    this.#aim = '';
    this.#overflow = false;
  }
}

/** The AIM id, such as `]Q1`, or nothing if the bytes are not one. */
function aimId(bytes: Uint8Array): string {
  const text = String.fromCharCode(...bytes);
  return /^\][A-Za-z][0-9A-Za-z]$/.test(text) ? text : '';
}
