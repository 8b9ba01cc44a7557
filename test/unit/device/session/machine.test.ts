import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { startEntry } from '../../../../device/session/code-entry.ts';
import { initialState, step } from '../../../../device/session/machine.ts';
import { screenOf } from '../../../../device/session/screen.ts';
import type {
  Effect,
  Event,
  Phase,
  SessionConfig,
  State,
} from '../../../../device/session/state.ts';
import type { Verdict } from '../../../../shared/verdict.ts';

const config: SessionConfig = {
  language: 'it',
  entryMethod: 'direct',
  entryMs: 40_000,
  warningMs: 20_000,
  verdictMs: 8_000,
  refusalMs: 6_000,
  answerMs: 3_000,
  pulseMs: 1_000,
};

const code = 'RSSMRA80A01H501U';
const granted: Verdict = { outcome: 'granted', companion: false };
const denied: Verdict = { outcome: 'denied', reason: 'notRecognised' };
const unavailable: Verdict = { outcome: 'unconfirmed', reason: 'unavailable' };

const entering = (characters: string, warned = false): Phase & { name: 'entering' } => ({
  name: 'entering',
  requestId: 'r1',
  credentialId: 'c1',
  entry: { ...startEntry('direct'), characters },
  echo: undefined,
  trouble: undefined,
  warned,
});

/** One state for every phase, each able to serve. */
const phases = {
  starting: { name: 'starting' },
  outOfService: { name: 'outOfService', reason: 'scanner' },
  idle: { name: 'idle' },
  refusing: { name: 'refusing', problem: 'foreignHost' },
  entering: entering(code),
  warned: entering(code, true),
  verifying: { name: 'verifying', requestId: 'r1' },
  showing: { name: 'showing', requestId: 'r1', verdict: denied, turnstile: 'shut' },
  granted: { name: 'showing', requestId: 'r1', verdict: granted, turnstile: 'shut' },
} satisfies Record<string, Phase>;
type PhaseName = keyof typeof phases;

function stateOf(name: PhaseName): State {
  const scanner =
    name === 'starting' ? 'opening' : name === 'outOfService' ? 'lost' : ('ready' as const);
  return {
    phase: phases[name],
    parts: { scanner, turnstile: 'ready', link: 'up' },
    language: 'de',
    help: false,
  };
}

const events = {
  read: { name: 'read', credentialId: 'c2', requestId: 'r2' },
  unusable: { name: 'unusable', problem: 'badSignature' },
  unreadable: { name: 'unusable', problem: 'unreadable' },
  card: { name: 'card', text: `*${code}*` },
  wrongCard: { name: 'card', text: 'ABC' },
  character: { name: 'key', key: { kind: 'character', character: 'A' } },
  backspace: { name: 'key', key: { kind: 'backspace' } },
  clear: { name: 'key', key: { kind: 'clear' } },
  confirm: { name: 'key', key: { kind: 'confirm' } },
  accept: { name: 'key', key: { kind: 'accept' } },
  end: { name: 'key', key: { kind: 'end' } },
  help: { name: 'key', key: { kind: 'help' } },
  language: { name: 'key', key: { kind: 'language' } },
  repeat: { name: 'key', key: { kind: 'repeat' } },
  verdict: { name: 'verdict', requestId: 'r1', verdict: granted },
  lateVerdict: { name: 'verdict', requestId: 'r0', verdict: granted },
  opened: { name: 'turnstileOpened', requestId: 'r1' },
  openedLate: { name: 'turnstileOpened', requestId: 'r0' },
  openFailed: { name: 'turnstileFailed', requestId: 'r1' },
  timeout: { name: 'timeout' },
  scannerReady: { name: 'scanner', state: 'ready' },
  scannerLost: { name: 'scanner', state: 'lost' },
  turnstileLost: { name: 'turnstile', state: 'lost' },
  linkUp: { name: 'link', state: 'up' },
  linkDown: { name: 'link', state: 'down' },
} satisfies Record<string, Event>;
type EventName = keyof typeof events;

/**
 * What every pair gives: the next phase, then the effects by name. A `=` alone: the phase stays as it
 * is, with no effect. `out`: outOfService.
 */
