import type { Key } from '../../hardware/ports.ts';
import { parse, type Refused } from '../../shared/codice-fiscale/parse.ts';
import { suggest } from '../../shared/codice-fiscale/suggest.ts';
import { fromCard } from '../../shared/codice-fiscale/tessera-sanitaria.ts';
import { fillEntry, isComplete, pressKey } from './code-entry.ts';
import { echoOf } from './entry-echo.ts';
import type { Phase, SessionConfig, State, Step } from './state.ts';

/** The phases in which a code is typed. */
export type Typing = Phase & { name: 'entering' | 'confirming' };
type Entering = Phase & { name: 'entering' };
type Confirming = Phase & { name: 'confirming' };

/** A key that types or takes back. */
export function type(state: State, pressed: Key, config: SessionConfig): Step {
  const { phase } = state;
  if (phase.name !== 'entering' && phase.name !== 'confirming') {
    return { state, effects: [] };
  }
  const entry = pressKey(phase.entry, pressed);
  const echo = echoOf(phase.entry, entry);
  const next = { ...state, over: 'nothing' } as const;
  return retype(next, { ...phase, entry, echo, trouble: undefined }, config);
}

/** Takes what was suggested into the entry; the person still confirms it. */
export function accept(state: State, config: SessionConfig): Step {
  const { phase } = state;
  if (phase.name !== 'entering' || !phase.trouble?.suggestion) {
    return { state, effects: [] };
  }
  const entry = fillEntry(phase.entry, phase.trouble.suggestion.code);
  return retype(state, { ...phase, entry, echo: undefined, trouble: undefined }, config);
}

/** Any key extends the time: the warning goes and the timer starts again. */
export function retype(state: State, phase: Typing, config: SessionConfig): Step {
  return {
    state: { ...state, phase: { ...phase, warned: false } },
    effects: [{ name: 'startTimer', ms: config.entryMs }],
  };
}

/** The Tessera Sanitaria's back types the code at once. */
export function fillFromCard(state: State, text: string, config: SessionConfig): Step {
  const { phase } = state;
  const code = phase.name === 'entering' ? fromCard(text) : undefined;
  if (phase.name !== 'entering' || code === undefined) {
    // Another barcode on the same card is no mistake of the person's.
    return { state, effects: [] };
  }
  const entry = fillEntry(phase.entry, code);
  return confirm({ ...state, phase: { ...phase, entry } }, config);
}

/** The code as typed is sent, or what is wrong with it is said. */
export function confirm(state: State, config: SessionConfig): Step {
  switch (state.phase.name) {
    case 'entering':
      return confirmCode(state, state.phase, config);
    case 'confirming':
      return confirmOneTime(state, state.phase, config);
    default:
      return { state, effects: [] };
  }
}

function confirmCode(state: State, phase: Entering, config: SessionConfig): Step {
  const parsed = parse(phase.entry.characters);
  const accepted = parsed.ok ? parsed : secondThought(phase, parsed);
  if (!accepted) {
    const [problem] = parsed.ok ? [] : parsed.problems;
    const [suggestion] = suggest(phase.entry.characters);
    const trouble = problem ? { problem, suggestion } : undefined;
    return retype(state, { ...phase, echo: undefined, trouble }, config);
  }
  const { requestId, credentialId, liveIssuedAt } = phase;
  return {
    state: verifying(state, phase, 'codiceFiscale'),
    effects: [
      { name: 'verify', requestId, credentialId, codiceFiscale: accepted.code, liveIssuedAt },
      { name: 'startTimer', ms: config.answerMs },
    ],
  };
}

function confirmOneTime(state: State, phase: Confirming, config: SessionConfig): Step {
  if (!isComplete(phase.entry)) {
    return retype(state, { ...phase, echo: undefined, trouble: 'short' }, config);
  }
  const { requestId, credentialId, entry } = phase;
  return {
    state: verifying(state, phase, 'oneTimeCode'),
    effects: [
      { name: 'verifyCode', requestId, credentialId, code: entry.characters },
      { name: 'startTimer', ms: config.answerMs },
    ],
  };
}

/** The code itself is gone from the state as soon as it is on its way. */
function verifying(state: State, phase: Typing, asked: 'codiceFiscale' | 'oneTimeCode'): State {
  const { requestId, credentialId } = phase;
  return {
    ...state,
    over: 'nothing',
    phase: { name: 'verifying', requestId, credentialId, asked },
  };
}

/**
 * A code whose place of birth is in no list may be of a commune younger than the list: whoever has
 * compared it with the card and confirms it again goes on with it.
 */
function secondThought(phase: Entering, refused: Refused) {
  const seen = phase.trouble?.problem.code === refused.problems[0]?.code;
  return seen ? refused.doubtful : undefined;
}
