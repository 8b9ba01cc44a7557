/**
 * How a code is typed.
 *
 * - `direct`: a keyboard that has letters and digits passes straight through.
 * - `keyIndex`: on twelve keys, a letter is its key and then its place on the key (B is 2, 2). Always
 *   the same number of presses and no timing: it can be done without seeing.
 * - `multiTap`: on twelve keys, a key is pressed again until the letter is right; the next key, or `#`
 *   if it is the same key, goes on. No timing either. Letters that can't stand there are passed over.
 *
 * With both: digits where digits stand are one press; `*` before a letter there is for omocodia, and
 * `*` twice takes back; `*` where a letter stands takes back; `*` on the empty entry begins a provisional
 * code of digits only; a letter from a full keyboard is taken as it is.
 */
export type EntryMethod = 'direct' | 'keyIndex' | 'multiTap';

/**
 * What has been pressed towards a character.
 *
 * - `none`: nothing.
 * - `omocodia`: a letter is coming where a digit stands.
 * - `index`: the letter's key is known, its place on the key is coming.
 * - `tapping`: the last character is one that the same key still changes.
 */
export type Pending =
  | { state: 'none' }
  | { state: 'omocodia' }
  | { state: 'index'; key: string }
  | { state: 'tapping'; key: string };

/**
 * The codice fiscale being typed: pure, in memory for one session only.
 *
 * `characters` is what was entered so far; the screen shows it masked but for the last one.
 */
export interface CodeEntry {
  method: EntryMethod;
  characters: string;
  pending: Pending;
  /**
   * 16 characters, or the 11 digits of a provisional code; `direct` takes both as `full`. `oneTime`: six
   * digits and nothing else.
   */
  form: 'full' | 'provisional' | 'oneTime';
}
