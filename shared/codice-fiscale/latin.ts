/**
 * Letters that are written without their mark, or with two letters: registries do either. The first
 * form is the plain one.
 */
const forms: Readonly<Record<string, readonly string[]>> = {
  Ä: ['A', 'AE'],
  Ö: ['O', 'OE'],
  Ü: ['U', 'UE'],
  Å: ['A', 'AA'],
  Ø: ['O', 'OE'],
  Đ: ['D', 'DJ'],
  ß: ['SS'],
  ẞ: ['SS'],
  Æ: ['AE'],
  Œ: ['OE'],
  Þ: ['TH'],
  Ð: ['D'],
  Ł: ['L'],
  Ħ: ['H'],
  ı: ['I'],
  Ŋ: ['N'],
};

/** Forms of one name that are tried at most: 2⁴, four letters that can be written in two ways. */
const FORMS_MAX = 16;

/** Longer names are cut: no name has as many letters, and a triplet needs the first few. */
const NAME_MAX = 200;

/**
 * A name in the letters `A`–`Z`, in every way that registries write it: without accents, spaces,
 * apostrophes and hyphens; `ü` as `U` and as `UE`. The first form is the plain one.
 *
 * @example lettersOf('Müller') // ['MULLER', 'MUELLER']
 */
export function lettersOf(name: string): string[] {
  let found = [''];
  for (const character of name.slice(0, NAME_MAX).normalize('NFC')) {
    const upper = character === 'ı' || character === 'ß' ? character : character.toUpperCase();
    const plain = upper.normalize('NFD').replace(/[^A-Z]/g, '');
    const choices = forms[upper] ?? [plain];
    const next = choices.flatMap((choice) => found.map((form) => form + choice));
    found = next.length > FORMS_MAX ? found.map((form) => form + choices[0]) : next;
  }
  return [...new Set(found)];
}
