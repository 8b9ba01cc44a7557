import type { Key } from '../../hardware/ports.ts';
import { fromCard } from '../../shared/codice-fiscale/card.ts';
import { parse, type Refused } from '../../shared/codice-fiscale/parse.ts';
import { suggest } from '../../shared/codice-fiscale/suggest.ts';
import type { Verdict } from '../../shared/verdict.ts';
import { fillEntry, pressKey, startEntry, translateKey } from './code-entry.ts';
import { echoOf } from './entry-echo.ts';
import type { Effect, Event, Parts, Phase, SessionConfig, State, Step } from './state.ts';
import { nextLanguage } from './texts/language.ts';

/** The state of a kiosk that has just been switched on. */
export function initialState(config: SessionConfig): State {
  return {
    phase: { name: 'starting' },
    parts: { scanner: 'opening', turnstile: 'ready', link: 'opening' },
    language: config.language,
    help: false,
  };
}

/**
 * The session: what follows from an event, as data. It does nothing itself.
 *
 * | phase        | read     | unusable | card  | key            | verdict (own id)  | timeout        | parts        |
 * |--------------|----------|----------|-------|----------------|-------------------|----------------|--------------|
 * | starting     | –        | –        | –     | language, help | –                 | own language   | idle if able |
 * | outOfService | –        | –        | –     | language, help | –                 | own language   | idle if able |
 * | idle         | entering | refusing | –     | language, help | –                 | own language   | outOfService |
 * | refusing     | entering | refusing | –     | end → idle     | –                 | idle           | relay lost   |
 * | entering     | –        | –        | fills | types, confirm | –                 | warned, idle   | relay lost   |
 * | verifying    | –        | –        | –     | end → idle     | showing (+ relay) | showing “can't check” | –     |
 * | showing      | –        | –        | –     | end → idle     | –                 | idle           | –            |
 *
 * `–`: nothing changes. With the link down and no list that may be used, a `read` goes straight to showing
 * “can't check now”, so that nobody types sixteen characters for nothing. A verdict whose id is not the session's is late and is
 * dropped. The turnstile opens in one place only: on `granted`, on the way from verifying to showing.
 * `turnstileOpened` and `turnstileFailed` change only what showing says. Every way out of a person's
 * phase is {@link clear}, which keeps nothing and returns to the kiosk's own language.
 */
export function step(state: State, event: Event, config: SessionConfig): Step {
  switch (event.name) {
    case 'scanner':
      return settleParts(state, { ...state.parts, scanner: event.state }, config);
    case 'turnstile':
      return settleParts(state, { ...state.parts, turnstile: event.state }, config);
    case 'link':
      return settleParts(state, { ...state.parts, link: event.state }, config);
    case 'list':
      return stay({ ...state, parts: { ...state.parts, list: event.list } });
    case 'read':
      return read(state, event, config);
    case 'unusable':
      return unusable(state, event, config);
    case 'card':
      return card(state, event.text, config);
    case 'key':
      return key(state, event.key, config);
    case 'verdict':
      return state.phase.name === 'verifying' && state.phase.requestId === event.requestId
        ? show(state, event.requestId, event.verdict, config, event.source)
        : stay(state);
    case 'turnstileOpened':
      return relay(state, event.requestId, 'opened');
    case 'turnstileFailed':
      return relay(state, event.requestId, 'failed');
    case 'timeout':
      return timeout(state, config);
  }
}

function stay(state: State): Step {
  return { state, effects: [] };
}

/** Ends the session: nothing of the person stays, not even the language they chose. */
function clear(state: State, config: SessionConfig): Step {
  const phase = restingPhase(state.parts);
  return {
    state: { ...state, phase, language: config.language, help: false },
    effects: [
      { name: 'stopTimer' },
      { name: 'signal', signal: phase.name === 'outOfService' ? 'askStaff' : 'off' },
      { name: 'expect', symbologies: ['qr'] },
    ],
  };
}

/** Where a kiosk with these parts waits for the next person. */
function restingPhase(parts: Parts): Phase {
  if (parts.scanner === 'lost') {
    return { name: 'outOfService', reason: 'scanner' };
  }
  if (parts.turnstile === 'lost') {
    return { name: 'outOfService', reason: 'turnstile' };
  }
  const starting = parts.scanner === 'opening' || parts.link === 'opening';
  return { name: starting ? 'starting' : 'idle' };
}

