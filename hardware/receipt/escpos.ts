/**
 * The part of ESC/POS, the command language of receipt printers, that a receipt needs. Pure: text in,
 * bytes out. See Epson's ESC/POS command reference; compatible printers of other makes know these too.
 */
import { withoutBidiControls } from '../../shared/isolated-text.ts';

/** One line of a receipt. */
export type ReceiptLine =
  | { kind: 'text'; text: string; isLarge?: boolean; align?: 'left' | 'centre' }
  | { kind: 'rule' }
  | { kind: 'qr'; data: string };

const ESC = 0x1b;
const GS = 0x1d;
const LINE_FEED = 0x0a;
/** Code page 858: Western Europe with the euro sign. */
const CODE_PAGE_858 = 19;
const FEED_BEFORE_CUT_LINES = 4;
const QR_MODULE_DOTS = 6;
const QR_BYTES_MAX = 512;
/** The longest receipt, in lines; a longer one is a bug. */
const LINES_MAX = 64;

/** The letters and signs of our languages in code page 858 beyond ASCII. */
const page858: Readonly<Record<string, number>> = {
  Ç: 0x80,
  ü: 0x81,
  é: 0x82,
  â: 0x83,
  ä: 0x84,
  à: 0x85,
  ç: 0x87,
  ê: 0x88,
  ë: 0x89,
  è: 0x8a,
  ï: 0x8b,
  î: 0x8c,
  ì: 0x8d,
  Ä: 0x8e,
  É: 0x90,
  ô: 0x93,
  ö: 0x94,
  ò: 0x95,
  û: 0x96,
  ù: 0x97,
  Ö: 0x99,
  Ü: 0x9a,
  á: 0xa0,
  í: 0xa1,
  ó: 0xa2,
  ú: 0xa3,
  ñ: 0xa4,
  Á: 0xb5,
  Â: 0xb6,
  À: 0xb7,
  Ê: 0xd2,
  Ë: 0xd3,
  È: 0xd4,
  '€': 0xd5,
  Ì: 0xde,
  ß: 0xe1,
  Ò: 0xe3,
  Ù: 0xeb,
  '°': 0xf8,
};

const replacements: Readonly<Record<string, string>> = {
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '«': '"',
  '»': '"',
  '–': '-',
  '—': '-',
  '…': '...',
  '\u00a0': ' ',
  '\u202f': ' ',
  œ: 'oe',
  Œ: 'OE',
  đ: 'd',
  Đ: 'D',
  '✓': '*',
  '✗': 'x',
};

/** The bytes that print a receipt and cut it. */
export function receiptBytes(lines: readonly ReceiptLine[], columns: number): Uint8Array {
  if (lines.length > LINES_MAX) {
    throw new RangeError(`A receipt has at most ${LINES_MAX} lines`);
  }
  const bytes = [ESC, 0x40, ESC, 0x74, CODE_PAGE_858];
  for (const line of lines) {
    appendLine(bytes, line, columns);
  }
  bytes.push(ESC, 0x64, FEED_BEFORE_CUT_LINES, GS, 0x56, 0x42, 0);
  return Uint8Array.from(bytes);
}

/** A status that a printer reports (`DLE EOT n`): of its cover, of errors, or of the paper. */
export type StatusKind = 2 | 3 | 4;

/** Asks for a status, which the printer answers with one byte. */
export function statusRequest(kind: StatusKind): Uint8Array {
  return Uint8Array.from([0x10, 0x04, kind]);
}

/** A printer's state, by its own report. */
export type PrinterState = 'ready' | 'paperLow' | 'paperOut' | 'coverOpen' | 'fault';

/**
 * Reads the answer to {@link statusRequest}. In an answer bits 1 and 4 are always 1 and bits 0 and 7
 * always 0; any other byte is noise, for which this is `undefined`.
 */
export function parseStatus(kind: StatusKind, byte: number): PrinterState | undefined {
  if ((byte & 0b1001_0011) !== 0b0001_0010) {
    return undefined;
  }
  switch (kind) {
    case 2:
      return byte & 0x04 ? 'coverOpen' : byte & 0x20 ? 'paperOut' : byte & 0x40 ? 'fault' : 'ready';
    case 3:
      return byte & 0x68 ? 'fault' : 'ready';
    case 4:
      return byte & 0x60 ? 'paperOut' : byte & 0x0c ? 'paperLow' : 'ready';
  }
}

function appendLine(bytes: number[], line: ReceiptLine, columns: number): void {
  switch (line.kind) {
    case 'text': {
      const width = line.isLarge ? Math.floor(columns / 2) : columns;
      bytes.push(ESC, 0x61, line.align === 'centre' ? 1 : 0, GS, 0x21, line.isLarge ? 0x11 : 0);
      for (const part of wrap(line.text, width)) {
        bytes.push(...encodeText(part), LINE_FEED);
      }
      return;
    }
    case 'rule':
      bytes.push(ESC, 0x61, 0, GS, 0x21, 0, ...encodeText('-'.repeat(columns)), LINE_FEED);
      return;
    case 'qr':
      bytes.push(ESC, 0x61, 1, ...qrBytes(line.data), LINE_FEED);
      return;
  }
}

/** QR model 2, error correction M, drawn by the printer (`GS ( k`). */
function qrBytes(data: string): number[] {
  const content = [...new TextEncoder().encode(data)];
  if (content.length > QR_BYTES_MAX) {
    throw new RangeError(`A receipt's QR code holds at most ${QR_BYTES_MAX} bytes`);
  }
  const command = (...parameters: number[]) => [
    GS,
    0x28,
    0x6b,
    parameters.length & 0xff,
    parameters.length >> 8,
    ...parameters,
  ];
  return [
    ...command(0x31, 0x41, 0x32, 0),
    ...command(0x31, 0x43, QR_MODULE_DOTS),
    ...command(0x31, 0x45, 0x31),
    ...command(0x31, 0x50, 0x30, ...content),
    ...command(0x31, 0x51, 0x30),
  ];
}

/** Text in code page 858. Control characters are replaced: text can't send commands to the printer. */
export function encodeText(text: string): number[] {
  return [...withoutBidiControls(text).normalize('NFC')].flatMap((character) => {
    const code = page858[character];
    if (code !== undefined) {
      return [code];
    }
    const ascii =
      replacements[character] ?? character.normalize('NFD').replace(/[\u0300-\u036f]/g, '');
    return /^[\x20-\x7e]+$/.test(ascii) ? [...ascii].map((sign) => sign.charCodeAt(0)) : [0x3f];
  });
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
    while (line.length > width) {
      lines.push(line.slice(0, width));
      line = line.slice(width);
    }
  }
  return line === '' ? lines : [...lines, line];
}
