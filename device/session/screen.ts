import { expectedAfter } from '../../shared/codice-fiscale/expect.ts';
import { problemMessage } from '../../shared/codice-fiscale/messages/message.ts';
import type { Suggestion } from '../../shared/codice-fiscale/suggest.ts';
import type { Verdict } from '../../shared/verdict.ts';
import {
  type CodeEntry,
  type EntryMethod,
  entryProgress,
  isComplete,
  maskEntry,
} from './code-entry.ts';
import { echoText, expectedKind, isPrivate } from './entry-echo.ts';
import { possibleLetters } from './entry-letters.ts';
import type { Phase, State } from './state.ts';
import type { Language } from './texts/language.ts';
import { textsOf } from './texts/texts.ts';
import type { Texts, Words } from './texts/words.ts';

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
  entry?: EntryView;
  spoken: Spoken;
  /** Help stands over the screen. */
  help?: Words;
  keys: Texts['keys'];
  languageName: string;
  /** For staff, not for the person: that the gate has no link or answered from its list, in words. */
  staff?: 'linkDown' | 'offlineAnswer';
  staffLine?: string;
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
  problem?: string;
  /** Positions from 1 that the problem is about. */
  positions: readonly number[];
  suggestion?: string;
  warning?: string;
}

/** What is said of a screen; characters of the code go to a headset only (EN 301 549 §5.1.3). */
export interface Spoken {
  text: string;
  private: boolean;
}

/** The screen of a state. Pure: the same state always gives the same screen. */
export function screenOf(state: State): Screen {
  const texts = textsOf(state.language);
  const entry = entryView(state, texts);
  const face = faceOf(state.phase, texts);
  return {
    name: state.phase.name,
    language: state.language,
    ...face,
    spoken: spokenOf(state, face, entry),
    ...(entry ? { entry } : {}),
    ...(state.help ? { help: texts.help } : {}),
    keys: texts.keys,
    languageName: texts.languageName,
    ...staffOf(state, texts),
  };
}

function staffOf({ phase, parts }: State, texts: Texts): Pick<Screen, 'staff' | 'staffLine'> {
  const isFromList = phase.name === 'showing' && phase.source === 'list';
  if (!isFromList && parts.link !== 'down') {
    return {};
  }
  const words = [isFromList ? texts.offlineAnswer : texts.linkDown];
  if (parts.list?.state === 'usable') {
    words.push(texts.listAge(parts.list.ageMinutes));
  } else if (parts.list?.state === 'tooOld') {
    words.push(texts.listUnusable);
  }
  return { staff: isFromList ? 'offlineAnswer' : 'linkDown', staffLine: words.join(' · ') };
}

type Face = Words & { icon: Icon; tone: Tone };

function faceOf(phase: Phase, texts: Texts): Face {
  switch (phase.name) {
    case 'starting':
      return { icon: 'wait', tone: 'neutral', ...texts.starting };
    case 'outOfService':
      return { icon: 'staff', tone: 'attention', ...texts.outOfService[phase.reason] };
    case 'idle':
      return { icon: 'scan', tone: 'neutral', ...texts.idle };
    case 'refusing':
      return { icon: 'staff', tone: 'attention', ...texts.refusing[phase.problem] };
    case 'entering':
      return {
        icon: 'keypad',
        tone: 'neutral',
        title: texts.entering.title,
        text: texts.entering.text,
      };
    case 'verifying':
      return { icon: 'wait', tone: 'neutral', ...texts.verifying };
    case 'showing': {
      const face = verdictFace(phase.verdict, texts);
      return phase.turnstile === 'failed'
        ? { ...face, icon: 'staff', tone: 'attention', text: texts.turnstileFailed }
        : face;
    }
  }
}

function verdictFace(verdict: Verdict, texts: Texts): Face {
  switch (verdict.outcome) {
    case 'granted': {
      const words = verdict.companion ? texts.granted.companion : texts.granted.alone;
      return { icon: 'yes', tone: 'positive', ...words };
    }
    case 'denied':
      return { icon: 'no', tone: 'negative', ...texts[verdict.reason] };
    case 'unconfirmed':
      return { icon: 'staff', tone: 'attention', ...texts[verdict.reason] };
    case 'otpRequired':
      return { icon: 'staff', tone: 'attention', ...texts.otpRequired };
    case 'throttled':
      return { icon: 'staff', tone: 'attention', ...texts.throttled };
  }
}

function entryView({ phase, language }: State, texts: Texts): EntryView | undefined {
  if (phase.name !== 'entering') {
    return undefined;
  }
  const { entry, trouble } = phase;
  const { entered, length } = entryProgress(entry);
  return {
    method: entry.method,
    masked: maskEntry(entry),
    entered,
    length,
    progress: texts.entering.progress(entered, length),
    ...expectedOf(entry),
    keyLetters: entry.method === 'direct' ? {} : keyLettersOf(entry),
    positions: trouble?.problem.positions ?? [],
    ...(trouble ? { problem: problemMessage(trouble.problem, language) } : {}),
    ...(trouble?.suggestion
      ? { suggestion: texts.entering.suggestion(changesOf(trouble.suggestion)) }
      : {}),
    ...(phase.warned ? { warning: texts.entering.warning } : {}),
  };
}

function expectedOf(entry: CodeEntry): { letters: string; digits: boolean } {
  if (isComplete(entry)) {
    return { letters: '', digits: false };
  }
  if (entry.form === 'provisional') {
    return { letters: '', digits: true };
  }
  const expected = expectedAfter(entry.characters);
  // A provisional code begins with a digit, and where no position is fixed yet both may come.
  const digits =
    expected.kind === 'digit' || entry.characters === '' || /^\d+$/.test(entry.characters);
  return { letters: expected.letters, digits };
}

const LETTER_KEYS = ['2', '3', '4', '5', '6', '7', '8', '9'];

function keyLettersOf(entry: CodeEntry): Record<string, string> {
  const kind = expectedKind(entry);
  const letters = kind === 'letter' || kind === 'month' || kind === 'place';
  return Object.fromEntries(
    LETTER_KEYS.map((key) => [key, letters ? possibleLetters(entry.characters, key) : '']),
  );
}

/** Only the characters that a suggestion changes: the code itself stays masked. */
function changesOf({ code, positions }: Suggestion): string {
  return positions.map((position) => `${position}: ${code.charAt(position - 1)}`).join(', ');
}

/** What is said when this screen comes: what the last key did, or else the screen itself. */
function spokenOf(state: State, face: Words, entry: EntryView | undefined): Spoken {
  if (state.help) {
    const { help } = textsOf(state.language);
    return { text: `${help.title}. ${help.text}`, private: false };
  }
  if (state.phase.name !== 'entering' || !entry) {
    return { text: `${face.title}. ${face.text}`, private: false };
  }
  const { echo } = state.phase;
  if (entry.warning) {
    return { text: entry.warning, private: false };
  }
  if (entry.problem) {
    const text = [entry.problem, entry.suggestion].filter(Boolean).join(' ');
    return { text, private: entry.suggestion !== undefined };
  }
  return echo
    ? { text: echoText(echo, state.language), private: isPrivate(echo) }
    : { text: `${face.title}. ${face.text}`, private: false };
}
