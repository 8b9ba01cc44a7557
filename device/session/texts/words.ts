import type { CodeProblem, OutOfServiceReason } from '../state.ts';

/** A screen's words: a title of a few words, and what to do now. Never a medical word. */
export interface Words {
  title: string;
  text: string;
}

/** All that the kiosk says, in one language. */
export interface Texts {
  /** The language's own name, on the language key. */
  languageName: string;
  starting: Words;
  outOfService: Record<OutOfServiceReason, Words>;
  idle: Words;
  refusing: Record<CodeProblem, Words>;
  entering: Words & {
    /** "4 of 16 characters", for the screen reader and the voice. */
    progress(entered: number, length: number): string;
    warning: string;
    /** Characters that may have been meant, each with its position, such as `9: S`. */
    suggestion(changes: string): string;
  };
  verifying: Words;
  granted: { alone: Words; companion: Words };
  notCovered: Words;
  notRecognised: Words;
  notInArchive: Words;
  unavailable: Words;
  listTooOld: Words;
  otpRequired: Words;
  throttled: Words;
  /** Granted, but the relay did not answer: staff opens. */
  turnstileFailed: string;
  /** For staff: the server does not answer. */
  linkDown: string;
  /** For staff: this answer is the offline list's. */
  offlineAnswer: string;
  /** For staff: how old the offline list is, in whole minutes. */
  listAge(minutes: number): string;
  /** For staff: the offline list is too old to be used. */
  listUnusable: string;
  keys: {
    end: string;
    help: string;
    language: string;
    backspace: string;
    clear: string;
    confirm: string;
    /** Takes what is suggested. */
    accept: string;
    /** Letters where a digit stands (omocodia), and back. */
    letters: string;
    digits: string;
    keypad: string;
    close: string;
  };
  help: Words;
}
