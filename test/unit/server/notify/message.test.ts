import { describe, expect, test } from 'vitest';
import { checkMessage, type MessageRequest } from '../../../../server/notify/message.ts';

const good: MessageRequest<'contactCode'> = {
  key: 'code:1',
  to: { kind: 'sms', address: '+393331234567' },
  template: 'contactCode',
  data: { code: '012345' },
};
const alert: MessageRequest<'fleetAlert'> = {
  key: 'alert:1',
  to: { kind: 'email', address: 'staff@example.org' },
  template: 'fleetAlert',
  data: { title: 'Varco 1', lines: ['fermo'] },
};
const code = 'VRDGNN75C52H501A';
const omocode = 'VRDGNNTRCR2HRLMA';
const credential = 'https://varco.example.it/V/1/QRAUCIQDEJKFGM2NTYSUCY';
const file = {
  filename: 'qr.pdf',
  contentType: 'application/pdf',
  content: Buffer.from('%PDF'),
} as const;

describe('what a message may be', () => {
  test.each<[string, unknown, string]>([
    ['a name beside a code', { ...good, data: { code: '012345', name: 'Anna' } }, 'messageInvalid'],
    ['a codice fiscale in a key', { ...alert, key: `notice:${code}` }, 'messageHoldsPerson'],
    [
      'a credential as a link',
      { ...alert, data: { ...alert.data, link: credential } },
      'messageInvalid',
    ],
    [
      'a script as a link',
      { ...alert, data: { ...alert.data, link: 'javascript:1' } },
      'messageInvalid',
    ],
    ['a letter in a code', { ...good, data: { code: '01234A' } }, 'messageInvalid'],
    ['nobody to send to', { ...good, to: { kind: 'sms' } }, 'messageInvalid'],
    ['a number that is none', { ...good, to: { kind: 'sms', address: '333' } }, 'messageInvalid'],
    [
      'two addresses in one',
      { ...alert, to: { kind: 'email', address: 'a@b.it, c@d.it' } },
      'messageInvalid',
    ],
    [
      'a line break in an address',
      { ...alert, to: { kind: 'email', address: 'a@b.it\r\nBcc: x@y.it' } },
      'messageInvalid',
    ],
    [
      'a way that the template has not',
      { ...good, template: 'credentialPdf', data: {} },
      'messageInvalid',
    ],
    ['a file in an SMS', { ...good, attachments: [file] }, 'messageInvalid'],
    [
      'a path as a file name',
      { ...alert, attachments: [{ ...file, filename: '../x.pdf' }] },
      'messageInvalid',
    ],
    ['a key with a blank', { ...good, key: 'a b' }, 'messageInvalid'],
    ['a language that we have not', { ...good, language: 'xx' }, 'messageInvalid'],
  ])('%s is refused', (_what, request, expected) => {
    let thrown: unknown;
    try {
      checkMessage(request as MessageRequest);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: expected });
    expect(String(thrown)).not.toContain(code);
  });

  test.each([
    ['a codice fiscale', `Gate ${code}, ${code.toLowerCase()}`, 'Gate […], […]'],
    ['one whose digits were replaced by letters (omocodia)', omocode, '[…]'],
    ['two in one line', `${code} ${omocode}`, '[…] […]'],
    ['a credential', credential, expect.stringMatching(/^[^/]*\/*[^/]*\[…\]/)],
  ])('%s is masked, and the message goes out', (_what, text, masked) => {
    const data = { ...alert.data, title: text, lines: ['fine', text] };
    const { body, isMasked } = checkMessage({ ...alert, data } as MessageRequest);
    expect(isMasked).toBe(true);
    expect(body.data).toMatchObject({ title: masked, lines: ['fine', masked] });
    expect(JSON.stringify(body)).not.toContain(text);
  });

  test('what is good is kept as it is', () => {
    const body = { address: '+393331234567', data: { code: '012345' }, attachments: [] };
    expect(checkMessage(good)).toEqual({ body, isMasked: false });
  });
});
