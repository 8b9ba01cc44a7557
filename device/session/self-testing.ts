import { clear, isResting, stay } from './rest.ts';
import type { Event, SessionConfig, State, Step } from './state.ts';
import { allPassed } from './tested-parts.ts';

/** A test that hangs is over after so long, in milliseconds. */
const SELF_TEST_MS_MAX = 60_000;

/** A self-test begins only where nobody is served. */
export function startSelfTest(state: State, config: SessionConfig): Step {
  if (!isResting(state.phase)) {
    return stay(state);
  }
  return {
    state: { ...state, over: 'nothing', phase: { name: 'selfTest', results: undefined } },
    effects: [{ name: 'startTimer', ms: SELF_TEST_MS_MAX + config.selfTestMs }],
  };
}

/** What failed stays on the screen for a while; where nothing did, the gate is open at once. */
export function finishSelfTest(
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
