import { Fragment, h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { describe, expect, test, vi } from 'vitest';
import { Voice } from '../../../device/peripherals/voice.ts';
import { displayable } from '../../../hardware/display/lcd-charset.ts';
import { encodeText } from '../../../hardware/receipt/escpos.ts';
import { printLine } from '../../../scripts/varco/print-line.ts';
import { renderMail, renderSms } from '../../../server/notify/render.ts';
import '../../../server/web/page-renderer.tsx';
import {
  isolated,
  isolatedDeeply,
  printable,
  withoutBidiControls,
} from '../../../shared/isolated-text.ts';

/** Every control that reorders text, by number. */
const CONTROLS = [
  0x061c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069,
].map((code) => String.fromCharCode(code));
/** A name that shows as another: `gate lla‮`. */
const SPOOFED = 'Ingresso \u202eottart\u202c nord';
const ARABIC = 'محمد';
const holdsControls = (text: string) => CONTROLS.some((control) => text.includes(control));

test.each(CONTROLS)('of a text, control %j is taken out', (control) => {
  expect(isolated(`a${control}b`)).toBe('ab');
  expect(withoutBidiControls(`a${control}b`)).toBe('ab');
});

test('a name written from right to left is isolated, any other stays as it is', () => {
  expect(isolated(ARABIC)).toBe(`\u2068${ARABIC}\u2069`);
  expect(isolated(`${ARABIC}\u2069 12`)).toBe(`\u2068${ARABIC} 12\u2069`);
  for (const name of ['Rossi', 'D’Àngelo', 'Žižek', 'Nowak 12/A', '王小明', '']) {
    expect(isolated(name)).toBe(name);
  }
});

test('a value is isolated in all its texts, and is otherwise the same', () => {
  const at = new Date(0);
  expect(isolatedDeeply({ name: ['a\u202e', 1, null], at })).toEqual({ name: ['a', 1, null], at });
});

const mailWith = (name: string) => renderMail('fleetAlert', { title: name, lines: [name] }, 'it');

describe('nothing that is shown holds a control of somebody else’s', () => {
  test('a page: its texts, and the attributes that people read', () => {
    const html = renderToString(
      h('p', { title: SPOOFED }, 'Varco ', h(Fragment, null, SPOOFED), [
        SPOOFED,
        h('b', null, ARABIC),
      ]),
    );
    expect(holdsControls(html.replaceAll(`\u2068${ARABIC}\u2069`, ''))).toBe(false);
    expect(html).toContain('Ingresso ottart nord');
    expect(html).toContain(`<b>\u2068${ARABIC}\u2069</b>`);
  });

  test('a field of a form holds what was stored, so that saving it changes nothing', () => {
    const field = renderToString(h('textarea', { name: 'x' }, SPOOFED));
    expect(field).toContain('\u202e');
    expect(renderToString(h('input', { value: SPOOFED }))).toContain('\u202e');
  });

  test('an e-mail and an SMS', () => {
    const mail = mailWith(SPOOFED);
    expect(holdsControls(mail.text + mail.html + mail.subject)).toBe(false);
    expect(mailWith(ARABIC).text).toContain(`\u2068${ARABIC}\u2069`);
    const sms = renderSms('fleetAlert', { title: ARABIC, lines: [SPOOFED] }, 'it');
    expect(holdsControls(sms)).toBe(false);
  });

  test('a character display, a receipt, a voice', () => {
    expect(displayable(SPOOFED, new Set())).toBe('Ingresso ottart nord');
    expect(Buffer.from(encodeText(SPOOFED)).toString('latin1')).toBe('Ingresso ottart nord');
    const said: string[] = [];
    const voice = new Voice({ say: (text: string) => said.push(text) } as never, 'always');
    voice.present({ spoken: { text: SPOOFED }, language: 'it' } as never, true);
    expect(said).toEqual(['Ingresso ottart nord']);
  });

  test('a line of a command says what is there, and JSON stays the same JSON', () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    printLine(`${SPOOFED}\u001b[2J`);
    printLine(JSON.stringify({ name: SPOOFED }));
    const [[text], [json]] = write.mock.calls as [[string], [string]];
    write.mockRestore();
    expect(text).toBe('Ingresso \\u202eottart\\u202c nord\\u001b[2J\n');
    expect(holdsControls(json)).toBe(false);
    expect(JSON.parse(json)).toEqual({ name: SPOOFED });
    expect(printable('a\tb\nc')).toBe('a\tb\nc');
  });
});