function settleParts(state: State, parts: Parts, config: SessionConfig): Step {
  const next = { ...state, parts };
  switch (state.phase.name) {
    case 'starting':
    case 'outOfService':
    case 'idle':
      return restingPhase(parts).name === state.phase.name && !reasonChanged(state.phase, parts)
        ? stay(next)
        : clear(next, config);
    case 'refusing':
    case 'entering':
      // A scanner lost in mid-session doesn't matter to someone who has been read; a relay does.
      return parts.turnstile === 'lost' ? clear(next, config) : stay(next);
    case 'verifying':
    case 'showing':
      return stay(next);
  }
}

function reasonChanged(phase: Phase, parts: Parts): boolean {
  const resting = restingPhase(parts);
  return (
    phase.name === 'outOfService' &&
    resting.name === 'outOfService' &&
    phase.reason !== resting.reason
  );
}

function read(state: State, event: Event & { name: 'read' }, config: SessionConfig): Step {
  if (state.phase.name !== 'idle' && state.phase.name !== 'refusing') {
    return stay(state);
  }
  const { link, list } = state.parts;
  if (link !== 'up' && list?.state !== 'usable') {
    const reason = list?.state === 'tooOld' ? 'listTooOld' : 'unavailable';
    return show(state, event.requestId, { outcome: 'unconfirmed', reason }, config);
  }
  return {
    state: {
      ...state,
      help: false,
      phase: {
        name: 'entering',
        requestId: event.requestId,
        credentialId: event.credentialId,
        entry: startEntry(config.entryMethod),
        echo: undefined,
        trouble: undefined,
        warned: false,
      },
    },
    effects: [
      { name: 'signal', signal: 'read' },
      { name: 'expect', symbologies: ['qr', 'code39'] },
      { name: 'startTimer', ms: config.entryMs },
    ],
  };
}

function unusable(state: State, event: Event & { name: 'unusable' }, config: SessionConfig): Step {
  const { phase } = state;
  if (phase.name !== 'idle' && phase.name !== 'refusing') {
    return stay(state);
  }
  // "Hold it closer" must not wipe out the reason why a code that was read is no good.
  if (phase.name === 'refusing' && event.problem === 'unreadable') {
    return stay(state);
  }
  return {
    state: { ...state, phase: { name: 'refusing', problem: event.problem } },
    effects: [
      { name: 'signal', signal: event.problem === 'unreadable' ? 'off' : 'askStaff' },
      { name: 'startTimer', ms: config.refusalMs },
    ],
  };
}

function card(state: State, text: string, config: SessionConfig): Step {
  const { phase } = state;
  if (phase.name !== 'entering') {
    return stay(state);
  }
  const code = fromCard(text);
  if (code === undefined) {
    // Another barcode on the same card is no mistake of the person's.
    return stay(state);
  }
  const entry = fillEntry(phase.entry, code);
  return confirm({ ...state, phase: { ...phase, entry } }, config);
}

function key(state: State, raw: Key, config: SessionConfig): Step {
  const { phase } = state;
  const pressed = phase.name === 'entering' ? translateKey(phase.entry, raw) : raw;
  switch (pressed.kind) {
    case 'language':
      return withTimer({ ...state, language: nextLanguage(state.language) }, config);
    case 'help':
      return withTimer({ ...state, help: !state.help }, config);
    case 'repeat':
      return withTimer(state, config);
    case 'end':
      return clear(state, config);
    case 'confirm':
      if (state.help) {
        return withTimer({ ...state, help: false }, config);
      }
      return phase.name === 'entering' ? confirm(state, config) : stay(state);
    case 'accept':
      return accept(state, config);
    case 'character':
    case 'backspace':
    case 'clear':
      return type(state, pressed, config);
  }
}

function type(state: State, pressed: Key, config: SessionConfig): Step {
  const { phase } = state;
  if (phase.name !== 'entering') {
    return stay(state);
  }
  const entry = pressKey(phase.entry, pressed);
  const echo = echoOf(phase.entry, entry);
  return retype({ ...state, help: false }, { ...phase, entry, echo, trouble: undefined }, config);
}

/** Takes what was suggested into the entry; the person still confirms it. */
function accept(state: State, config: SessionConfig): Step {
  const { phase } = state;
  if (phase.name !== 'entering' || !phase.trouble?.suggestion) {
    return stay(state);
  }
  const entry = fillEntry(phase.entry, phase.trouble.suggestion.code);
  return retype(state, { ...phase, entry, echo: undefined, trouble: undefined }, config);
}

