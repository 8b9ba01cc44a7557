import type { Verdict } from '../../shared/verdict.ts';
import { kioskWords } from './kiosk-words.ts';
import type { Icon, Tone } from './screen.ts';
import type { Mode, OutOfServiceReason, State } from './state.ts';
import type { KioskWords, ModeWords, ScreenWords } from './words/words.ts';

/** A screen's icon, tone and words. */
export type Face = ScreenWords & { icon: Icon; tone: Tone };

/** What a screen says at first sight, in the person's language and the words of this kind of gate. */
export function faceOf({ phase, parts, language, mode }: State): Face {
  const texts = kioskWords[language];
  const words = modeWords(texts, mode);
  switch (phase.name) {
    case 'starting':
      return { icon: 'wait', tone: 'neutral', ...texts.starting };
    case 'outOfService':
      return outOfService(texts.outOfService[phase.reason], phase.reason, parts.notice);
    case 'updating':
      return { icon: 'wait', tone: 'attention', ...texts.updating };
    case 'enrolling':
      return {
        icon: phase.stage === 'asking' ? 'wait' : 'scan',
        tone: phase.stage === 'waiting' || phase.stage === 'asking' ? 'neutral' : 'attention',
        ...texts.enrolling[phase.stage],
      };
    case 'selfTest':
      return phase.results
        ? { icon: 'staff', tone: 'attention', ...texts.selfTest.failed }
        : { icon: 'wait', tone: 'neutral', ...texts.selfTest.running };
    case 'idle':
      return { icon: 'scan', tone: 'neutral', ...words.idle };
    case 'refusing':
      return { icon: 'staff', tone: 'attention', ...texts.refusing[phase.problem] };
    case 'entering': {
      const { title, text } = words.entering;
      return { icon: 'keypad', tone: 'neutral', title, text };
    }
    case 'confirming': {
      const { title, text } = texts.confirming;
      return { icon: 'keypad', tone: 'neutral', title, text };
    }
    case 'verifying':
      return { icon: 'wait', tone: 'neutral', ...texts.verifying };
    case 'showing': {
      const face = verdictFace(phase.verdict, texts, words);
      return phase.turnstile === 'failed'
        ? { ...face, icon: 'staff', tone: 'attention', text: texts.turnstileFailed }
        : face;
    }
  }
}

/** A site that closed its gate may say so in its own words. */
function outOfService(
  words: ScreenWords,
  reason: OutOfServiceReason,
  notice: string | undefined,
): Face {
  const text = reason === 'command' && notice ? notice : words.text;
  return { icon: 'staff', tone: 'attention', title: words.title, text };
}

/** The words that depend on where the gate stands. */
function modeWords(texts: KioskWords, mode: Mode): ModeWords {
  return mode === 'museum' ? texts : texts.modes[mode];
}

/** A verdict's words; the printed receipt says the same. */
export function verdictFace(verdict: Verdict, texts: KioskWords, words: ModeWords): Face {
  switch (verdict.outcome) {
    case 'granted': {
      const granted = verdict.companion ? words.granted.companion : words.granted.alone;
      return { icon: 'yes', tone: 'positive', ...granted };
    }
    case 'denied':
      return { icon: 'no', tone: 'negative', ...texts[verdict.reason] };
    case 'unconfirmed':
      return { icon: 'staff', tone: 'attention', ...texts[verdict.reason] };
    case 'otpRequired':
      return { icon: 'staff', tone: 'attention', ...texts.otpRequired };
    case 'throttled':
      return {
        icon: 'staff',
        tone: 'attention',
        ...(verdict.needs === 'liveCode' ? texts.needsLiveCode : texts.throttled),
      };
  }
}
