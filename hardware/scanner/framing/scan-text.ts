import type { Symbology } from '../../ports.ts';

/** A scanned text with its symbology. */
export interface ScannedText {
  text: string;
  symbology: Symbology;
}

/** The longest content of a QR code: 7,089 digits. */
export const SCAN_LENGTH_MAX = 7089;

const AIM_LENGTH = 3;
/** AIM's letter for a symbology (ISO/IEC 15424): `Q` QR, `A` Code 39. */
const AIM_SYMBOLOGY: Record<string, Symbology> = { Q: 'qr', A: 'code39' };

const utf8 = new TextDecoder('utf-8', { fatal: true });
const latin1 = new TextDecoder('latin1');

/** Decodes bytes as UTF-8 if valid, otherwise as Latin-1; trims control characters. */
export function scanBytesToText(bytes: Uint8Array): string {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    text = latin1.decode(bytes);
  }
  return trimControls(text);
}

/** Removes NUL, CR, LF, STX and other control characters at both ends. */
function trimControls(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && text.charCodeAt(from) < 32) {
    from++;
  }
  while (to > from && text.charCodeAt(to - 1) < 32) {
    to--;
  }
  return text.slice(from, to);
}

/**
 * The content and symbology of a scan. A leading AIM id (`]Q1`, `]A0`) is removed and gives the symbology;
 * without one, 16 letters and digits or 11 digits are taken as a Tessera Sanitaria's Code 39.
 *
 * @returns nothing for an empty content, and for symbologies that a kiosk does not read.
 */
export function identifyScan(text: string): ScannedText | undefined {
  const aim = /^\]([A-Za-z])[0-9A-Za-z]/.exec(text);
  const content = aim ? text.slice(AIM_LENGTH) : text;
  if (content.length === 0 || content.length > SCAN_LENGTH_MAX) {
    return undefined;
  }
  if (aim) {
    const symbology = AIM_SYMBOLOGY[aim[1] ?? ''];
    return symbology ? { text: content, symbology } : undefined;
  }
  const fromCard = /^(?:[A-Z0-9]{16}|\d{11})$/i.test(content);
  return { text: content, symbology: fromCard ? 'code39' : 'qr' };
}
