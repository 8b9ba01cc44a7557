import { show } from './answer.ts';
import { startEntry } from './code-entry.ts';
import { stay } from './rest.ts';
import type { Event, SessionConfig, State, Step } from './state.ts';

/** A code that proved itself begins a session; while one is on, a second code is nobody's business. */
export function read(state: State, event: Event & { name: 'read' }, config: SessionConfig): Step {
  if (state.phase.name !== 'idle' && state.phase.name !== 'refusing') {
    return stay(state);
  }
  const { link, list } = state.parts;
  if (link !== 'up' && list?.state !== 'usable') {
    const reason = list?.state === 'tooOld' ? 'listTooOld' : 'unavailable';
    const { requestId } = event;
    return show(state, { requestId, verdict: { outcome: 'unconfirmed', reason } }, config);
  }
  return {
    state: {
      ...state,
      over: 'nothing',
      phase: {
        name: 'entering',
        requestId: event.requestId,
        credentialId: event.credentialId,
        liveIssuedAt: event.liveIssuedAt,
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

/** A code that can't be used is said in its own words. */
export function unusable(
  state: State,
  event: Event & { name: 'unusable' },
  config: SessionConfig,
): Step {
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
