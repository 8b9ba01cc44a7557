import type { Verdict } from '../../shared/verdict.ts';
import { answered, relay, show } from './answer.ts';
import { key } from './keys.ts';
import { read, unusable } from './reading.ts';
import { clear, reconfigure, settleParts, stay, usualLook } from './rest.ts';
import { finishSelfTest, startSelfTest } from './self-testing.ts';
import type { Event, SessionConfig, State, Step } from './state.ts';
import { fillFromCard } from './typing.ts';

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

/**
 * The session: what follows from an event, as data. It does nothing itself.
 *
 * | phase        | read     | unusable | card  | key            | verdict (own id)   | timeout        | parts        |
 * |--------------|----------|----------|-------|----------------|--------------------|----------------|--------------|
 * | starting     | –        | –        | –     | standing keys  | –                  | own language   | idle if able |
 * | outOfService | –        | –        | –     | standing keys  | –                  | own language   | idle if able |
 * | updating     | –        | –        | –     | standing keys  | –                  | own language   | idle if able |
 * | enrolling    | –        | –        | –     | standing keys  | –                  | own language   | idle if enrolled |
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
    case 'service': {
      const { notice } = event;
      return settleParts(state, { ...state.parts, service: event.state, notice }, config);
    }
    case 'enrolment': {
      const enrolment = event.state === 'enrolled' ? undefined : event.state;
      return settleParts(state, { ...state.parts, enrolment }, config);
    }
    case 'configured':
      return reconfigure(state, config);
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
      return show(state, { requestId: phase.requestId, verdict }, config);
    }
    case 'starting':
    case 'outOfService':
    case 'updating':
    case 'enrolling':
    case 'selfTest':
    case 'idle':
    case 'refusing':
    case 'showing':
      return clear(state, config);
  }
}
