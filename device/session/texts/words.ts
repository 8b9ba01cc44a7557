import type { EntryMethod } from '../entry-state.ts';
import type { CodeProblem, EnrolmentStage, Mode, OutOfServiceReason } from '../state.ts';

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
  updating: Words;
  /** For whoever sets the kiosk up. */
  enrolling: Record<EnrolmentStage, Words>;
  selfTest: { running: Words; failed: Words };
  idle: Words;
  refusing: Record<CodeProblem, Words>;
  entering: Words & {
    /** "4 of 16 characters", for the screen reader and the voice. */
    progress(entered: number, length: number): string;
    warning: string;
    /** How the code is typed on this gate's keys; nothing where the keys explain themselves. */
    how: Record<EntryMethod, string>;
    /** Characters that may have been meant, each with its position, such as `9: S`. */
    suggestion(changes: string): string;
  };
  verifying: Words;
  granted: { alone: Words; companion: Words };
  notCovered: Words;
  notRecognised: Words;
  /** The offline list says no; nobody knows why, so that the words blame nothing. */
  notOnList: Words;
  notInArchive: Words;
  unavailable: Words;
  listTooOld: Words;
  /** The one-time code is to be typed. */
  confirming: Words & { short: string; wrong: string };
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
    privacy: string;
    contrast: string;
    largeText: string;
    repeat: string;
    volume: string;
  };
  help: Words;
  /** What is done with what is shown here (GDPR art. 13, in short), one key away. */
  privacy: Words & { controller(name: string): string };
  receipt: {
    heading: string;
    number: string;
    policy: string;
    gate: string;
    time: string;
  };
  /** What another kind of gate says instead. */
  modes: Record<Exclude<Mode, 'museum'>, ModeWords>;
}

/** The words that depend on where a gate stands. */
export interface ModeWords {
  idle: Words;
  entering: Words;
  granted: { alone: Words; companion: Words };
}
