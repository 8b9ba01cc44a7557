import { echoText } from './echo-text.ts';
import { type Echo, expectedKind, isPrivate } from './entry-echo.ts';
import type { CodeEntry } from './entry-state.ts';
import { kioskWords } from './kiosk-words.ts';
import type { EntryView, Spoken } from './screen.ts';
import type { State } from './state.ts';
import type { ScreenWords } from './words/words.ts';

/** What is said when this screen comes: what the last key did, or else the screen itself. */
export function spokenOf(state: State, face: ScreenWords, entry: EntryView | undefined): Spoken {
  const texts = kioskWords[state.language];
  const { phase } = state;
  if (state.over !== 'nothing') {
    const { title, text } = texts[state.over];
    const how = state.over === 'help' && entry ? texts.entering.how[entry.method] : '';
    return open(`${title}. ${text} ${how}`);
  }
  if (entry && (phase.name === 'entering' || phase.name === 'confirming')) {
    return typing(state, phase.entry, { face, view: entry, echo: phase.echo });
  }
  if (phase.name === 'showing' && phase.receipt && state.mode !== 'transport') {
    const number = spelled(phase.receipt.number.replaceAll('-', ''));
    return open(`${face.title}. ${face.text} ${texts.receipt.number}: ${number}.`);
  }
  if (phase.name === 'selfTest' && phase.results) {
    const failed = phase.results.filter(({ result }) => result === 'failed');
    return open(`${face.title}: ${failed.map(({ part }) => part).join(', ')}. ${face.text}`);
  }
  return open(`${face.title}. ${face.text}`);
}

interface Typed {
  face: ScreenWords;
  view: EntryView;
  echo: Echo | undefined;
}

function typing(state: State, entry: CodeEntry, { face, view, echo }: Typed): Spoken {
  if (view.warning) {
    return open(view.warning);
  }
  if (state.again || (!echo && !view.problem)) {
    return wholeScreen(state, entry, face, view);
  }
  if (view.problem) {
    return view.suggestion
      ? { text: `${view.problem} ${view.suggestion}`, private: true, aloud: view.problem }
      : open(view.problem);
  }
  if (!echo) {
    return wholeScreen(state, entry, face, view);
  }
  const said = echoText(echo, state.language);
  const hint = echo.kind === 'character' ? hintAfter(entry, state) : '';
  if (!isPrivate(echo)) {
    return open(said);
  }
  return hint
    ? { text: `${said}. ${hint}`, private: true, aloud: hint }
    : { text: said, private: true };
}

/** The screen from its beginning: what is asked, how it is typed, how far it is. */
function wholeScreen(state: State, entry: CodeEntry, face: ScreenWords, view: EntryView): Spoken {
  const texts = kioskWords[state.language];
  const how = entry.form === 'oneTime' ? '' : texts.entering.how[entry.method];
  const asked = `${face.title}. ${face.text} ${how}`.trim();
  if (entry.characters === '') {
    return open(asked);
  }
  const hint = kioskWords[state.language].echo.refused[expectedKind(entry)];
  const aloud = `${asked} ${view.progress}. ${hint}`;
  return {
    text: `${asked} ${view.progress}: ${spelled(entry.characters)}. ${hint}`,
    private: true,
    aloud,
  };
}

/** What comes next, said when it is of another kind than before. */
function hintAfter(entry: CodeEntry, { language }: State): string {
  if (entry.pending.state === 'tapping') {
    return '';
  }
  const before: CodeEntry = {
    ...entry,
    characters: entry.characters.slice(0, -1),
    pending: { state: 'none' },
  };
  const kind = expectedKind(entry);
  return kind === expectedKind(before) ? '' : kioskWords[language].echo.refused[kind];
}

function open(text: string): Spoken {
  return { text: text.trim(), private: false };
}

/** Character by character, so that no voice reads a number or a word. */
function spelled(characters: string): string {
  return [...characters].join(' ');
}
