import { fileURLToPath } from 'node:url';
import PDFDocument from 'pdfkit';
import QRCode from 'qrcode';
import { withoutBidiControls } from '../../shared/isolated-text.ts';

/** One millimetre in the PDF's own unit, 1/72 inch. */
export const MM = 72 / 25.4;
/** Wider than any printer's unprintable border (15 mm). */
const MARGIN = 20 * MM;
/** The smallest letters, in points. */
export const TEXT_POINTS = 12;
/** The clear border that ISO/IEC 18004 asks for around a QR code, in modules. */
const QUIET_MODULES = 4;

/** Where the build puts the letters, seen from the source and from dist/server/credential alike. */
const fonts = new URL(
  import.meta.url.endsWith('.js') ? '../../fonts/' : '../../dist/fonts/',
  import.meta.url,
);
const font = (name: string) => fileURLToPath(new URL(name, fonts));

type Element = PDFKit.PDFStructureElement;
type Tag = 'P' | 'H1' | 'H2';

/**
 * An A4 document for screen readers too: tagged (PDF/UA-1: document, headings, paragraphs, lists, figures
 * with alternative text), with declared languages, a displayed title and embedded fonts.
 */
export class AccessiblePdf {
  readonly doc: PDFKit.PDFDocument;
  readonly #root: Element;
  readonly #bytes: Promise<Buffer>;

  /** @param options.now Unix milliseconds, for the document's own date. */
  constructor(options: { title: string; language: string; now: number }) {
    const { title, language, now } = options;
    const date = new Date(now);
    const doc = new PDFDocument({
      size: 'A4',
      margin: MARGIN,
      pdfVersion: '1.7',
      subset: 'PDF/UA' as never,
      tagged: true,
      lang: language,
      displayTitle: true,
      info: {
        Title: title,
        Creator: 'varco',
        Producer: 'varco',
        CreationDate: date,
        ModDate: date,
      },
    });
    doc.registerFont('text', font('titillium-web-regular.ttf'));
    doc.registerFont('bold', font('titillium-web-600.ttf'));
    drawPlainly(doc);
    this.doc = doc;
    this.#bytes = collect(doc);
    this.#root = doc.struct('Document', { title, lang: language });
    doc.addStructure(this.#root);
  }

  /** Starts a section in one language; content is added to the section. */
  section(language: string): Section {
    const part = this.doc.struct('Sect', { lang: language });
    this.#root.add(part);
    return new Section(this.doc, part, language);
  }

  /** Ends the document and returns its bytes. */
  finish(): Promise<Buffer> {
    this.#root.end();
    this.doc.end();
    return this.#bytes;
  }
}

const styles = {
  H1: { font: 'bold', points: 24, gap: 10 },
  H2: { font: 'bold', points: 16, gap: 5 },
  P: { font: 'text', points: TEXT_POINTS, gap: 7 },
} as const;

/** Content in one language, laid out from top to bottom. */
export class Section {
  readonly #doc: PDFKit.PDFDocument;
  readonly #part: Element;
  readonly #language: string;

  constructor(doc: PDFKit.PDFDocument, part: Element, language: string) {
    this.#doc = doc;
    this.#part = part;
    this.#language = language;
  }

  heading(level: 1 | 2, text: string): this {
    return this.#write(level === 1 ? 'H1' : 'H2', text);
  }

  paragraph(text: string): this {
    return this.#write('P', text);
  }

  /** Text to be copied by hand: large and set apart. */
  large(text: string): this {
    this.#place({ font: 'bold', points: 20, gap: 10 }, text, { characterSpacing: 3 }, (write) =>
      this.#part.add(this.#doc.struct('P', { lang: this.#language }, write)),
    );
    return this;
  }

  /** Numbered steps. */
  steps(texts: readonly string[]): this {
    const doc = this.#doc;
    const list = doc.struct('L', { lang: this.#language });
    this.#part.add(list);
    const indent = 8 * MM;
    for (const [index, text] of texts.entries()) {
      const item = doc.struct('LI');
      list.add(item);
      const left = doc.page.margins.left;
      this.#place(styles.P, text, { indent }, (write) => {
        const { y } = doc;
        const label = () => doc.text(`${index + 1}. `, left, y, { lineBreak: false });
        item.add(doc.struct('Lbl', {}, label));
        item.add(doc.struct('LBody', {}, () => write(left + indent, y)));
      });
      doc.x = left;
      item.end();
    }
    list.end();
    return this;
  }

