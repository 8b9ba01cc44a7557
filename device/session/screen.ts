import { codiceFiscaleWords } from '../../shared/codice-fiscale/codice-fiscale-words.ts';
import { expectedAfter } from '../../shared/codice-fiscale/expect.ts';
import { problemMessage } from '../../shared/codice-fiscale/problem-message.ts';
import type { Suggestion } from '../../shared/codice-fiscale/suggest.ts';
import { infoOf, type Language } from '../../shared/language.ts';
import {
  type CodeEntry,
  type EntryMethod,
  entryProgress,
  isComplete,
  maskEntry,
} from './code-entry.ts';
import { expectedKind } from './entry-echo.ts';
import { possibleLetters } from './entry-letters.ts';
import { faceOf } from './face.ts';
import { kioskWords } from './kiosk-words.ts';
import { receiptTime } from './receipt.ts';
import { type Spoken, spokenOf } from './spoken.ts';
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
  entry?: EntryView;
  spoken: Spoken;
  /** Help or the privacy notice stands over the screen. */
  help?: ScreenWords;
  over?: State['over'];
  receipt?: ReceiptView;
  /** What the self-test found. */
  selfTest?: readonly SelfTestResult[];
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
  problem?: string;
  /** Positions from 1 that the problem is about. */
  positions: readonly number[];
  suggestion?: string;
  warning?: string;
}

/** What the config says of the site. */
export interface Site {
  /** Who is responsible for the data, named in the privacy notice. */
  controller?: string | undefined;
}

/** The screen of a state. Pure: the same state always gives the same screen. */
export function screenOf(state: State, site: Site = {}): Screen {
  const texts = kioskWords[state.language];
  const entry = entryView(state, texts);
  const face = faceOf(state);
  const over = overView(state, texts, site);
  const receipt = receiptView(state, texts);
  const { phase } = state;
  return {
    name: phase.name,
    language: state.language,
    ...face,
    spoken: spokenOf(state, face, entry),
    ...(entry ? { entry } : {}),
    ...(over ? { help: over, over: state.over } : {}),
    ...(receipt ? { receipt } : {}),
    ...(phase.name === 'selfTest' && phase.results ? { selfTest: phase.results } : {}),
    look: state.look,
    keys: texts.keys,
    languageName: infoOf(state.language).name,
    ...staffOf(state, texts),
  };
}

function staffOf({ phase, parts }: State, texts: KioskWords): Pick<Screen, 'staff' | 'staffLine'> {
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

function overView({ over, phase }: State, texts: KioskWords, site: Site): ScreenWords | undefined {
  switch (over) {
    case 'nothing':
      return undefined;
    case 'help': {
      const how = phase.name === 'entering' ? texts.entering.how[phase.entry.method] : '';
      return { title: texts.help.title, text: `${texts.help.text} ${how}`.trim() };
    }
    case 'privacy': {
      const { title, text, controller } = texts.privacy;
      return { title, text: site.controller ? `${text} ${controller(site.controller)}` : text };
    }
  }
}

function receiptView({ phase, language }: State, texts: KioskWords): ReceiptView | undefined {
  if (phase.name !== 'showing' || !phase.receipt) {
    return undefined;
  }
  const { number, gate, policy, at } = phase.receipt;
  const words = texts.receipt;
  return {
    heading: words.heading,
    lines: [
      [words.number, number],
      [words.gate, gate],
      [words.policy, policy],
      [words.time, receiptTime(at, language)],
    ],
  };
}

function entryView({ phase, language }: State, texts: KioskWords): EntryView | undefined {
  if (phase.name !== 'entering' && phase.name !== 'confirming') {
    return undefined;
  }
  const { entry, trouble } = phase;
  const { entered, length } = entryProgress(entry);
  const common = {
    method: entry.method,
    masked: maskEntry(entry),
    entered,
    length,
    progress: texts.entering.progress(entered, length),
    ...expectedOf(entry),
    keyLetters: entry.method === 'direct' ? {} : keyLettersOf(entry),
    ...(phase.warned ? { warning: texts.entering.warning } : {}),
  };
  if (phase.name === 'confirming') {
    return {
      ...common,
      positions: [],
      ...(phase.trouble ? { problem: texts.confirming[phase.trouble] } : {}),
    };
  }
  if (typeof trouble !== 'object') {
    return { ...common, positions: [] };
  }
  return {
    ...common,
    positions: trouble.problem.positions ?? [],
    problem: problemMessage(trouble.problem, codiceFiscaleWords[language]),
    ...(trouble.suggestion
      ? { suggestion: texts.entering.suggestion(changesOf(trouble.suggestion)) }
      : {}),
  };
}

function expectedOf(entry: CodeEntry): { letters: string; digits: boolean } {
  if (isComplete(entry)) {
    return { letters: '', digits: false };
  }
  if (entry.form !== 'full') {
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
