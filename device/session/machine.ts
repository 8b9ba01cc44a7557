import type { Key } from '../../hardware/ports.ts';
import type { Verdict } from '../../shared/verdict.ts';
import { startEntry, startOneTime, translateKey } from './code-entry.ts';
import type { Receipt } from './receipt.ts';
import { allPassed } from './self-test.ts';
import type { Effect, Event, Parts, Phase, SessionConfig, State, Step } from './state.ts';
import { nextLanguage } from './texts/language.ts';
import { accept, confirm, fillFromCard, retype, type } from './typing.ts';

/** The state of a kiosk that has just been switched on. */
export function initialState(config: SessionConfig): State {
  return {
    phase: { name: 'starting' },
    parts: {
      scanner: 'opening',
      turnstile: 'ready',
      keypad: 'ready',
      link: 'opening',
      service: 'open',
    },
    language: config.language,
    mode: config.mode,
    over: 'nothing',
    look: usualLook,
    again: false,
  };
}

const usualLook = { contrast: 'usual', letters: 'usual' } as const;

/**
 * The session: what follows from an event, as data. It does nothing itself.
 *
 * | phase        | read     | unusable | card  | key            | verdict (own id)   | timeout        | parts        |
 * |--------------|----------|----------|-------|----------------|--------------------|----------------|--------------|
 * | starting     | –        | –        | –     | standing keys  | –                  | own language   | idle if able |
 * | outOfService | –        | –        | –     | standing keys  | –                  | own language   | idle if able |
 * | updating     | –        | –        | –     | standing keys  | –                  | own language   | idle if able |
 * | selfTest     | –        | –        | –     | end → at rest  | –                  | at rest        | –            |
 * | idle         | entering | refusing | –     | standing keys  | –                  | own language   | outOfService |
 * | refusing     | entering | refusing | –     | end → idle     | –                  | idle           | relay lost   |
 * | entering     | –        | –        | fills | types, confirm | –                  | warned, idle   | relay lost   |
 * | confirming   | –        | –        | –     | types, confirm | –                  | warned, idle   | relay lost   |
 * | verifying    | –        | –        | –     | end → idle     | showing (+ relay), or confirming | showing “can't check” | – |
 * | showing      | –        | –        | –     | end → idle     | –                  | idle           | –            |
 *
 * `–`: nothing changes. With the link down and no list to decide from, a `read` goes straight to showing
 * “can't check now”, so that nobody types sixteen characters for nothing. A verdict whose id is not the session's is late and is
 * dropped. The turnstile opens in one place only: on `granted`, on the way from verifying to showing.
 * `turnstileOpened` and `turnstileFailed` change only what showing says. The standing keys (help,
 * privacy, language, contrast, large letters, repeat, volume, End) do the same on every screen; each
 * gives time, but not to an answer that is awaited. A self-test begins only where nobody is served; a
 * service command waits until the person is done. Every way out of a person's phase is {@link clear},
 * which keeps nothing and returns to the kiosk's own language, look and volume.
 */
export function step(before: State, event: Event, config: SessionConfig): Step {
  const again = event.name === 'key' && event.key.kind === 'repeat';
  return advance(before.again === again ? before : { ...before, again }, event, config);
}

function advance(state: State, event: Event, config: SessionConfig): Step {
  switch (event.name) {
    case 'scanner':
      return settleParts(state, { ...state.parts, scanner: event.state }, config);
    case 'turnstile':
      return settleParts(state, { ...state.parts, turnstile: event.state }, config);
    case 'link':
      return settleParts(state, { ...state.parts, link: event.state }, config);
    case 'list':
      return stay({ ...state, parts: { ...state.parts, list: event.list } });
    case 'keypad':
      return settleParts(state, { ...state.parts, keypad: event.state }, config);
    case 'service':
      return settleParts(state, { ...state.parts, service: event.state }, config);
    case 'selfTestStarted':
      return startSelfTest(state, config);
    case 'selfTestDone':
      return finishSelfTest(state, event, config);
    case 'read':
      return read(state, event, config);
    case 'unusable':
      return unusable(state, event, config);
    case 'card':
      return fillFromCard(state, event.text, config);
    case 'key':
      return key(state, event.key, config);
    case 'verdict':
      return answered(state, event, config);
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
    state: { ...state, phase, language: config.language, over: 'nothing', look: usualLook },
    effects: [
      { name: 'stopTimer' },
      { name: 'resetVolume' },
      { name: 'signal', signal: isFaulty(phase) ? 'askStaff' : 'off' },
      { name: 'expect', symbologies: ['qr'] },
    ],
  };
}

/** A gate that a site closed asks for nobody; one that is broken does. */
function isFaulty(phase: Phase): boolean {
  return phase.name === 'outOfService' && phase.reason !== 'command';
}

/** Where a kiosk with these parts waits for the next person. */
function restingPhase(parts: Parts): Phase {
  if (parts.service === 'updating') {
    return { name: 'updating' };
  }
  if (parts.service === 'closed') {
    return { name: 'outOfService', reason: 'command' };
  }
  for (const reason of ['scanner', 'turnstile', 'keypad'] as const) {
    if (parts[reason] === 'lost') {
      return { name: 'outOfService', reason };
    }
  }
  const starting = parts.scanner === 'opening' || parts.link === 'opening';
  return { name: starting ? 'starting' : 'idle' };
}

