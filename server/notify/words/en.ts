import { code, lines, link, say } from '../blocks.ts';
import type { MessageWords } from './words.ts';

export const words: MessageWords = {
  footer: 'Automatic message: please do not reply. No operator will ever ask for a code by phone.',
  secondLevelCode: (data) => ({
    subject: 'Your confirmation code',
    blocks: [
      say('An operator or a gate asks to read the detail. If you agree, give them:'),
      code(data.code),
      say('It is valid for 5 minutes, once. If you are not at a gate right now, ignore it.'),
    ],
    sms: `Confirmation code: ${data.code}. Valid for 5 minutes. Give it only if you are at the gate right now.`,
  }),
  secondLevelDetail: (data) => ({
    subject: 'The detail you asked for',
    blocks: [say('The detail that an operator asked for with your consent:'), lines(data.text)],
    sms: 'The detail is in your e-mail.',
  }),
  contactCode: (data) => ({
    subject: 'Confirm your contact',
    blocks: [
      say('To confirm this contact, type in the page:'),
      code(data.code),
      say('It is valid for 5 minutes. If you did not ask for it, ignore this message.'),
    ],
    sms: `Code to confirm your contact: ${data.code}. Valid for 5 minutes. If you did not ask for it, ignore it.`,
  }),
  pinHalf: (data) => ({
    subject: 'The first part of your PIN',
    blocks: [
      say('These are the first 8 characters of the PIN. The other 8 come by post:'),
      code(data.half),
    ],
    sms: `First 8 characters of the PIN: ${data.half}. The other 8 come by post.`,
  }),
  credentialPdf: () => ({
    subject: 'Your QR code',
    blocks: [
      say('The attached PDF has the QR code, and what to do with it at a gate.'),
      say('Print it or keep it on your phone. Who reads it must also know the codice fiscale.'),
    ],
    sms: 'The QR code is in your e-mail.',
  }),
  verbaleDefinitive: (data) => ({
    subject: 'There is a new document for you',
    blocks: [
      say(
        'A document of yours has become definitive. Your QR code, if you have one, already follows it.',
      ),
      link('See your status and your QR code', data.link),
    ],
    sms: `A document of yours has become definitive. See it at ${data.link}`,
  }),
  credentialIssued: (data) => ({
    subject: 'A QR code was made in your name',
    blocks: [
      say('A QR code was made in your name. If it was not you, lock it now:'),
      link('Open your codes', data.link),
    ],
    sms: `A QR code was made in your name. If it was not you, lock it: ${data.link}`,
  }),
  credentialRevoked: (data) => ({
    subject: 'Your QR code is no longer valid',
    blocks: [
      say('Your QR code was revoked and opens no gate any more. You can ask for a new one:'),
      link('Open your codes', data.link),
    ],
    sms: `Your QR code was revoked. You can ask for a new one: ${data.link}`,
  }),
  codeGuessed: (data) => ({
    subject: 'Somebody is trying your QR code',
    blocks: [
      say(
        'Somebody has your QR code and is trying codici fiscali at random. They have learnt nothing about you. For a while, gates ask for the live code on your phone, your Card, or a document shown to staff.',
      ),
      link('See who checked you, and lock the code if it was not you', data.link),
    ],
    sms: `Somebody is trying codici fiscali with your QR code. They know nothing about you. If it was not you, lock it: ${data.link}`,
  }),
  codesLocked: (data) => ({
    subject: 'Too many wrong confirmation codes',
    blocks: [
      say(
        "Somebody typed ten wrong confirmation codes to read your data. They saw nothing, and can't try again for a day.",
      ),
      link('See who checked you', data.link),
    ],
    sms: `Somebody typed ten wrong confirmation codes to read your data. They are stopped for a day. See who: ${data.link}`,
  }),
  cardIssued: (data) => ({
    subject: 'Your card is ready',
    blocks: [say('The card that you asked for is ready.'), link('Open the card', data.link)],
    sms: `The card that you asked for is ready: ${data.link}`,
  }),
  delegation: (data) => ({
    subject: 'Somebody may act for you',
    blocks: [
      say('A person may act for you from now on. If you did not decide so, take it back:'),
      link('Open your delegates', data.link),
    ],
    sms: `A person may act for you. If you did not decide so, take it back: ${data.link}`,
  }),
  staffInvitation: (data) => ({
    subject: 'Your access as an operator',
    blocks: [
      say(`With this link, valid once and until ${data.validUntil}, you choose your password:`),
      link('Activate your access', data.link),
    ],
    sms: 'The access link is in your e-mail.',
  }),
  fleetAlert: (data) => ({
    subject: data.title,
    blocks: [
      lines([data.title, ...data.lines].join('\n')),
      ...(data.link ? [link('Open the fleet', data.link)] : []),
    ],
    sms: [data.title, ...data.lines].join('; ').slice(0, 300),
  }),
};
