import type { ParseOptions } from './check.ts';
import { isValid } from './check.ts';
import { reduceToText } from './reduce.ts';

/** Code 39's 43 characters in the order of their values, for its optional check character. */
const CODE_39 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%';

/**
 * The codice fiscale in what a scanner read from the Code 39 on the back of a Tessera Sanitaria, or
 * `undefined` if it is something else: another barcode is no mistake of the person's.
 *
 * Understood with or without: an AIM prefix (`]A0`–`]A7`, ISO/IEC 15424), start and stop asterisks,
 * control characters around it (CR, LF, TAB, STX, ETX), and Code 39's own check character.
 *
 * @example fromCard(']A0*RSSMRA80A01H501U*\r\n') // 'RSSMRA80A01H501U'
 */
export function fromCard(text: string, options: ParseOptions = {}): string | undefined {
  if (text.length > CARD_TEXT_MAX) {
    return undefined;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: scanners frame their texts with them.
  const unframed = text.replace(/^[\x00-\x20]+|[\x00-\x20]+$/g, '');
  const bare = unframed.replace(/^\][Aa][0-7]/, '').replace(/^\*|\*$/g, '');
  const checked = bare.length === 17 && code39Check(bare.slice(0, 16)) === bare.charAt(16);
  const code = reduceToText(checked ? bare.slice(0, 16) : bare);
  return code !== undefined && isValid(code, options) ? code : undefined;
}

/** More characters than any card's barcode with its frame. */
const CARD_TEXT_MAX = 64;

function code39Check(text: string): string {
  const sum = Array.from(text).reduce((total, each) => total + CODE_39.indexOf(each), 0);
  return CODE_39.charAt(sum % 43);
}
