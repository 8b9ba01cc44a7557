import { plural } from '../../plural.ts';
import type { CodiceFiscaleWords } from './words.ts';

export const words: CodiceFiscaleWords = {
  problems: {
    empty: 'Veuillez saisir le code fiscal (codice fiscale).',
    length:
      'Le code fiscal a 16 caractères, ou 11 chiffres s’il est provisoire : il en manque peut-être un, ou il y en a un de trop.',
    characterForeign:
      'Seules les lettres de A à Z, sans accent, et les chiffres de 0 à 9 sont utilisés.',
    digitForLetter: 'Il faut ici une lettre, pas un chiffre.',
    letterForDigit: 'Il faut ici un chiffre : le O est peut-être un zéro, le I un un.',
    surnameTriplet:
      'Les trois lettres du nom de famille ne conviennent pas : veuillez les vérifier.',
    nameTriplet: 'Les trois lettres du prénom ne conviennent pas : veuillez les vérifier.',
    monthLetter: 'Cette lettre ne désigne aucun mois.',
    day: 'Le jour de naissance va de 01 à 31, pour les femmes de 41 à 71.',
    date: 'Ce jour n’existe pas dans le mois et l’année indiqués.',
    placeLetter: 'Aucun lieu de naissance ne commence par cette lettre.',
    placeZero: 'Le numéro du lieu de naissance ne peut pas être 000.',
    placeUnknown:
      'Ce lieu de naissance n’est pas dans nos listes : veuillez le comparer avec la carte.',
    checkCharacter:
      'La dernière lettre ne correspond pas au reste : un caractère est faux quelque part. Veuillez comparer le code avec la carte.',
    provisionalLetter: 'Un code provisoire n’a que des chiffres.',
    provisionalZero: 'Un code fait seulement de zéros n’existe pas.',
    provisionalCheck:
      'Le dernier chiffre ne correspond pas aux autres : veuillez comparer le numéro avec le document.',
  },
  warnings: {
    placeUnlisted:
      'Le lieu de naissance n’est pas dans nos listes. Le code peut être juste : veuillez le comparer avec la carte.',
    placeEnded: 'Le lieu n’existait plus à la date de naissance. Le code est valable malgré tout.',
    provisionalOffice: 'Le numéro du bureau est inhabituel. Le code est valable malgré tout.',
  },
  positions: (numbers) => {
    const word = plural('fr', numbers.length, { one: 'position', other: 'positions' });
    return `${word} ${numbers.join(', ')}`;
  },
};
