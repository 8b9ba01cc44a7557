import type { SpeakerWatch } from '../../hardware/simulated/voice.ts';
import type { World } from './world.ts';

/** Something spoken: words, or a click instead of a character that is not read aloud. */
export interface Utterance {
  text: string;
  language: string;
}

const WAIT_MS = 20_000;

/** Receives what the kiosk's speaker says, and nothing else of the kiosk. */
export class Listener implements SpeakerWatch {
  readonly #onUtterance: (utterance: Utterance) => void;
  #queue: string[] = [];
  #wake: (() => void) | undefined;

  constructor(onUtterance: (utterance: Utterance) => void = () => {}) {
    this.#onUtterance = onUtterance;
  }

  spoken(text: string, language: string): void {
    this.#take(text, language);
  }

  played(sound: 'click' | 'silence' | 'volume'): void {
    if (sound === 'click') {
      this.#take('(click)', '');
    }
  }

  #take(text: string, language: string): void {
    this.#onUtterance({ text, language });
    this.#queue.push(text);
    this.#wake?.();
  }

  /** Discards what was said so far. */
  forget(): void {
    this.#queue = [];
  }

  /** Waits for the next utterance that matches, and skips all others. @throws Error if none comes in time. */
  async waitFor(fits: RegExp): Promise<string> {
    const deadline = Date.now() + WAIT_MS;
    for (;;) {
      for (let text = this.#queue.shift(); text !== undefined; text = this.#queue.shift()) {
        if (fits.test(text)) {
          return text;
        }
      }
      const leftMs = deadline - Date.now();
      if (leftMs <= 0) {
        throw new Error(`Nothing was said like ${fits.source}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

/** The prompts to wait for, in the words of the Italian screens. */
const words = {
  show: /^Mostra il codice QR/,
  type: /^Scrivi il codice fiscale/,
  digit: /Qui va una cifra/,
  complete: /Il codice è completo/,
  checking: /^Verifica in corso/,
  end: /^(Puoi entrare|Potete entrare|Ingresso non previsto|Dati non riconosciuti|Conferma al personale|Ora non)/,
};

/** The key on which a letter is printed (ITU-T E.161). */
const keyOfLetter = (letter: string) =>
  ['ABC', 'DEF', 'GHI', 'JKL', 'MNO', 'PQRS', 'TUV', 'WXYZ'].findIndex((letters) =>
    letters.includes(letter),
  ) + 2;

/**
 * Walks through a verification as a blind person with twelve keys and a headset: every key press depends
 * only on what was said before.
 *
 * @returns what the kiosk said about the result.
 */
export async function walkBySpeech(
  world: World,
  listener: Listener,
  person: { credential: string; codiceFiscale: string },
): Promise<string> {
  await listener.waitFor(words.show);
  await world.stage.present(person.credential);
  let last = await listener.waitFor(words.type);
  world.stage.clear();
  const press = (character: string) => world.press({ kind: 'character', character });
  for (const character of person.codiceFiscale) {
    listener.forget();
    if (/[0-9]/.test(character)) {
      press(character);
      last = await listener.waitFor(new RegExp(`^${character}\\b`));
      continue;
    }
    press(String(keyOfLetter(character)));
    const choices = await listener.waitFor(/^([A-Z] \d(, )?)+$/);
    const place = new RegExp(`${character} (\\d)`).exec(choices)?.[1];
    if (place === undefined) {
      throw new Error(`The voice offered no place for a letter: ${choices.length} characters`);
    }
    press(place);
    last = await listener.waitFor(new RegExp(`^${character}\\b`));
  }
  if (!words.complete.test(last)) {
    throw new Error('The voice did not say that the code is complete');
  }
  press('#');
  await listener.waitFor(words.checking);
  return await listener.waitFor(words.end);
}