  /**
   * A QR code as vector graphics with its quiet zone, centred on the page.
   *
   * @param options.sizeMm side of the symbol including its quiet zone.
   * @param options.alt alternative text for screen readers.
   */
  qr(text: string, options: { sizeMm: number; alt: string }): this {
    const doc = this.#doc;
    const size = options.sizeMm * MM;
    this.#breakBefore(size);
    const left = (doc.page.width - size) / 2;
    const top = doc.y;
    this.figure({ left, top, width: size, height: size, alt: options.alt }, () =>
      drawQr(doc, text, { left, top, size }),
    );
    doc.y = top + size + 4;
    return this;
  }

  /** A drawing with alternative text for screen readers. */
  figure(
    box: { left: number; top: number; width: number; height: number; alt: string },
    draw: () => void,
  ): this {
    const { left, top, width, height, alt } = box;
    const bottom = this.#doc.page.height - top - height;
    const bbox = [left, bottom, left + width, bottom + height];
    const options = { alt, bbox, placement: 'Block' };
    this.#part.add(this.#doc.struct('Figure', options as never, draw));
    return this;
  }

  end(): void {
    this.#part.end();
  }

  #write(tag: Tag, text: string): this {
    this.#place(styles[tag], text, {}, (write) =>
      this.#part.add(this.#doc.struct(tag, { lang: this.#language }, write)),
    );
    return this;
  }

  /** Places a text on a single page. */
  #place(
    style: { font: string; points: number; gap: number },
    text: string,
    options: { indent?: number; characterSpacing?: number },
    add: (write: (x?: number, y?: number) => void) => void,
  ): void {
    const doc = this.#doc;
    const { indent = 0, ...spacing } = options;
    doc.font(style.font).fontSize(style.points).fillColor('#000000');
    const width = doc.page.width - doc.page.margins.left - doc.page.margins.right - indent;
    this.#breakBefore(doc.heightOfString(text, { width, ...spacing }));
    add((x = doc.page.margins.left, y = doc.y) => doc.text(text, x, y, { width, ...spacing }));
    doc.y += style.gap;
  }

  #breakBefore(height: number): void {
    const doc = this.#doc;
    if (doc.y + height > doc.page.height - doc.page.margins.bottom) {
      doc.addPage();
    }
  }
}

/** Draws a QR code's dark modules as one filled path, so that no seam shows between them. */
export function drawQr(
  doc: PDFKit.PDFDocument,
  text: string,
  box: { left: number; top: number; size: number },
): void {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'M' });
  const step = box.size / (modules.size + 2 * QUIET_MODULES);
  const at = (index: number) => (index + QUIET_MODULES) * step;
  for (let row = 0; row < modules.size; row += 1) {
    for (let column = 0; column < modules.size; column += 1) {
      let run = 0;
      while (column + run < modules.size && modules.get(row, column + run)) {
        run += 1;
      }
      if (run > 0) {
        doc.rect(box.left + at(column), box.top + at(row), run * step, step);
        column += run;
      }
    }
  }
  doc.fill('#000000');
}

/** A font without glyphs for bidirectional controls would draw a box for each. */
function drawPlainly(doc: PDFKit.PDFDocument): void {
  const draw = doc.text;
  const text = (words: string, ...rest: unknown[]) =>
    Reflect.apply(draw, doc, [withoutBidiControls(words), ...rest]);
  Object.assign(doc, { text });
}

function collect(doc: PDFKit.PDFDocument): Promise<Buffer> {
  return new Promise((resolveBytes, reject) => {
    const chunks: Buffer[] = [];
    doc.on('data', (chunk: Buffer) => chunks.push(chunk));
    doc.on('end', () => resolveBytes(Buffer.concat(chunks)));
    doc.on('error', reject);
  });
}
