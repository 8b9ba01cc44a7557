import type { Language } from '../../shared/language.ts';
import type { Echo } from './entry-echo.ts';
import { kioskWords } from './kiosk-words.ts';

/** An echo in words. Those of a private one hold characters of the code; see `isPrivate`. */
export function echoText(echo: Echo, language: Language): string {
  const words = kioskWords[language].echo;
  switch (echo.kind) {
    case 'character':
      return echo.character;
    case 'choices':
      return echo.choices.map(({ letter, index }) => `${letter} ${index}`).join(', ');
    case 'takenBack':
      return words.takenBack(echo.left);
    case 'refused':
      return words.refused[echo.expected];
    default:
      return words[echo.kind];
  }
}
