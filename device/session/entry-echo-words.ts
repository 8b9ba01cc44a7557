import type { Language } from '../../shared/language.ts';

/** What may stand where a key was refused. */
export type ExpectedKind = 'letter' | 'digit' | 'month' | 'place' | 'nothing';

/** What is said of a press in one language. */
interface EchoWords {
  next: string;
  omocodia: string;
  provisional: string;
  full: string;
  cleared: string;
  takenBack(left: number): string;
  refused: Record<ExpectedKind, string>;
}

export const echoWords: Record<Language, EchoWords> = {
  it: {
    next: 'Avanti.',
    omocodia: 'Lettera al posto della cifra.',
    provisional: 'Codice provvisorio: undici cifre.',
    full: 'Codice di sedici caratteri.',
    cleared: 'Tutto cancellato.',
    takenBack: (left) => `Cancellato. Caratteri rimasti: ${left}.`,
    refused: {
      letter: 'Qui va una lettera.',
      digit: 'Qui va una cifra.',
      month: 'Qui va la lettera del mese.',
      place: 'Qui va la lettera del luogo di nascita.',
      nothing: 'Il codice è completo: prema conferma.',
    },
  },
  en: {
    next: 'Next.',
    omocodia: 'A letter in place of the digit.',
    provisional: 'Provisional code: eleven digits.',
    full: 'Code of sixteen characters.',
    cleared: 'All deleted.',
    takenBack: (left) => `Deleted. Characters left: ${left}.`,
    refused: {
      letter: 'A letter belongs here.',
      digit: 'A digit belongs here.',
      month: 'The letter of the month belongs here.',
      place: 'The letter of the place of birth belongs here.',
      nothing: 'The code is complete: press confirm.',
    },
  },
  de: {
    next: 'Weiter.',
    omocodia: 'Buchstabe anstelle der Ziffer.',
    provisional: 'Vorläufige Steuernummer: elf Ziffern.',
    full: 'Steuernummer mit sechzehn Zeichen.',
    cleared: 'Alles gelöscht.',
    takenBack: (left) => `Gelöscht. Verbleibende Zeichen: ${left}.`,
    refused: {
      letter: 'Hier steht ein Buchstabe.',
      digit: 'Hier steht eine Ziffer.',
      month: 'Hier steht der Buchstabe des Monats.',
      place: 'Hier steht der Buchstabe des Geburtsorts.',
      nothing: 'Die Steuernummer ist vollständig: Bitte bestätigen.',
    },
  },
  fr: {
    next: 'Suivant.',
    omocodia: 'Une lettre à la place du chiffre.',
    provisional: 'Code provisoire : onze chiffres.',
    full: 'Code de seize caractères.',
    cleared: 'Tout est effacé.',
    takenBack: (left) => `Effacé. Caractères restants : ${left}.`,
    refused: {
      letter: 'Il faut ici une lettre.',
      digit: 'Il faut ici un chiffre.',
      month: 'Il faut ici la lettre du mois.',
      place: 'Il faut ici la lettre du lieu de naissance.',
      nothing: 'Le code est complet : appuyez sur confirmer.',
    },
  },
  sl: {
    next: 'Naprej.',
    omocodia: 'Črka namesto števke.',
    provisional: 'Začasna koda: enajst števk.',
    full: 'Koda s šestnajstimi znaki.',
    cleared: 'Vse je izbrisano.',
    takenBack: (left) => `Izbrisano. Preostali znaki: ${left}.`,
    refused: {
      letter: 'Na tem mestu je črka.',
      digit: 'Na tem mestu je števka.',
      month: 'Na tem mestu je črka meseca.',
      place: 'Na tem mestu je črka kraja rojstva.',
      nothing: 'Koda je popolna: pritisnite potrditev.',
    },
  },
};
