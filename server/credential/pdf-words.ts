import type { Language } from '../../shared/language.ts';
/** The words of a printed code in one language. */
export interface SheetWords {
  title: string;
  /** Said by a screen reader in the QR code's place. */
  alt: string;
  issued: (date: string) => string;
  holder: (name: string) => string;
  atGate: string;
  steps: readonly string[];
  reading: string;
  readingText: string;
  lost: string;
  lostText: (portal: string) => string;
}

export const sheetWords: Record<Language, SheetWords> = {
  it: {
    title: 'Il tuo QR Code',
    alt: 'QR Code da mostrare al lettore del varco. Non contiene il tuo nome né dati sulla salute.',
    issued: (date) => `Rilasciato il ${date}.`,
    holder: (name) => `Di: ${name}.`,
    atGate: 'Al varco',
    steps: [
      'Mostra il QR Code al lettore, a circa 15 cm, con il foglio ben disteso.',
      'Scrivi il codice fiscale, oppure mostra il retro della Tessera Sanitaria.',
      'Aspetta la risposta: è sullo schermo, con la luce e, con le cuffie, a voce.',
      'Se il varco non può confermare, mostra il verbale su carta al personale.',
    ],
    reading: 'Chi lo legge con un telefono',
    readingText:
      'Inquadra il QR Code, scrive il tuo codice fiscale e vede solo se la condizione c’è: mai una diagnosi, mai una percentuale.',
    lost: 'Se lo perdi',
    lostText: (portal) =>
      `Da solo non apre nulla: serve anche il codice fiscale. Puoi revocarlo e averne uno nuovo su ${portal}`,
  },
  en: {
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
  de: {
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
  fr: {
    title: 'Votre code QR',
    alt: 'Code QR à présenter au lecteur du portillon. Il ne contient ni votre nom ni données de santé.',
    issued: (date) => `Délivré le ${date}.`,
    holder: (name) => `Titulaire : ${name}.`,
    atGate: 'Au portillon',
    steps: [
      'Présentez le code QR au lecteur, à 15 cm environ, la feuille bien à plat.',
      'Tapez le codice fiscale, ou montrez le dos de la Tessera Sanitaria.',
      'Attendez la réponse : à l’écran, par la lumière et, avec un casque, à voix haute.',
      'Si le portillon ne peut pas confirmer, montrez le verbale en papier au personnel.',
    ],
    reading: 'Qui le lit avec un téléphone',
    readingText:
      'scanne le code QR, tape votre codice fiscale et voit seulement si la condition existe : jamais un diagnostic, jamais un pourcentage.',
    lost: 'En cas de perte',
    lostText: (portal) =>
      `Seul, il n’ouvre rien : il faut aussi le codice fiscale. Pour le révoquer et en avoir un autre : ${portal}`,
  },
  sl: {
    title: 'Vaša koda QR',
    alt: 'Koda QR za bralnik na prehodu. V njej ni vašega imena niti podatkov o zdravju.',
    issued: (date) => `Izdano ${date}.`,
    holder: (name) => `Imetnik: ${name}.`,
    atGate: 'Pri prehodu',
    steps: [
      'Kodo QR pokažite bralniku, približno 15 cm stran, list naj bo raven.',
      'Vtipkajte codice fiscale ali pokažite hrbtno stran kartice Tessera Sanitaria.',
      'Počakajte na odgovor: na zaslonu, z lučjo in, s slušalkami, z glasom.',
      'Če prehod ne more potrditi, osebju pokažite verbale na papirju.',
    ],
    reading: 'Kdor jo bere s telefonom',
    readingText:
      'odčita kodo QR, vtipka vaš codice fiscale in vidi le, ali status obstaja: nikoli diagnoze, nikoli odstotka.',
    lost: 'Če jo izgubite',
    lostText: (portal) =>
      `Sama ne odpre ničesar: potreben je tudi codice fiscale. Prekličete jo in dobite novo na ${portal}`,
  },
};
