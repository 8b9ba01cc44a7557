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
    return show(state, event, config);
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
        triesLeft: event.verdict.triesLeft,
        warned: false,
      },
    },
    effects: [
      { name: 'signal', signal: 'read' },
      { name: 'startTimer', ms: config.entryMs },
    ],
  };
}

/** What is shown at the end of a session. */
export interface Shown {
  requestId: string;
  verdict: Verdict;
  receipt?: Receipt | undefined;
  source?: 'list' | undefined;
}

/** Shows a verdict. The turnstile opens here and nowhere else, on `granted` alone. */
export function show(state: State, shown: Shown, config: SessionConfig): Step {
  const { requestId, verdict, source } = shown;
  const effects: Effect[] = [];
  const hasReceipt = verdict.outcome === 'granted' && config.receipt !== 'none';
  const receipt = hasReceipt ? shown.receipt : undefined;
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
      phase: { name: 'showing', requestId, verdict, receipt, turnstile: 'shut', source },
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