function settleParts(state: State, parts: Parts, config: SessionConfig): Step {
  const next = { ...state, parts };
  switch (state.phase.name) {
    case 'starting':
    case 'outOfService':
    case 'updating':
    case 'idle':
      return restingPhase(parts).name === state.phase.name && !reasonChanged(state.phase, parts)
        ? stay(next)
        : clear(next, config);
    case 'refusing':
    case 'entering':
    case 'confirming':
      // A scanner lost in mid-session doesn't matter to someone who has been read; relay and keys do.
      return parts.turnstile === 'lost' || parts.keypad === 'lost'
        ? clear(next, config)
        : stay(next);
    case 'selfTest':
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
      over: 'nothing',
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

function key(state: State, raw: Key, config: SessionConfig): Step {
  const { phase } = state;
  const isTyping = phase.name === 'entering' || phase.name === 'confirming';
  const pressed = isTyping ? translateKey(phase.entry, raw) : raw;
  switch (pressed.kind) {
    case 'end':
      return clear(state, config);
    case 'confirm':
      if (state.over !== 'nothing') {
        return withTimer({ ...state, over: 'nothing' }, config);
      }
      return isTyping ? confirm(state, config) : stay(state);
    case 'accept':
      return accept(state, config);
    case 'character':
    case 'backspace':
    case 'clear':
      return type(state, pressed, config);
    case 'volume': {
      const { state: next, effects } = withTimer(state, config);
      return { state: next, effects: [{ name: 'turnVolume' }, ...effects] };
    }
    default:
      return withTimer(standingKey(state, pressed.kind), config);
  }
}

type StandingKey = 'language' | 'help' | 'privacy' | 'repeat' | 'contrast' | 'largeText';

function standingKey(state: State, kind: StandingKey): State {
  const { over, look } = state;
  switch (kind) {
    case 'language':
      return { ...state, language: nextLanguage(state.language) };
    case 'help':
    case 'privacy':
      return { ...state, over: over === kind ? 'nothing' : kind };
    case 'contrast':
      return { ...state, look: { ...look, contrast: look.contrast === 'high' ? 'usual' : 'high' } };
    case 'largeText':
      return { ...state, look: { ...look, letters: look.letters === 'large' ? 'usual' : 'large' } };
    case 'repeat':
      return state;
  }
}

/** A standing key gives time: to a person typing or reading, and at rest until the choice is forgotten. */
function withTimer(state: State, config: SessionConfig): Step {
  const { phase } = state;
  switch (phase.name) {
    case 'entering':
    case 'confirming':
      return retype(state, phase, config);
    case 'refusing':
      return { state, effects: [{ name: 'startTimer', ms: config.refusalMs }] };
    case 'showing':
      return { state, effects: [{ name: 'startTimer', ms: config.verdictMs }] };
    case 'selfTest':
    case 'verifying':
      return stay(state);
    default:
      return { state, effects: [{ name: 'startTimer', ms: config.entryMs }] };
  }
}

function answered(state: State, event: Event & { name: 'verdict' }, config: SessionConfig): Step {
  const { phase } = state;
  if (phase.name !== 'verifying' || phase.requestId !== event.requestId) {
    return stay(state);
  }
  if (event.verdict.outcome !== 'otpRequired') {
    const shown = show(state, event.requestId, event.verdict, config, event.receipt);
    const { phase: showing } = shown.state;
    return event.source && showing.name === 'showing'
      ? { ...shown, state: { ...shown.state, phase: { ...showing, source: event.source } } }
      : shown;
  }
  return {
    state: {
      ...state,
      over: 'nothing',
      phase: {
        name: 'confirming',
        requestId: event.nextRequestId,
        credentialId: phase.credentialId,
        entry: startOneTime(config.entryMethod),
        echo: undefined,
        trouble: phase.asked === 'oneTimeCode' ? 'wrong' : undefined,
        warned: false,
      },
    },
    effects: [
      { name: 'signal', signal: 'read' },
      { name: 'startTimer', ms: config.entryMs },
    ],
  };
}

function startSelfTest(state: State, config: SessionConfig): Step {
  if (!isResting(state.phase)) {
    return stay(state);
  }
  return {
    state: { ...state, over: 'nothing', phase: { name: 'selfTest', results: undefined } },
    effects: [{ name: 'startTimer', ms: SELF_TEST_MS_MAX + config.selfTestMs }],
  };
}

/** A test that hangs is over after so long, in milliseconds. */
const SELF_TEST_MS_MAX = 60_000;

function finishSelfTest(
  state: State,
  { results }: Event & { name: 'selfTestDone' },
  config: SessionConfig,
): Step {
  if (state.phase.name !== 'selfTest') {
    return stay(state);
  }
  if (allPassed(results)) {
    return clear(state, config);
  }
  return {
    state: { ...state, phase: { name: 'selfTest', results } },
    effects: [
      { name: 'signal', signal: 'askStaff' },
      { name: 'startTimer', ms: config.selfTestMs },
    ],
  };
}

function show(
  state: State,
  requestId: string,
  verdict: Verdict,
  config: SessionConfig,
  given?: Receipt,
): Step {
  const effects: Effect[] = [];
  const receipt = verdict.outcome === 'granted' && config.receipt !== 'none' ? given : undefined;
  if (verdict.outcome === 'granted') {
    effects.push({ name: 'openTurnstile', requestId, pulseMs: config.pulseMs });
    if (receipt && config.receipt === 'printed') {
      const { companion } = verdict;
      effects.push({ name: 'print', receipt, companion, language: state.language });
    }
  }
  effects.push(
    { name: 'signal', signal: signalOf(verdict) },
    { name: 'startTimer', ms: config.verdictMs },
  );
  return {
    state: {
      ...state,
      over: 'nothing',
      phase: { name: 'showing', requestId, verdict, receipt, turnstile: 'shut' },
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
    case 'confirming':
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
    case 'updating':
    case 'selfTest':
    case 'idle':
    case 'refusing':
    case 'showing':
      return clear(state, config);
  }
}

function isResting(phase: Phase): boolean {
  return ['starting', 'outOfService', 'updating', 'idle'].includes(phase.name);
}
