import type { DocumentWords } from './words.ts';

export const words: DocumentWords = {
  sheet: {
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
  card: {
    title: 'Carta europea della disabilità',
    alt: 'La Carta, da ritagliare: foto, dati e QR Code. Tutto ciò che contiene è scritto qui sotto.',
    name: 'Nome e cognome',
    birth: 'Data di nascita',
    serial: 'Numero della Carta',
    expires: 'Scadenza',
    companion: 'A: può essere accompagnata o accompagnato.',
    use: 'Il QR Code dice soltanto che la condizione esiste e che la Carta è valida. Chi lo legge scrive il codice fiscale e vede «Carta valida» o «Carta non valida».',
  },
};
