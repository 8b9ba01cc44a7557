import type { DocumentWords } from './words.ts';

export const words: DocumentWords = {
  sheet: {
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
  card: {
    title: 'Carte européenne du handicap',
    alt: 'La carte à découper : photo, données et code QR. Tout ce qu’elle contient est écrit dessous.',
    name: 'Nom',
    birth: 'Date de naissance',
    serial: 'Numéro de la carte',
    expires: 'Valable jusqu’au',
    companion: 'A : peut être accompagné(e).',
    use: 'Le code QR dit seulement que la condition existe et que la carte est valable. Qui le lit tape le codice fiscale et voit « carte valable » ou « carte non valable ».',
  },
};
