import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createDecoder } from '../../hardware/scanner/decode/create.ts';
import { loadZxingBinary } from '../../hardware/scanner/decode/zxing-binary.worker.ts';
import { readImage } from '../../hardware/scanner/read-image.ts';

const { resolve } = createRequire(import.meta.url);
const POINTS_PER_INCH = 72;
/** A4 at 300 dpi. */
const SIDE_MAX = 3508;
// The canvas that pdf.js ships with.
const fromPdfjs = createRequire(resolve('pdfjs-dist/package.json'));

/** Opens a PDF with pdf.js, a program other than the one that made it. */
export async function openPdf(bytes: Buffer) {
  const { getDocument } = await import('pdfjs-dist/legacy/build/pdf.mjs');
  const fonts = join(dirname(resolve('pdfjs-dist/package.json')), 'standard_fonts/');
  return getDocument({ data: new Uint8Array(bytes), standardFontDataUrl: fonts, verbosity: 0 })
    .promise;
}

export type OpenPdf = Awaited<ReturnType<typeof openPdf>>;

/** Draws a page as a printer or a screen of this resolution would. */
export async function drawPage(pdf: OpenPdf, number: number, dpi: number): Promise<Buffer> {
  const { createCanvas } = fromPdfjs('@napi-rs/canvas');
  const page = await pdf.getPage(number);
  const viewport = page.getViewport({ scale: dpi / POINTS_PER_INCH });
  const canvas = createCanvas(Math.ceil(viewport.width), Math.ceil(viewport.height));
  await page.render({ canvas: canvas as never, viewport }).promise;
  return canvas.toBuffer('image/png');
}

/** The QR codes that the kiosk's decoder finds in a picture. */
export async function readCodes(picture: Buffer): Promise<string[]> {
  const frame = await readImage(picture, { widthMax: SIDE_MAX, heightMax: SIDE_MAX });
  const now = () => performance.now();
  const decoder = await createDecoder({ decoder: 'auto', pace: 'still' }, loadZxingBinary, now);
  const { codes } = decoder.decode(frame, { wanted: ['qr'], budgetMs: 5_000 });
  return codes.map(({ text }) => text);
}

/** The roles of a structure tree in reading order, with the alternative texts of pictures. */
export function rolesOf(node: unknown): string[] {
  const {
    role,
    alt,
    children = [],
  } = node as { role?: string; alt?: string; children?: unknown[] };
  const own = role && role !== 'Root' ? [alt === undefined ? role : `${role}: ${alt}`] : [];
  return [...own, ...children.flatMap(rolesOf)];
}
