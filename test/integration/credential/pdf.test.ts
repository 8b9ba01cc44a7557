import { beforeAll, describe, expect, test } from 'vitest';
import { credentialPdf } from '../../../server/credential/credential-pdf.ts';
import { documentWords } from '../../../server/credential/document-words.ts';
import { encodeCredential } from '../../../shared/credential/credential.ts';
import { drawPage, type OpenPdf, openPdf, readCodes, rolesOf } from '../../support/pdf-page.ts';
import { testKeyring } from '../../support/server-app.ts';

const NOW = Date.UTC(2026, 10, 28, 12);
const text = encodeCredential(
  { id: '0123456789abcdef0123456789abcdef', kind: 'status', issuedAt: NOW / 1000 },
  { host: 'varco.example.it', ...testKeyring.credentialSigner() },
);
const sheet = {
  text,
  issuedAt: NOW,
  portalUrl: 'https://varco.example.it/portal',
  now: NOW,
} as const;

/** The least distance from any edge, in points; 15 mm are 42.5. */
const MARGIN_MIN = 42.5;

interface Item {
  str: string;
  transform: number[];
  width: number;
}

async function itemsOf(pdf: OpenPdf): Promise<(Item & { page: number })[]> {
  const items: (Item & { page: number })[] = [];
  for (let page = 1; page <= pdf.numPages; page += 1) {
    const content = await (await pdf.getPage(page)).getTextContent();
    for (const item of content.items) {
      if ('str' in item && item.str.trim() !== '') {
        items.push({ ...(item as Item), page });
      }
    }
  }
  return items;
}

const squeeze = (words: string) => words.replace(/\s+/g, '');

describe.each(['it', 'en', 'de', 'fr', 'sl'] as const)('the sheet of a code, %s', (language) => {
  let pdf: OpenPdf;
  let items: Awaited<ReturnType<typeof itemsOf>>;

  beforeAll(async () => {
    pdf = await openPdf(await credentialPdf({ ...sheet, language }));
    items = await itemsOf(pdf);
  });

  test('says everything as real text, in Italian and in the language', () => {
    const all = squeeze(items.map(({ str }) => str).join(''));
    for (const words of [documentWords.it.sheet, documentWords[language].sheet]) {
      const said = [words.title, words.atGate, words.reading, words.readingText, words.lost];
      for (const one of [...said, ...words.steps, words.lostText(sheet.portalUrl)]) {
        expect(all).toContain(squeeze(one));
      }
    }
  });

  test('no letter below 12 points, nothing nearer than 15 mm to an edge', () => {
    for (const { str, transform, width } of items) {
      const [, , , points = 0, x = 0, y = 0] = transform;
      expect(points, str).toBeGreaterThanOrEqual(12);
      expect(x).toBeGreaterThanOrEqual(MARGIN_MIN);
      expect(x + width).toBeLessThanOrEqual(595.28 - MARGIN_MIN);
      expect(y).toBeGreaterThanOrEqual(MARGIN_MIN);
      expect(y).toBeLessThanOrEqual(841.89 - MARGIN_MIN);
    }
  });

  test('is tagged, titled and in a named language', async () => {
    const { info, metadata } = await pdf.getMetadata();
    expect(info).toMatchObject({ Language: 'it', PDFFormatVersion: '1.7' });
    expect((info as { Title: string }).Title).toContain(documentWords.it.sheet.title);
    expect(metadata?.getRaw()).toMatch(/pdfuaid:part>\s*1/);
    expect(await pdf.getMarkInfo()).toMatchObject({ Marked: true });
    const roles: string[] = [];
    for (let page = 1; page <= pdf.numPages; page += 1) {
      roles.push(...rolesOf(await (await pdf.getPage(page)).getStructTree()));
    }
    expect(roles.slice(0, 3)).toEqual(['Document', 'Sect', 'H1']);
    expect(roles.filter((role) => role === `Figure: ${documentWords.it.sheet.alt}`)).toHaveLength(
      1,
    );
    const sections = language === 'it' ? 1 : 2;
    const count = (role: string) => roles.filter((one) => one === role).length;
    expect(count('H2')).toBe(3 * sections);
    expect(count('LI')).toBe(4 * sections);
    expect(count('LBody')).toBe(4 * sections);
    expect(count('P')).toBe(3 * sections);
  });
});

test.each([96, 300])('the QR is read from the page drawn at %i dpi', async (dpi) => {
  const pdf = await openPdf(await credentialPdf({ ...sheet, language: 'sl' }));
  expect(await readCodes(await drawPage(pdf, 1, dpi))).toEqual([text]);
});

test('the name is on the sheet only when it is given', async () => {
  const name = 'Žiga Čuk';
  const bare = await openPdf(await credentialPdf({ ...sheet, language: 'sl' }));
  expect(JSON.stringify(await itemsOf(bare))).not.toContain(name);
  const named = await openPdf(await credentialPdf({ ...sheet, language: 'sl', name }));
  expect(JSON.stringify(await itemsOf(named))).toContain(name);
});
