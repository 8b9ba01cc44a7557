import type { Verdict } from '../../shared/verdict.ts';
import { CODE_LENGTH, maskEntry } from './code-entry.ts';
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
  /** Help stands over the screen. */
  help?: Words;
  keys: Texts['keys'];
  languageName: string;
  /** For staff, not for the person: why the gate can't check, with its words. */
  staff?: 'linkDown';
  staffLine?: string;
}

/** The code being typed, as it may be shown. */
export interface EntryView {
  masked: string;
  entered: number;
  length: number;
  progress: string;
  problem?: string;
  warning?: string;
}

/** The screen of a state. Pure: the same state always gives the same screen. */
export function screenOf(state: State): Screen {
  const texts = textsOf(state.language);
  const entry = entryView(state.phase, texts);
  return {
    name: state.phase.name,
    language: state.language,
    ...faceOf(state.phase, texts),
    ...(entry ? { entry } : {}),
    ...(state.help ? { help: texts.help } : {}),
    keys: texts.keys,
    languageName: texts.languageName,
    ...(state.parts.link === 'down' ? { staff: 'linkDown', staffLine: texts.linkDown } : {}),
  };
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

function entryView(phase: Phase, texts: Texts): EntryView | undefined {
  if (phase.name !== 'entering') {
    return undefined;
  }
  const entered = phase.entry.characters.length;
  return {
    masked: maskEntry(phase.entry),
    entered,
    length: CODE_LENGTH,
    progress: texts.entering.progress(entered, CODE_LENGTH),
    ...(phase.problem ? { problem: texts.entering.notACodiceFiscale } : {}),
    ...(phase.warned ? { warning: texts.entering.warning } : {}),
  };
}
