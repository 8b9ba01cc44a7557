import { plural } from '../../plural.ts';
import type { CodiceFiscaleWords } from './words.ts';

export const words: CodiceFiscaleWords = {
  problems: {
    empty: 'Vnesite davčno kodo (codice fiscale).',
    length:
      'Davčna koda ima 16 znakov, začasna pa 11 števk: morda en znak manjka ali je eden preveč.',
    characterForeign: 'Uporabljajo se samo črke od A do Z, brez strešic, in števke od 0 do 9.',
    digitForLetter: 'Na tem mestu je črka, ne števka.',
    letterForDigit: 'Na tem mestu je števka: črka O je morda ničla, črka I pa enica.',
    surnameTriplet: 'Tri črke priimka se ne ujemajo: prosimo, preverite jih.',
    nameTriplet: 'Tri črke imena se ne ujemajo: prosimo, preverite jih.',
    monthLetter: 'Ta črka ne pomeni nobenega meseca.',
    day: 'Dan rojstva je med 01 in 31, pri ženskah med 41 in 71.',
    date: 'Tega dne v navedenem mesecu in letu ni.',
    placeLetter: 'Noben kraj rojstva se ne začne s to črko.',
    placeZero: 'Številka kraja rojstva ne more biti 000.',
    placeUnknown: 'Tega kraja rojstva ni na naših seznamih: prosimo, primerjajte ga s kartico.',
    checkCharacter:
      'Zadnja črka se ne ujema z ostalimi znaki: nekje je napačen znak. Prosimo, primerjajte kodo s kartico.',
    provisionalLetter: 'Začasna koda ima samo števke.',
    provisionalZero: 'Kode iz samih ničel ni.',
    provisionalCheck:
      'Zadnja števka se ne ujema z ostalimi: prosimo, primerjajte številko z dokumentom.',
  },
  warnings: {
    placeUnlisted:
      'Kraja rojstva ni na naših seznamih. Koda je lahko pravilna: prosimo, primerjajte jo s kartico.',
    placeEnded: 'Kraj ob rojstvu ni več obstajal. Koda je kljub temu veljavna.',
    provisionalOffice: 'Številka urada je nenavadna. Koda je kljub temu veljavna.',
  },
  positions: (numbers) => {
    const word = plural('sl', numbers.length, { one: 'mesto', two: 'mesti', other: 'mesta' });
    return `${word} ${numbers.join(', ')}`;
  },
};
