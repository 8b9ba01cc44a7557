import type { Language } from '../../shared/language.ts';

/** The words of a printed Disability Card in one language. */
export interface CardWords {
  title: string;
  /** Said by a screen reader in the card's place; all that is on it follows as text. */
  alt: string;
  name: string;
  birth: string;
  serial: string;
  expires: string;
  companion: string;
  use: string;
}

export const cardWords: Record<Language, CardWords> = {
  it: {
    title: 'Carta europea della disabilità',
    alt: 'La Carta, da ritagliare: foto, dati e QR Code. Tutto ciò che contiene è scritto qui sotto.',
    name: 'Nome e cognome',
    birth: 'Data di nascita',
    serial: 'Numero della Carta',
    expires: 'Scadenza',
    companion: 'A: può essere accompagnata o accompagnato.',
    use: 'Il QR Code dice soltanto che la condizione esiste e che la Carta è valida. Chi lo legge scrive il codice fiscale e vede «Carta valida» o «Carta non valida».',
  },
  en: {
    title: 'European Disability Card',
    alt: 'The card, to be cut out: photo, data and QR code. All that is on it is written below.',
    name: 'Name',
    birth: 'Date of birth',
    serial: 'Card number',
    expires: 'Valid until',
    companion: 'A: the holder may be accompanied.',
    use: 'The QR code tells only that the condition exists and the card is valid. Who reads it types the codice fiscale and sees “card valid” or “card not valid”.',
  },
  de: {
    title: 'Europäischer Behindertenausweis',
    alt: 'Die Karte zum Ausschneiden: Foto, Angaben und QR-Code. Alles darauf steht auch darunter.',
    name: 'Name',
    birth: 'Geburtsdatum',
    serial: 'Kartennummer',
    expires: 'Gültig bis',
    companion: 'A: Begleitung erlaubt.',
    use: 'Der QR-Code sagt nur, dass der Status besteht und die Karte gültig ist. Wer ihn liest, tippt den Codice fiscale und sieht „Karte gültig“ oder „Karte nicht gültig“.',
  },
  fr: {
    title: 'Carte européenne du handicap',
    alt: 'La carte à découper : photo, données et code QR. Tout ce qu’elle contient est écrit dessous.',
    name: 'Nom',
    birth: 'Date de naissance',
    serial: 'Numéro de la carte',
    expires: 'Valable jusqu’au',
    companion: 'A : peut être accompagné(e).',
    use: 'Le code QR dit seulement que la condition existe et que la carte est valable. Qui le lit tape le codice fiscale et voit « carte valable » ou « carte non valable ».',
  },
  sl: {
    title: 'Evropska invalidska kartica',
    alt: 'Kartica za izrez: fotografija, podatki in koda QR. Vse, kar je na njej, piše tudi spodaj.',
    name: 'Ime in priimek',
    birth: 'Datum rojstva',
    serial: 'Številka kartice',
    expires: 'Velja do',
    companion: 'A: imetnik ima lahko spremstvo.',
    use: 'Koda QR pove le, da status obstaja in da kartica velja. Kdor jo bere, vpiše codice fiscale in vidi »kartica velja« ali »kartica ne velja«.',
  },
};