/** Any key extends the time: the warning goes and the timer starts anew. */
function retype(state: State, phase: Phase & { name: 'entering' }, config: SessionConfig): Step {
  return {
    state: { ...state, phase: { ...phase, warned: false } },
    effects: [{ name: 'startTimer', ms: config.entryMs }],
  };
}

/** Language and help give time: to a person typing, and at rest until the kiosk forgets the choice. */
function withTimer(state: State, config: SessionConfig): Step {
  if (state.phase.name === 'entering') {
    return retype(state, state.phase, config);
  }
  return isResting(state.phase)
    ? { state, effects: [{ name: 'startTimer', ms: config.entryMs }] }
    : stay(state);
}

function confirm(state: State, config: SessionConfig): Step {
  const { phase } = state;
  if (phase.name !== 'entering') {
    return stay(state);
  }
  const parsed = parse(phase.entry.characters);
  const accepted = parsed.ok ? parsed : secondThought(phase, parsed);
  if (!accepted) {
    const [problem] = parsed.ok ? [] : parsed.problems;
    const [suggestion] = suggest(phase.entry.characters);
    const trouble = problem ? { problem, suggestion } : undefined;
    return retype(state, { ...phase, echo: undefined, trouble }, config);
  }
  return {
    state: { ...state, help: false, phase: { name: 'verifying', requestId: phase.requestId } },
    effects: [
      {
        name: 'verify',
        requestId: phase.requestId,
        credentialId: phase.credentialId,
        codiceFiscale: accepted.code,
      },
      { name: 'expect', symbologies: ['qr'] },
      { name: 'startTimer', ms: config.answerMs },
    ],
  };
}

/**
 * A code whose place of birth is in no list may be of a commune younger than the list: whoever has
 * compared it with the card and confirms it again goes on with it.
 */
function secondThought(phase: Phase & { name: 'entering' }, refused: Refused) {
  const seen = phase.trouble?.problem.code === refused.problems[0]?.code;
  return seen ? refused.doubtful : undefined;
}

function show(
  state: State,
  requestId: string,
  verdict: Verdict,
  config: SessionConfig,
  source?: 'list',
): Step {
  const effects: Effect[] = [];
  if (verdict.outcome === 'granted') {
    effects.push({ name: 'openTurnstile', requestId, pulseMs: config.pulseMs });
  }
  effects.push(
    { name: 'signal', signal: signalOf(verdict) },
    { name: 'startTimer', ms: config.verdictMs },
  );
  return {
    state: {
      ...state,
      help: false,
      phase: {
        name: 'showing',
        requestId,
        verdict,
        turnstile: 'shut',
        ...(source ? { source } : {}),
      },
    },
    effects,
  };
}

function signalOf(verdict: Verdict) {
  switch (verdict.outcome) {
    case 'granted':
      return 'granted';
    case 'denied':
      return 'refused';
    case 'unconfirmed':
    case 'otpRequired':
    case 'throttled':
      return 'askStaff';
  }
}

function relay(state: State, requestId: string, turnstile: 'opened' | 'failed'): Step {
  const { phase } = state;
  if (phase.name !== 'showing' || phase.requestId !== requestId) {
    return stay(state);
  }
  return {
    state: { ...state, phase: { ...phase, turnstile } },
    effects: turnstile === 'failed' ? [{ name: 'signal', signal: 'askStaff' }] : [],
  };
}

function timeout(state: State, config: SessionConfig): Step {
  const { phase } = state;
  switch (phase.name) {
    case 'entering':
      if (phase.warned) {
        return clear(state, config);
      }
      return {
        state: { ...state, phase: { ...phase, warned: true } },
        effects: [
          { name: 'signal', signal: 'read' },
          { name: 'startTimer', ms: config.warningMs },
        ],
      };
    case 'verifying': {
      const verdict: Verdict = { outcome: 'unconfirmed', reason: 'unavailable' };
      return show(state, phase.requestId, verdict, config);
    }
    case 'starting':
    case 'outOfService':
    case 'idle':
    case 'refusing':
    case 'showing':
      return clear(state, config);
  }
}

function isResting(phase: Phase): boolean {
  return phase.name === 'starting' || phase.name === 'outOfService' || phase.name === 'idle';
}
