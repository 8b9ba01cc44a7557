import type { Key } from '../../hardware/ports.ts';
import { translateKey } from './code-entry.ts';
import { nextLanguage } from './next-language.ts';
import { clear, stay } from './rest.ts';
import type { SessionConfig, State, Step } from './state.ts';
import { accept, confirm, retype, type } from './typing.ts';

/** What a key does; the standing keys do the same on every screen. */
export function key(state: State, raw: Key, config: SessionConfig): Step {
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
