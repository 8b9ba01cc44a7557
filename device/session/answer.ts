import type { Verdict } from '../../shared/verdict.ts';
import { startOneTime } from './code-entry.ts';
import type { Receipt } from './receipt.ts';
import { stay } from './rest.ts';
import type { Effect, Event, SessionConfig, State, Step } from './state.ts';

/** An answer counts for the session's own request only, and once. */
export function answered(
  state: State,
  event: Event & { name: 'verdict' },
  config: SessionConfig,
): Step {
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

/** Shows a verdict. The turnstile opens here and nowhere else, on `granted` alone. */
export function show(
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

/** What became of the relay changes only what is shown. */
export function relay(state: State, requestId: string, turnstile: 'opened' | 'failed'): Step {
  const { phase } = state;
  if (phase.name !== 'showing' || phase.requestId !== requestId) {
    return stay(state);
  }
  return {
    state: { ...state, phase: { ...phase, turnstile } },
    effects: turnstile === 'failed' ? [{ name: 'signal', signal: 'askStaff' }] : [],
  };
}
