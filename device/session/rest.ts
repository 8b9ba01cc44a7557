import type { Parts, Phase, SessionConfig, State, Step } from './state.ts';

/** How a screen looks until somebody asks for more. */
export const usualLook = { contrast: 'usual', letters: 'usual' } as const;

/** Nothing follows. */
export function stay(state: State): Step {
  return { state, effects: [] };
}

/** Ends the session: nothing of the person stays, not even the language they chose. */
export function clear(state: State, config: SessionConfig): Step {
  const phase = restingPhase(state.parts);
  return {
    state: {
      ...state,
      phase,
      mode: config.mode,
      language: config.language,
      over: 'nothing',
      look: usualLook,
    },
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
  if (parts.enrolment) {
    return { name: 'enrolling', stage: parts.enrolment };
  }
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

/** Whether nobody is served: then a self-test may begin. */
export function isResting(phase: Phase): boolean {
  return ['starting', 'outOfService', 'updating', 'enrolling', 'idle'].includes(phase.name);
}

/** Another config is in force: a gate at rest takes its language and kind at once, else when it rests. */
export function reconfigure(state: State, config: SessionConfig): Step {
  return isResting(state.phase) ? clear(state, config) : stay(state);
}

/** A part came or went, or the site wants something else: it takes effect where nobody is disturbed. */
export function settleParts(state: State, parts: Parts, config: SessionConfig): Step {
  const next = { ...state, parts };
  switch (state.phase.name) {
    case 'starting':
    case 'outOfService':
    case 'updating':
    case 'enrolling':
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
  if (phase.name === 'enrolling' && resting.name === 'enrolling') {
    return phase.stage !== resting.stage;
  }
  return (
    phase.name === 'outOfService' &&
    resting.name === 'outOfService' &&
    phase.reason !== resting.reason
  );
}
