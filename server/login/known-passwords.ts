/**
 * Passwords from breaches, and the words and names of Italian that guessers try first: some 100,000, from
 * the lists of zxcvbn-ts (MIT). They are loaded when a password is first chosen, since a server that only
 * logs people in never needs them.
 */
export class KnownPasswords {
  #words: Promise<ReadonlySet<string>> | undefined;

  /** All words, in lower case. */
  words(): Promise<ReadonlySet<string>> {
    this.#words ??= loadWords();
    return this.#words;
  }
}

async function loadWords(): Promise<ReadonlySet<string>> {
  const [common, italian] = await Promise.all([
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-it'),
  ]);
  const lists = [common.dictionary, italian.dictionary].flatMap(Object.values<string[]>);
  return new Set(lists.flat());
}
