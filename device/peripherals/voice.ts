import type { Speaker } from '../../hardware/ports.ts';
import { withoutBidiControls } from '../../shared/isolated-text.ts';
import type { VoiceUse } from '../session/kiosk-session.ts';
import type { Screen } from '../session/screen.ts';

/**
 * Speaks each screen. Characters of a code go to a headset only; without one there
 * is a click in their place, or the part of the sentence that gives nothing away (EN 301 549 §5.1.3).
 */
export class Voice {
  readonly #speaker: Speaker;
  #use: VoiceUse;
  #isPlugged = false;
  #last = '';

  constructor(speaker: Speaker, use: VoiceUse) {
    this.#speaker = speaker;
    this.#use = use;
  }

  /** When the gate speaks from now on. */
  use(use: VoiceUse): void {
    this.#use = use;
  }

  /** A headset came or went; whoever plugs one in is read the present screen. */
  plug(isPlugged: boolean, screen: Screen): void {
    if (isPlugged === this.#isPlugged) {
      return;
    }
    this.#isPlugged = isPlugged;
    this.#speaker.silence();
    if (isPlugged) {
      this.#say(screen);
    }
  }

  /** A key was pressed: what is being said stops at once, whatever the key means. */
  hush(): void {
    this.#speaker.silence();
  }

  /** Says a screen if it says something new, or if a key asks for an answer. */
  present(screen: Screen, isAnswer: boolean): void {
    const text = JSON.stringify([screen.name, screen.language, screen.spoken]);
    if (isAnswer || text !== this.#last) {
      this.#last = text;
      this.#say(screen);
    }
  }

  #say({ spoken, language }: Screen): void {
    if (this.#use === 'headset' && !this.#isPlugged) {
      return;
    }
    const text = spoken.private && !this.#isPlugged ? spoken.aloud : spoken.text;
    if (text === undefined) {
      this.#speaker.click();
    } else {
      this.#speaker.say(withoutBidiControls(text), language);
    }
  }
}
