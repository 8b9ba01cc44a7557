import type { ExpectedKind } from '../entry-echo.ts';
import type { EntryMethod } from '../entry-state.ts';
import type { CodeProblem, EnrolmentStage, Mode, OutOfServiceReason } from '../state.ts';

/** A screen's words: a title of a few words, and what to do now. Never a medical word. */
export interface ScreenWords {
  title: string;
  text: string;
}

/** All that the kiosk says, in one language. */
export interface KioskWords {
  starting: ScreenWords;
  outOfService: Record<OutOfServiceReason, ScreenWords>;
  updating: ScreenWords;
  /** For whoever sets the kiosk up. */
  enrolling: Record<EnrolmentStage, ScreenWords>;
  selfTest: { running: ScreenWords; failed: ScreenWords };
  idle: ScreenWords;
  refusing: Record<CodeProblem, ScreenWords>;
  entering: ScreenWords & {
    /** "4 of 16 characters", for the screen reader and the voice. */
    progress(entered: number, length: number): string;
    warning: string;
    /** How the code is typed on this gate's keys; nothing where the keys explain themselves. */
    how: Record<EntryMethod, string>;
    /** Characters that may have been meant, each with its position, such as `9: S`. */
    suggestion(changes: string): string;
  };
  /** What the voice says after a press. */
  echo: {
    next: string;
    omocodia: string;
    provisional: string;
    full: string;
    cleared: string;
    takenBack(left: number): string;
    refused: Record<ExpectedKind, string>;
  };
  verifying: ScreenWords;
  granted: { alone: ScreenWords; companion: ScreenWords };
  notCovered: ScreenWords;
  notRecognised: ScreenWords;
  /** The offline list says no; nobody knows why, so that the words blame nothing. */
  notOnList: ScreenWords;
  notInArchive: ScreenWords;
  notCoveredByArchive: ScreenWords;
  unavailable: ScreenWords;
  listTooOld: ScreenWords;
  /** The one-time code is to be typed. */
  confirming: ScreenWords & { short: string; wrong: string };
  otpRequired: ScreenWords;
  throttled: ScreenWords;
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
  help: ScreenWords;
  /** What is done with what is shown here (GDPR art. 13, in short), one key away. */
  privacy: ScreenWords & { controller(name: string): string };
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
  idle: ScreenWords;
  entering: ScreenWords;
  granted: { alone: ScreenWords; companion: ScreenWords };
}
