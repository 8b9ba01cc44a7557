import { codiceFiscaleWords } from '../../shared/codice-fiscale/codice-fiscale-words.ts';
import { expectedAfter } from '../../shared/codice-fiscale/expect.ts';
import { problemMessage } from '../../shared/codice-fiscale/problem-message.ts';
import type { Suggestion } from '../../shared/codice-fiscale/suggest.ts';
import { entryProgress, isComplete, maskEntry } from './code-entry.ts';
import { expectedKind } from './entry-echo.ts';
import { possibleLetters } from './entry-letters.ts';
import type { CodeEntry } from './entry-state.ts';
import type { EntryView } from './screen.ts';
import type { Phase, State } from './state.ts';
import type { KioskWords } from './words/words.ts';

/** The code being typed, as it may be shown; nothing where none is typed. */
export function entryView({ phase, language }: State, texts: KioskWords): EntryView | undefined {
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
    warning: phase.warned ? texts.entering.warning : undefined,
  };
  if (phase.name === 'confirming') {
    return {
      ...common,
      positions: [],
      problem: oneTimeProblem(phase, texts),
    };
  }
  if (typeof trouble !== 'object') {
    return { ...common, positions: [] };
  }
  return {
    ...common,
    positions: trouble.problem.positions ?? [],
    problem: problemMessage(trouble.problem, codiceFiscaleWords[language]),
    suggestion: trouble.suggestion && texts.entering.suggestion(changesOf(trouble.suggestion)),
  };
}

function oneTimeProblem(
  { trouble, triesLeft }: Phase & { name: 'confirming' },
  { confirming }: KioskWords,
): string | undefined {
  return trouble === 'wrong' && triesLeft !== undefined
    ? confirming.triesLeft(triesLeft)
    : trouble && confirming[trouble];
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
