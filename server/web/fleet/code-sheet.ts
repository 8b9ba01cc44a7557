import { readFile } from 'node:fs/promises';
import PDFDocument from 'pdfkit';
import { create } from 'qrcode';
import type { EnrolmentCode } from '../../fleet/enrolment.ts';
import type { Format } from './format.ts';
import type { FleetWords } from './words/words.ts';

/** Codes on an A4 page: two across, four down. */
const ACROSS = 2;
const DOWN = 4;
const MARGIN_PT = 40;
const QR_PT = 130;
const QUIET_MODULES = 4;

/**
 * A sheet of enrolment codes to be carried to the gates and cut: each with its gate, its QR, its text and
 * until when it is good. It is made in memory and kept nowhere.
 */
export async function codeSheet(
  codes: readonly EnrolmentCode[],
  words: FleetWords['enrol'],
  format: Format,
): Promise<Buffer> {
  const document = new PDFDocument({
    size: 'A4',
    margin: MARGIN_PT,
    autoFirstPage: false,
    info: { Title: words.heading },
  });
  const chunks: Buffer[] = [];
  document.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => {
    document.on('end', resolve);
    document.on('error', reject);
  });
  document.registerFont('text', await readFile(new URL(FONT, import.meta.url)));
  codes.forEach((code, index) => {
    const place = index % (ACROSS * DOWN);
    if (place === 0) {
      document.addPage();
    }
    const { width, height } = document.page;
    const cell = {
      width: (width - 2 * MARGIN_PT) / ACROSS,
      height: (height - 2 * MARGIN_PT) / DOWN,
    };
    const left = MARGIN_PT + (place % ACROSS) * cell.width;
    const top = MARGIN_PT + Math.floor(place / ACROSS) * cell.height;
    drawCode(document, code, { left, top, ...cell }, [
      `${code.site} · ${code.gate}`,
      words.until(format.moment(code.expiresAt)),
    ]);
  });
  document.end();
  await ended;
  return Buffer.concat(chunks);
}

interface Cell {
  left: number;
  top: number;
  width: number;
  height: number;
}

function drawCode(
  document: PDFKit.PDFDocument,
  code: EnrolmentCode,
  { left, top, width, height }: Cell,
  lines: readonly string[],
): void {
  document
    .rect(left, top, width, height)
    .dash(3, { space: 3 })
    .strokeColor('#999999')
    .stroke()
    .undash();
  drawQr(document, code.invitation, left + 8, top + 8);
  const text = { left: left + QR_PT + 14, width: width - QR_PT - 22 };
  document.fillColor('#000000').font('text');
  document.fontSize(12).text(code.title, text.left, top + 18, { width: text.width, height: 48 });
  document.fontSize(9);
  lines.forEach((line, index) => {
    document.text(line, text.left, top + 70 + index * 30, { width: text.width, height: 28 });
  });
  document.fontSize(15).text(code.code, left + 12, top + QR_PT + 16, {
    width: width - 24,
    characterSpacing: 0.5,
  });
}

function drawQr(document: PDFKit.PDFDocument, text: string, left: number, top: number): void {
  const { size, data } = create(text, { errorCorrectionLevel: 'M' }).modules;
  const unit = QR_PT / (size + 2 * QUIET_MODULES);
  document.fillColor('#000000');
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      if (data[y * size + x]) {
        document.rect(left + (x + QUIET_MODULES) * unit, top + (y + QUIET_MODULES) * unit, unit, unit);
      }
    }
  }
  document.fill();
}
