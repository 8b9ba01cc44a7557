import { plural } from '../../plural.ts';
import type { CodiceFiscaleWords } from './words.ts';

export const words: CodiceFiscaleWords = {
  problems: {
    empty: 'Inserisca il codice fiscale.',
    length:
      'Il codice fiscale ha 16 caratteri, oppure 11 cifre se è provvisorio: forse ne manca uno o ce n’è uno in più.',
    characterForeign:
      'Si usano solo le lettere dalla A alla Z, senza accenti, e le cifre da 0 a 9.',
    digitForLetter: 'Qui va una lettera, non una cifra.',
    letterForDigit: 'Qui va una cifra: la O può essere uno zero, la I può essere un uno.',
    surnameTriplet: 'Le tre lettere del cognome non tornano: le ricontrolli, per favore.',
    nameTriplet: 'Le tre lettere del nome non tornano: le ricontrolli, per favore.',
    monthLetter: 'Questa lettera non indica nessun mese.',
    day: 'Il giorno di nascita va da 01 a 31, per le donne da 41 a 71.',
    date: 'Questo giorno non esiste nel mese e nell’anno indicati.',
    placeLetter: 'Nessun luogo di nascita comincia con questa lettera.',
    placeZero: 'Il numero del luogo di nascita non può essere 000.',
    placeUnknown: 'Questo luogo di nascita non è nei nostri elenchi: lo confronti con la tessera.',
    checkCharacter:
      'L’ultima lettera non corrisponde al resto: da qualche parte c’è un carattere sbagliato. Confronti il codice con la tessera.',
    provisionalLetter: 'Il codice provvisorio ha solo cifre.',
    provisionalZero: 'Un codice di soli zeri non esiste.',
    provisionalCheck:
      'L’ultima cifra non corrisponde alle altre: confronti il numero con il documento.',
  },
  warnings: {
    placeUnlisted:
      'Il luogo di nascita non è nei nostri elenchi. Il codice può essere giusto: lo confronti con la tessera.',
    placeEnded:
      'Il luogo indicato non esisteva più alla data di nascita. Il codice è comunque valido.',
    provisionalOffice: 'Il numero dell’ufficio è insolito. Il codice è comunque valido.',
  },
  positions: (numbers) => {
    const word = plural('it', numbers.length, { one: 'posizione', other: 'posizioni' });
    return `${word} ${numbers.join(', ')}`;
  },
};
