import { infoOf, type Language } from '../../shared/language.ts';
import { documentWords } from './document-words.ts';
import { AccessiblePdf, type Section } from './pdf-document.ts';
import type { SheetWords } from './words/words.ts';

/** What is printed on the sheet of a code. */
export interface CredentialSheet {
  /** The content of the QR code. */
  text: string;
  /** Printed in addition to Italian. */
  language: Language;
  /** Unix milliseconds. */
  issuedAt: number;
  /** Where the holder can revoke the code, such as `https://varco.example.it/portal`. */
  portalUrl: string;
  /**
   * Printed so that members of one household can tell their sheets apart. Omitted on a sheet that is sent,
   * because no message may hold the code together with the person.
   */
  name?: string | undefined;
  now: number;
}

/** Side of the symbol including its quiet zone. */
const QR_MM = 70;

/**
 * The sheet of a code as an accessible A4 PDF, in Italian and the chosen language.
 *
 * @example await credentialPdf({ text, language: 'sl', issuedAt, portalUrl, now });
 */
export async function credentialPdf(sheet: CredentialSheet): Promise<Buffer> {
  const { language } = sheet;
  const it = documentWords.it.sheet;
  const other = language === 'it' ? undefined : documentWords[language].sheet;
  const title = other ? `${it.title} · ${other.title}` : it.title;
  const pdf = new AccessiblePdf({ title, language: 'it', now: sheet.now });
  const first = pdf.section('it').heading(1, it.title);
  first.qr(sheet.text, { sizeMm: QR_MM, alt: it.alt });
  write(first, it, 'it', sheet);
  if (other) {
    // On a new page, so that the two languages do not run into each other.
    pdf.doc.addPage();
    const second = pdf.section(language).heading(1, other.title);
    write(second, other, language, sheet);
  }
  return pdf.finish();
}

function write(
  section: Section,
  words: SheetWords,
  language: Language,
  { issuedAt, name, portalUrl }: CredentialSheet,
): void {
  const date = new Intl.DateTimeFormat(infoOf(language).locale, {
    dateStyle: 'long',
    timeZone: 'Europe/Rome',
  }).format(issuedAt);
  const holder = name === undefined ? '' : `${words.holder(name)} `;
  section
    .paragraph(`${holder}${words.issued(date)}`)
    .heading(2, words.atGate)
    .steps(words.steps)
    .heading(2, words.reading)
    .paragraph(words.readingText)
    .heading(2, words.lost)
    .paragraph(words.lostText(portalUrl))
    .end();
}
