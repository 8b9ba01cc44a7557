import type { Language } from '../../shared/language.ts';
import type { EntryMethod } from './entry-state.ts';
import type { Look, Phase, State } from './state.ts';
import type { SelfTestResult } from './tested-parts.ts';
import type { KioskWords, ScreenWords } from './words/words.ts';

/** The result by shape, so that colour is never alone (EN 301 549 §5.1.6, WCAG 1.4.1). */
export type Icon = 'wait' | 'scan' | 'keypad' | 'yes' | 'no' | 'staff';

/** Colour and weight of a screen; the words and the icon say the same without it. */
export type Tone = 'neutral' | 'positive' | 'negative' | 'attention';

/**
 * What is shown and said: plain data, the same for a browser, a character display and a voice.
 * It holds no codice fiscale but the last character typed, and no credential.
 */
export interface Screen {
  name: Phase['name'];
  language: Language;
  icon: Icon;
  tone: Tone;
  title: string;
  text: string;
  entry?: EntryView | undefined;
  spoken: Spoken;
  /** Help or the privacy notice stands over the screen. */
  help?: ScreenWords | undefined;
  over?: State['over'] | undefined;
  receipt?: ReceiptView | undefined;
  /** What the self-test found. */
  selfTest?: readonly SelfTestResult[] | undefined;
  look: Look;
  keys: KioskWords['keys'];
  languageName: string;
  /** For staff, not for the person: that the gate has no link or answered from its list, in words. */
  staff?: 'linkDown' | 'offlineAnswer';
  staffLine?: string;
}

/** A receipt's lines, each with its label. */
export interface ReceiptView {
  heading: string;
  lines: readonly (readonly [label: string, value: string])[];
}

/** The code being typed, as it may be shown. */
export interface EntryView {
  method: EntryMethod;
  masked: string;
  entered: number;
  length: number;
  progress: string;
  /** What may come next: the letters that can stand there, digits, or nothing when it is complete. */
  letters: string;
  digits: boolean;
  /** On twelve keys: the letters that each key can give now. */
  keyLetters: Record<string, string>;
  problem?: string | undefined;
  /** Positions from 1 that the problem is about. */
  positions: readonly number[];
  suggestion?: string | undefined;
  warning?: string | undefined;
}

/** What the config says of the site. */
export interface Site {
  /** Who is responsible for the data, named in the privacy notice. */
  controller?: string | undefined;
}

/** What is said of a screen; characters of the code go to a headset only (EN 301 549 §5.1.3). */
export interface Spoken {
  text: string;
  /** `text` holds characters of the code. */
  private: boolean;
  /** What may be said aloud in place of a private text; without it there is a click. */
  aloud?: string;
}
