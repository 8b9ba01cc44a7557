import { isolated } from '../../shared/isolated-text.ts';
import { infoOf } from '../../shared/language.ts';
import { faceOf } from './face.ts';
import { kioskWords } from './kiosk-words.ts';
import { receiptTime } from './receipt.ts';
import type { ReceiptView, Screen, Site } from './screen.ts';
import { entryView } from './shown-entry.ts';
import { spokenOf } from './spoken.ts';
import type { State } from './state.ts';
import type { KioskWords, ScreenWords } from './words/words.ts';

/** The screen of a state. Pure: the same state always gives the same screen. */
export function screenOf(state: State, site: Site = {}): Screen {
  const texts = kioskWords[state.language];
  const entry = entryView(state, texts);
  const face = faceOf(state);
  const over = overView(state, texts, site);
  const { phase } = state;
  return {
    name: phase.name,
    language: state.language,
    ...face,
    spoken: spokenOf(state, face, entry),
    entry,
    help: over,
    over: over && state.over,
    receipt: receiptView(state, texts),
    selfTest: phase.name === 'selfTest' ? phase.results : undefined,
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
      return {
        title,
        text: site.controller ? `${text} ${controller(isolated(site.controller))}` : text,
      };
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
      [words.gate, isolated(gate)],
      [words.policy, isolated(policy)],
      [words.time, receiptTime(at, language)],
    ],
  };
}
