import type { DocumentWords } from './words.ts';

export const words: DocumentWords = {
  sheet: {
    title: 'Ihr QR-Code',
    alt: 'QR-Code für das Lesegerät am Durchgang. Er enthält weder Ihren Namen noch Gesundheitsdaten.',
    issued: (date) => `Ausgestellt am ${date}.`,
    holder: (name) => `Für: ${name}.`,
    atGate: 'Am Durchgang',
    steps: [
      'Halten Sie den QR-Code etwa 15 cm vor das Lesegerät, das Blatt flach.',
      'Tippen Sie den Codice fiscale oder zeigen Sie die Rückseite der Tessera Sanitaria.',
      'Warten Sie auf die Antwort: am Bildschirm, am Licht und, mit Kopfhörern, gesprochen.',
      'Kann der Durchgang nicht bestätigen, zeigen Sie dem Personal das Verbale auf Papier.',
    ],
    reading: 'Wer ihn mit einem Telefon liest',
    readingText:
      'scannt den QR-Code, tippt Ihren Codice fiscale und sieht nur, ob der Status besteht: nie eine Diagnose, nie einen Prozentsatz.',
    lost: 'Bei Verlust',
    lostText: (portal) =>
      `Allein öffnet er nichts: der Codice fiscale gehört dazu. Widerrufen und neu anfordern: ${portal}`,
  },
  card: {
    title: 'Europäischer Behindertenausweis',
    alt: 'Die Karte zum Ausschneiden: Foto, Angaben und QR-Code. Alles darauf steht auch darunter.',
    name: 'Name',
    birth: 'Geburtsdatum',
    serial: 'Kartennummer',
    expires: 'Gültig bis',
    companion: 'A: Begleitung erlaubt.',
    use: 'Der QR-Code sagt nur, dass der Status besteht und die Karte gültig ist. Wer ihn liest, tippt den Codice fiscale und sieht „Karte gültig“ oder „Karte nicht gültig“.',
  },
};
