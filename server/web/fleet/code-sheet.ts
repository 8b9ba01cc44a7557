import type { Language } from '../../../shared/language.ts';
import { AccessiblePdf } from '../../credential/pdf-document.ts';
import type { EnrolmentCode } from '../../fleet/enrolment/enrolment.ts';
import { fleetWords } from './fleet-words.ts';
import { formatFor } from './format.ts';

/** A scanner reads it from an arm's length, and three stand on a page. */
const QR_MM = 42;

/**
 * A sheet of enrolment codes to be carried to the gates: each with its gate, its QR, its text and until
 * when it is good. It is made in memory and kept nowhere.
 *
 * @param now Unix milliseconds, for the document's own date.
 */
export function codeSheet(
  codes: readonly EnrolmentCode[],
  language: Language,
  now: number,
): Promise<Buffer> {
  const { enrol: words } = fleetWords[language];
  const format = formatFor(language);
  const pdf = new AccessiblePdf({ title: words.heading, language, now });
  const sheet = pdf.section(language);
  sheet.heading(1, words.heading).paragraph(words.how);
  for (const { title, site, gate, code, invitation, expiresAt } of codes) {
    sheet
      .heading(2, title)
      .paragraph(`${site} · ${gate} · ${words.until(format.moment(expiresAt))}`)
      .qr(invitation, { sizeMm: QR_MM, alt: words.qrAlt })
      .large(code);
  }
  sheet.end();
  return pdf.finish();
}
