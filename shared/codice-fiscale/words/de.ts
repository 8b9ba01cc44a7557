import { plural } from '../../plural.ts';
import type { CodiceFiscaleWords } from './words.ts';

export const words: CodiceFiscaleWords = {
  problems: {
    empty: 'Bitte geben Sie die Steuernummer (codice fiscale) ein.',
    length:
      'Die Steuernummer hat 16 Zeichen oder, wenn sie vorläufig ist, 11 Ziffern: Vielleicht fehlt ein Zeichen oder es ist eines zu viel.',
    characterForeign:
      'Es gibt nur die Buchstaben A bis Z, ohne Umlaute und Akzente, und die Ziffern 0 bis 9.',
    digitForLetter: 'Hier steht ein Buchstabe, keine Ziffer.',
    letterForDigit: 'Hier steht eine Ziffer: Das O kann eine Null sein, das I kann eine Eins sein.',
    surnameTriplet:
      'Die drei Buchstaben des Nachnamens passen nicht: Bitte sehen Sie noch einmal nach.',
    nameTriplet:
      'Die drei Buchstaben des Vornamens passen nicht: Bitte sehen Sie noch einmal nach.',
    monthLetter: 'Dieser Buchstabe steht für keinen Monat.',
    day: 'Der Geburtstag liegt zwischen 01 und 31, bei Frauen zwischen 41 und 71.',
    date: 'Diesen Tag gibt es in diesem Monat und Jahr nicht.',
    placeLetter: 'Kein Geburtsort beginnt mit diesem Buchstaben.',
    placeZero: 'Die Nummer des Geburtsorts kann nicht 000 sein.',
    placeUnknown:
      'Dieser Geburtsort steht nicht in unseren Listen: Bitte vergleichen Sie ihn mit der Karte.',
    checkCharacter:
      'Der letzte Buchstabe passt nicht zu den anderen Zeichen: Irgendwo ist ein Zeichen falsch. Bitte vergleichen Sie die Steuernummer mit der Karte.',
    provisionalLetter: 'Eine vorläufige Steuernummer hat nur Ziffern.',
    provisionalZero: 'Eine Steuernummer nur aus Nullen gibt es nicht.',
    provisionalCheck:
      'Die letzte Ziffer passt nicht zu den anderen: Bitte vergleichen Sie die Nummer mit dem Dokument.',
  },
  warnings: {
    placeUnlisted:
      'Der Geburtsort steht nicht in unseren Listen. Die Steuernummer kann richtig sein: Bitte vergleichen Sie sie mit der Karte.',
    placeEnded:
      'Den Ort gab es zum Zeitpunkt der Geburt nicht mehr. Die Steuernummer ist trotzdem gültig.',
    provisionalOffice:
      'Die Nummer der Behörde ist ungewöhnlich. Die Steuernummer ist trotzdem gültig.',
  },
  positions: (numbers) => {
    const word = plural('de', numbers.length, { one: 'Stelle', other: 'Stellen' });
    return `${word} ${numbers.join(', ')}`;
  },
};
