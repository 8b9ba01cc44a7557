import { isolatedDeeply, withoutBidiControls } from '../../shared/isolated-text.ts';
import type { Language } from '../../shared/language.ts';
import type { Block } from './blocks.ts';
import { messageWords } from './message-words.ts';
import { type DataOf, type TemplateName, templates } from './templates.ts';
import type { Wording } from './words/words.ts';

/** The words of an e-mail, ready to be sent. */
export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
}

/** @param data as stored; validated again, since a newer version may require more. */
export function renderMail(name: TemplateName, data: unknown, language: Language): RenderedMail {
  const { subject, blocks } = wordingOf(name, data, language);
  const { footer } = messageWords[language];
  const text = `${[...blocks.map(toText), '-- ', footer].join('\n\n')}\n`;
  return { subject: oneLine(subject), text, html: toHtml(subject, blocks, footer, language) };
}

/** The words of an SMS. */
export function renderSms(name: TemplateName, data: unknown, language: Language): string {
  // Old telephones show a box for each mark that isolates.
  return withoutBidiControls(oneLine(wordingOf(name, data, language).sms));
}

function wordingOf<Name extends TemplateName>(
  name: Name,
  data: unknown,
  language: Language,
): Wording {
  const checked = isolatedDeeply(templates[name].data.parse(data)) as DataOf<Name>;
  const write = messageWords[language][name] as (data: DataOf<Name>) => Wording;
  return write(checked);
}

function toText(block: Block): string {
  return block.kind === 'link' ? `${block.text}:\n${block.href}` : block.text;
}

/**
 * The same words as HTML: text with a language and a heading, no pictures and nothing to fetch. Styles are
 * inline because mail clients drop style sheets.
 */
function toHtml(
  subject: string,
  blocks: readonly Block[],
  footer: string,
  language: Language,
): string {
  const body = blocks.map(toElement).join('\n');
  return `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(subject)}</title></head>
<body style="margin:0;padding:24px;background:#ffffff;color:#17324d;font:16px/1.5 Arial,sans-serif">
<main style="max-width:36em">
<h1 style="font-size:22px;line-height:1.3;margin:0 0 16px">${escapeHtml(subject)}</h1>
${body}
<hr style="border:0;border-top:1px solid #5b6f82;margin:24px 0 12px">
<p style="margin:0;color:#435a70">${escapeHtml(footer)}</p>
</main>
</body>
</html>
`;
}

function toElement(block: Block): string {
  const text = escapeHtml(block.text);
  switch (block.kind) {
    case 'text':
      return `<p style="margin:0 0 16px">${text}</p>`;
    case 'code':
      return `<p style="margin:0 0 16px;font-size:28px;font-weight:bold;letter-spacing:4px">${text}</p>`;
    case 'link':
      return `<p style="margin:0 0 16px"><a href="${escapeHtml(block.href)}" style="color:#0052a5">${text}</a></p>`;
    case 'lines':
      return `<p style="margin:0 0 16px">${text.replaceAll('\n', '<br>\n')}</p>`;
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);
}
