import type { DocumentWords } from './words.ts';

export const words: DocumentWords = {
  sheet: {
    title: 'Your QR code',
    alt: 'QR code to be held up to the gate’s reader. It holds neither your name nor health data.',
    issued: (date) => `Issued on ${date}.`,
    holder: (name) => `Holder: ${name}.`,
    atGate: 'At the gate',
    steps: [
      'Hold the QR code up to the reader, about 15 cm away, with the sheet flat.',
      'Type the codice fiscale, or show the back of the Tessera Sanitaria.',
      'Wait for the answer: it is on the screen, by the light and, with headphones, spoken.',
      'If the gate cannot confirm, show your paper verbale to the staff.',
    ],
    reading: 'Who reads it with a phone',
    readingText:
      'They scan the QR code, type your codice fiscale and see only whether the status is there: never a diagnosis, never a percentage.',
    lost: 'If you lose it',
    lostText: (portal) =>
      `Alone it opens nothing: the codice fiscale is needed too. You can revoke it and get a new one at ${portal}`,
  },
  card: {
    title: 'European Disability Card',
    alt: 'The card, to be cut out: photo, data and QR code. All that is on it is written below.',
    name: 'Name',
    birth: 'Date of birth',
    serial: 'Card number',
    expires: 'Valid until',
    companion: 'A: the holder may be accompanied.',
    use: 'The QR code tells only that the condition exists and the card is valid. Who reads it types the codice fiscale and sees “card valid” or “card not valid”.',
  },
};
