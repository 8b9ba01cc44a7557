import { infoOf, type Language } from '../../shared/language.ts';
import type { IssuedCard } from './card-state.ts';
import { documentWords } from './document-words.ts';
import { AccessiblePdf, drawQr, MM } from './pdf-document.ts';
import type { CardWords } from './words/words.ts';

/** What is on the card. */
export interface CardSheet {
  card: IssuedCard;
  /** The content of the QR code, which only says that the condition exists and the card is valid. */
  text: string;
  name: string;
  /** ISO date. */
  birthDate: string;
  /** A JPEG of 35 × 45 mm. */
  photo: Buffer;
  /** Printed in addition to Italian. */
  language: Language;
  now: number;
}

/** The size of the card: ID-1 (ISO/IEC 7810). */
const WIDTH = 85.6 * MM;
const HEIGHT = 53.98 * MM;

/**
 * The card as an accessible A4 PDF: once in its real size to be cut out, and its content again as large
 * text. It holds a name together with a code, so only its holder may download it and no message carries it.
 */
export async function cardPdf(sheet: CardSheet): Promise<Buffer> {
  const { language, now } = sheet;
  const it = documentWords.it.card;
  const pdf = new AccessiblePdf({ title: it.title, language: 'it', now });
  const first = pdf.section('it').heading(1, it.title);
  const { doc } = pdf;
  const box = { left: (doc.page.width - WIDTH) / 2, top: doc.y, width: WIDTH, height: HEIGHT };
  first.figure({ ...box, alt: it.alt }, () => draw(doc, sheet, box));
  doc.y = box.top + HEIGHT + 16;
  for (const [words, code] of wordsOf(language)) {
    const part = code === 'it' ? first : pdf.section(code).heading(2, words.title);
    for (const line of linesOf(sheet, words, code)) {
      part.paragraph(line);
    }
    part.paragraph(words.use).end();
  }
  return pdf.finish();
}

function wordsOf(language: Language): [CardWords, Language][] {
  const italian: [CardWords, Language] = [documentWords.it.card, 'it'];
  return language === 'it' ? [italian] : [italian, [documentWords[language].card, language]];
}

function linesOf({ card, name, birthDate }: CardSheet, words: CardWords, language: Language) {
  const { serial, expiresAt, companion } = card;
  const lines = [
    `${words.name}: ${name}`,
    `${words.birth}: ${dateOf(Date.parse(birthDate), language)}`,
    `${words.serial}: ${serial}`,
    `${words.expires}: ${dateOf(expiresAt - 1, language)}`,
  ];
  return companion ? [...lines, words.companion] : lines;
}

function draw(
  doc: PDFKit.PDFDocument,
  { card, text, name, birthDate, photo }: CardSheet,
  { left, top }: { left: number; top: number },
): void {
  const it = documentWords.it.card;
  const pad = 3 * MM;
  doc
    .roundedRect(left, top, WIDTH, HEIGHT, 3 * MM)
    .lineWidth(0.5)
    .stroke('#17324d');
  doc.font('bold').fontSize(11).fillColor('#003399');
  doc.text('EU Disability Card', left + pad, top + 2 * MM, { lineBreak: false });
  const photoTop = top + 9 * MM;
  doc.image(photo, left + pad, photoTop, { width: 21 * MM, height: 27 * MM });
  const qr = 33 * MM;
  drawQr(doc, text, { left: left + WIDTH - qr - 1 * MM, top: top + 9 * MM, size: qr });
  const column = left + pad + 23 * MM;
  const small = (label: string, value: string, y: number) => {
    const width = WIDTH - 23 * MM - qr - 2 * pad;
    doc.font('text').fontSize(6).fillColor('#17324d').text(label, column, y, { lineBreak: false });
    doc
      .font('bold')
      .fontSize(8)
      .fillColor('#000000')
      .text(value, column, y + 2.4 * MM, { width });
  };
  small(it.name, name, photoTop);
  small(it.birth, dateOf(Date.parse(birthDate), 'it', 'short'), photoTop + 10 * MM);
  small(it.serial, card.serial, photoTop + 17 * MM);
  small(it.expires, dateOf(card.expiresAt - 1, 'it', 'short'), photoTop + 24 * MM);
  if (card.companion) {
    doc.font('bold').fontSize(20).fillColor('#003399');
    doc.text('A', left + pad + 8 * MM, top + HEIGHT - 15 * MM, { lineBreak: false });
  }
}

function dateOf(at: number, language: Language, style: 'long' | 'short' = 'long'): string {
  const { locale } = infoOf(language);
  return new Intl.DateTimeFormat(locale, { ...dateStyles[style], timeZone: 'Europe/Rome' }).format(
    at,
  );
}

const dateStyles = {
  long: { dateStyle: 'long' },
  short: { day: '2-digit', month: '2-digit', year: 'numeric' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;
