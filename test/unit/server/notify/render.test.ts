import { describe, expect, test } from 'vitest';
import { renderMail, renderSms } from '../../../../server/notify/render.ts';
import { type TemplateName, templates } from '../../../../server/notify/templates.ts';
import { languages } from '../../../../shared/language.ts';

const link = 'https://varco.example.it/portal?a=1&b=2';
const samples: Record<TemplateName, unknown> = {
  secondLevelCode: { code: '012345' },
  secondLevelDetail: { text: 'Invalidità civile\n  80 %' },
  contactCode: { code: '012345' },
  pinHalf: { half: 'AB12CD34' },
  credentialPdf: {},
  verbaleDefinitive: { link },
  credentialIssued: { link },
  credentialRevoked: { link },
  codeGuessed: { link },
  codesLocked: { link },
  cardIssued: { link },
  delegation: { link },
  staffInvitation: { link, validUntil: '1 dicembre 2026' },
  fleetAlert: { title: 'Varco <1>', lines: ['fermo da "5" minuti'], link },
};
const names = Object.keys(templates) as TemplateName[];
const each = languages.flatMap((language) => names.map((name) => ({ language, name })));

/** Words of health and of law that a notice must not hold, in any language. */
const HEALTH =
  /invalid|disab|behinder|handicap|cecit|sordit|salute|health|gesund|santé|zdrav|verbal/i;

describe.each(each)('$name in $language', ({ language, name }) => {
  const mail = renderMail(name, samples[name], language);

  test('is the same in plain text and in HTML, with a language and nothing to fetch', () => {
    expect(mail.subject).not.toBe('');
    expect(mail.html).toMatch(new RegExp(`^<!doctype html>\\n<html lang="${language}">`));
    expect(mail.html).not.toMatch(/<(img|script|link|iframe|style|form|object)\b|url\(|\son\w+=/i);
    expect(mail.html.match(/<h1/g)).toHaveLength(1);
    for (const word of mail.text.split(/\s+/).filter((one) => /^[\p{L}\d]{4,}$/u.test(one))) {
      expect(mail.html).toContain(word);
    }
  });

  test('carries what it is for', () => {
    const sms = renderSms(name, samples[name], language);
    for (const value of Object.values(samples[name] as Record<string, unknown>)) {
      if (typeof value === 'string' && name !== 'fleetAlert') {
        expect(mail.text).toContain(value);
      }
    }
    expect(sms).not.toContain('\n');
    expect(sms.length).toBeLessThanOrEqual(306);
    if (templates[name].channels.includes('sms' as never) && 'link' in (samples[name] as object)) {
      expect(name === 'fleetAlert' || sms.includes(link)).toBe(true);
    }
  });
});

test.each(languages)('a notice says nothing of health, %s', (language) => {
  for (const name of ['verbaleDefinitive', 'cardIssued', 'credentialIssued'] as const) {
    const { subject, text } = renderMail(name, samples[name], language);
    for (const words of [subject, text, renderSms(name, samples[name], language)]) {
      expect(words.replaceAll(link, '')).not.toMatch(HEALTH);
    }
  }
});

test('what comes from outside is text, never markup', () => {
  const { html, text } = renderMail('fleetAlert', samples.fleetAlert, 'it');
  expect(html).toContain('Varco &lt;1&gt;');
  expect(html).toContain('fermo da &quot;5&quot; minuti');
  expect(html).toContain('href="https://varco.example.it/portal?a=1&amp;b=2"');
  expect(text).toContain('Varco <1>');
});

test('data that the template no longer takes is an error, not half a message', () => {
  expect(() => renderMail('contactCode', { half: 'x' }, 'it')).toThrow();
});