const rest = 'stopTimer signal expect';
const table: Record<PhaseName, Record<EventName, string>> = {
  starting: {
    ...same(),
    end: `starting ${rest}`,
    help: '= startTimer',
    language: '= startTimer',
    repeat: '= startTimer',
    timeout: `starting ${rest}`,
    scannerReady: `idle ${rest}`,
    scannerLost: `out ${rest}`,
    turnstileLost: `out ${rest}`,
  },
  outOfService: {
    ...same(),
    end: `out ${rest}`,
    help: '= startTimer',
    language: '= startTimer',
    repeat: '= startTimer',
    timeout: `out ${rest}`,
    scannerReady: `idle ${rest}`,
  },
  idle: {
    ...same(),
    read: 'entering signal expect startTimer',
    unusable: 'refusing signal startTimer',
    unreadable: 'refusing signal startTimer',
    end: `idle ${rest}`,
    help: '= startTimer',
    language: '= startTimer',
    repeat: '= startTimer',
    timeout: `idle ${rest}`,
    scannerLost: `out ${rest}`,
    turnstileLost: `out ${rest}`,
  },
  refusing: {
    ...same(),
    read: 'entering signal expect startTimer',
    unusable: 'refusing signal startTimer',
    end: `idle ${rest}`,
    timeout: `idle ${rest}`,
    turnstileLost: `out ${rest}`,
  },
  entering: { ...enteringRow(), timeout: 'entering signal startTimer' },
  warned: { ...enteringRow(), timeout: `idle ${rest}` },
  verifying: {
    ...same(),
    end: `idle ${rest}`,
    verdict: 'showing openTurnstile signal startTimer',
    timeout: 'showing signal startTimer',
  },
  showing: { ...shownRow(), openFailed: 'showing signal' },
  granted: { ...shownRow(), openFailed: 'showing signal' },
};

function same(): Record<EventName, string> {
  const names = Object.keys(events) as EventName[];
  return Object.fromEntries(names.map((name) => [name, '='])) as Record<EventName, string>;
}

function enteringRow(): Record<EventName, string> {
  const typed = 'entering startTimer';
  return {
    ...same(),
    card: 'verifying verify expect startTimer',
    character: typed,
    backspace: typed,
    clear: typed,
    confirm: 'verifying verify expect startTimer',
    end: `idle ${rest}`,
    help: typed,
    language: typed,
    repeat: typed,
    turnstileLost: `out ${rest}`,
  };
}

function shownRow(): Record<EventName, string> {
  return { ...same(), end: `idle ${rest}`, timeout: `idle ${rest}` };
}

const pairs = (Object.keys(table) as PhaseName[]).flatMap((phase) =>
  (Object.keys(events) as EventName[]).map((event) => [phase, event, table[phase][event]] as const),
);

test.each(pairs)('%s × %s → %s', (phaseName, eventName, expected) => {
  const state = stateOf(phaseName);
  const next = step(state, events[eventName], config);
  const [phase, ...effects] = expected.split(' ');
  const before = state.phase.name;
  const after = phase === '=' ? before : phase === 'out' ? 'outOfService' : phase;
  expect(next.state.phase.name).toBe(after);
  expect(next.effects.map((effect) => effect.name)).toEqual(effects);
});

describe('a verdict', () => {
  test('opens the turnstile only if granted', () => {
    for (const verdict of [
      denied,
      unavailable,
      { outcome: 'throttled', retryAfterMs: 1 } as const,
    ]) {
      const { effects } = step(
        stateOf('verifying'),
        { name: 'verdict', requestId: 'r1', verdict },
        config,
      );
      expect(effects.map((effect) => effect.name)).toEqual(['signal', 'startTimer']);
    }
  });

  test('is “cannot check now” when the answer takes too long, never “no”', () => {
    const { state } = step(stateOf('verifying'), { name: 'timeout' }, config);
    expect(state.phase).toMatchObject({ verdict: unavailable });
    expect(screenOf(state)).toMatchObject({ tone: 'attention', icon: 'staff' });
  });

  test('is “cannot check now” at once when the link is down, and nobody types for nothing', () => {
    const state = step(stateOf('idle'), events.linkDown, config).state;
    const next = step(state, events.read, config);
    expect(next.state.phase).toMatchObject({ name: 'showing', verdict: unavailable });
    expect(next.effects.map((effect) => effect.name)).toEqual(['signal', 'startTimer']);
  });

  test('granted with a relay that fails sends the person to staff', () => {
    const { state } = step(stateOf('granted'), events.openFailed, config);
    expect(screenOf(state)).toMatchObject({ tone: 'attention', icon: 'staff' });
  });
});

test('a code with a wrong check character is not sent, and the person may correct it', () => {
  const wrong = `${code.slice(0, 15)}X`;
  const state = { ...stateOf('entering'), phase: entering(wrong) };
  const next = step(state, events.confirm, config);
  expect(next.state.phase).toMatchObject({ name: 'entering', entry: { characters: wrong } });
  expect(screenOf(next.state).entry?.problem).toBeTruthy();
  const again = step(next.state, events.backspace, config);
  expect(screenOf(again.state).entry?.problem).toBeUndefined();
});

test('a code of a place in no list is sent once the person has confirmed it twice', () => {
  const state = { ...stateOf('entering'), phase: entering('RSSMRA80A01Z999Y') };
  const first = step(state, events.confirm, config);
  expect(first.state.phase).toMatchObject({
    name: 'entering',
    trouble: { problem: { code: 'placeUnknown' } },
  });
  const second = step(first.state, events.confirm, config);
  expect(second.effects[0]).toMatchObject({ name: 'verify', codiceFiscale: 'RSSMRA80A01Z999Y' });
  const corrected = step(first.state, events.backspace, config);
  expect(step(corrected.state, events.confirm, config).state.phase.name).toBe('entering');
});

test('a suggestion is offered, and used only when it is asked for, and then still confirmed', () => {
  const typed = code.replace('S', '5');
  const state = { ...stateOf('entering'), phase: entering(typed) };
  const asked = step(state, events.confirm, config).state;
  expect(asked.phase).toMatchObject({ name: 'entering', entry: { characters: typed } });
  expect(screenOf(asked).entry?.suggestion).toContain('S');
  expect(screenOf(asked).entry?.suggestion).not.toContain(code);
  const taken = step(asked, events.accept, config);
  expect(taken.state.phase).toMatchObject({ name: 'entering', entry: { characters: code } });
  expect(taken.effects.map((effect) => effect.name)).toEqual(['startTimer']);
});

/** Events in any order, as clumsy people, flaky parts and hostile peers would give them. */
const anyEvents = fc.array(fc.constantFrom(...(Object.values(events) as Event[])), {
  maxLength: 60,
});

test('whatever happens, the turnstile opens at most once a request, and only when granted', () => {
  fc.assert(
    fc.property(anyEvents, (happened) => {
      const opened: string[] = [];
      let state = initialState(config);
      for (const event of happened) {
        const next = step(state, event, config);
        for (const effect of next.effects) {
          if (effect.name === 'openTurnstile') {
            expect(event).toMatchObject({ name: 'verdict', verdict: { outcome: 'granted' } });
            expect(state.phase).toMatchObject({ name: 'verifying', requestId: effect.requestId });
            opened.push(effect.requestId);
          }
        }
        state = next.state;
      }
      // Every reading here has the same id, so a second opening would need a second reading.
      const readings = happened.filter((event) => event.name === 'read').length;
      expect(opened.length).toBeLessThanOrEqual(readings);
    }),
    { numRuns: 1_000 },
  );
});

test('whatever happens, time alone clears everything of the person', () => {
  fc.assert(
    fc.property(anyEvents, (happened) => {
      let state = initialState(config);
      for (const event of happened) {
        state = step(state, event, config).state;
      }
      let effects: readonly Effect[] = [];
      for (let index = 0; index < 4; index += 1) {
        ({ state, effects } = step(state, { name: 'timeout' }, config));
      }
      expect(['starting', 'outOfService', 'idle']).toContain(state.phase.name);
      expect(state).toMatchObject({ language: 'it', help: false });
      expect(JSON.stringify(state)).not.toMatch(/c2|r2/);
      expect(effects.some((effect) => effect.name === 'startTimer')).toBe(false);
    }),
  );
});

test('every phase that holds something of a person has a timer running', () => {
  fc.assert(
    fc.property(anyEvents, (happened) => {
      let state = initialState(config);
      let running = false;
      for (const event of happened) {
        const next = step(state, event, config);
        state = next.state;
        running = event.name === 'timeout' ? false : running;
        for (const effect of next.effects) {
          running = effect.name === 'startTimer' || (running && effect.name !== 'stopTimer');
        }
        const resting = ['starting', 'outOfService', 'idle'].includes(state.phase.name);
        expect(running || resting).toBe(true);
      }
    }),
  );
});
