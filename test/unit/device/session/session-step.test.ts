import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { startEntry, startOneTime } from '../../../../device/session/code-entry.ts';
import { screenOf } from '../../../../device/session/screen-of.ts';
import { initialState, step } from '../../../../device/session/session-step.ts';
import type {
  Effect,
  Event,
  Phase,
  SessionConfig,
  State,
} from '../../../../device/session/state.ts';
import { modes } from '../../../../device/session/state.ts';
import type { SelfTestResult } from '../../../../device/session/tested-parts.ts';
import { languages } from '../../../../shared/language.ts';
import type { Verdict } from '../../../../shared/verdict.ts';

const config: SessionConfig = {
  language: 'it',
  mode: 'museum',
  receipt: 'printed',
  selfTestMs: 10_000,
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

const confirming = (characters: string, warned = false): Phase & { name: 'confirming' } => ({
  name: 'confirming',
  requestId: 'r1',
  credentialId: 'c1',
  entry: { ...startOneTime('direct'), characters },
  echo: undefined,
  trouble: undefined,
  warned,
});

const verifying = (asked: 'codiceFiscale' | 'oneTimeCode') =>
  ({ name: 'verifying', requestId: 'r1', credentialId: 'c1', asked }) as const;
const showing = (verdict: Verdict) =>
  ({ name: 'showing', requestId: 'r1', verdict, receipt: undefined, turnstile: 'shut' }) as const;
const failed: readonly SelfTestResult[] = [{ part: 'disk', result: 'failed', code: 'diskLow' }];
const receipt = { number: '1F3A-9C20-77DE', gate: 'Gate 1', policy: 'museum', at: 0 };

/** One state for every phase, each able to serve. */
const phases = {
  starting: { name: 'starting' },
  outOfService: { name: 'outOfService', reason: 'scanner' },
  idle: { name: 'idle' },
  refusing: { name: 'refusing', problem: 'foreignHost' },
  entering: entering(code),
  warned: entering(code, true),
  confirming: confirming('123456'),
  confirmingWarned: confirming('123456', true),
  verifying: verifying('codiceFiscale'),
  verifyingCode: verifying('oneTimeCode'),
  showing: showing(denied),
  granted: showing(granted),
  updating: { name: 'updating' },
  selfTest: { name: 'selfTest', results: undefined },
  selfTestFailed: { name: 'selfTest', results: failed },
} satisfies Record<string, Phase>;
type PhaseName = keyof typeof phases;

function stateOf(name: PhaseName): State {
  const scanner =
    name === 'starting' ? 'opening' : name === 'outOfService' ? 'lost' : ('ready' as const);
  return {
    phase: phases[name],
    parts: {
      scanner,
      turnstile: 'ready',
      keypad: 'ready',
      link: 'up',
      service: name === 'updating' ? 'updating' : 'open',
    },
    mode: 'museum',
    language: 'de',
    over: 'nothing',
    look: { contrast: 'high', letters: 'large' },
    again: false,
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
  privacy: { name: 'key', key: { kind: 'privacy' } },
  contrast: { name: 'key', key: { kind: 'contrast' } },
  largeText: { name: 'key', key: { kind: 'largeText' } },
  volume: { name: 'key', key: { kind: 'volume' } },
  verdict: { name: 'verdict', requestId: 'r1', verdict: granted, nextRequestId: 'r3', receipt },
  otp: {
    name: 'verdict',
    requestId: 'r1',
    verdict: { outcome: 'otpRequired', expiresInMs: 300_000 },
    nextRequestId: 'r3',
  },
  lateVerdict: { name: 'verdict', requestId: 'r0', verdict: granted, nextRequestId: 'r3' },
  opened: { name: 'turnstileOpened', requestId: 'r1' },
  openedLate: { name: 'turnstileOpened', requestId: 'r0' },
  openFailed: { name: 'turnstileFailed', requestId: 'r1' },
  timeout: { name: 'timeout' },
  scannerReady: { name: 'scanner', state: 'ready' },
  scannerLost: { name: 'scanner', state: 'lost' },
  turnstileLost: { name: 'turnstile', state: 'lost' },
  keypadLost: { name: 'keypad', state: 'lost' },
  close: { name: 'service', state: 'closed' },
  update: { name: 'service', state: 'updating' },
  reopen: { name: 'service', state: 'open' },
  selfTestStarted: { name: 'selfTestStarted' },
  selfTestPassed: { name: 'selfTestDone', results: [{ part: 'disk', result: 'passed' }] },
  selfTestFailed: { name: 'selfTestDone', results: failed },
  linkUp: { name: 'link', state: 'up' },
  linkDown: { name: 'link', state: 'down' },
} satisfies Record<string, Event>;
type EventName = keyof typeof events;

/**
 * What every pair gives: the next phase, then the effects by name. A `=` alone: the phase stays as it
 * is, with no effect. `out`: outOfService.
 */
const rest = 'stopTimer resetVolume signal expect';
const table: Record<PhaseName, Record<EventName, string>> = {
  starting: { ...restingRow('starting'), scannerReady: `idle ${rest}` },
  outOfService: {
    ...restingRow('out'),
    scannerReady: `idle ${rest}`,
    scannerLost: '=',
    turnstileLost: '=',
    keypadLost: '=',
  },
  updating: {
    ...restingRow('updating'),
    scannerLost: '=',
    turnstileLost: '=',
    keypadLost: '=',
    update: '=',
    reopen: `idle ${rest}`,
  },
  idle: {
    ...restingRow('idle'),
    read: 'entering signal expect startTimer',
    unusable: 'refusing signal startTimer',
    unreadable: 'refusing signal startTimer',
  },
  refusing: {
    ...standing('='),
    read: 'entering signal expect startTimer',
    unusable: 'refusing signal startTimer',
    end: `idle ${rest}`,
    timeout: `idle ${rest}`,
    turnstileLost: `out ${rest}`,
    keypadLost: `out ${rest}`,
  },
  entering: {
    ...typingRow('entering'),
    card: 'verifying verify startTimer',
    confirm: 'verifying verify startTimer',
    timeout: 'entering signal startTimer',
  },
  warned: {
    ...typingRow('entering'),
    card: 'verifying verify startTimer',
    confirm: 'verifying verify startTimer',
    timeout: `idle ${rest}`,
  },
  confirming: {
    ...typingRow('confirming'),
    confirm: 'verifying verifyCode startTimer',
    timeout: 'confirming signal startTimer',
  },
  confirmingWarned: {
    ...typingRow('confirming'),
    confirm: 'verifying verifyCode startTimer',
    timeout: `idle ${rest}`,
  },
  verifying: verifyingRow(),
  verifyingCode: verifyingRow(),
  showing: shownRow(),
  granted: shownRow(),
  selfTest: {
    ...same(),
    volume: '= turnVolume',
    end: `idle ${rest}`,
    timeout: `idle ${rest}`,
    selfTestPassed: `idle ${rest}`,
    selfTestFailed: 'selfTest signal startTimer',
  },
  selfTestFailed: {
    ...same(),
    volume: '= turnVolume',
    end: `idle ${rest}`,
    timeout: `idle ${rest}`,
    selfTestPassed: `idle ${rest}`,
    selfTestFailed: 'selfTest signal startTimer',
  },
};

function same(): Record<EventName, string> {
  const names = Object.keys(events) as EventName[];
  return Object.fromEntries(names.map((name) => [name, '='])) as Record<EventName, string>;
}

/** The keys that stand on every screen, each giving time. */
function standing(phase: string): Record<EventName, string> {
  const keys = ['help', 'language', 'repeat', 'privacy', 'contrast', 'largeText'];
  return {
    ...same(),
    ...Object.fromEntries(keys.map((name) => [name, `${phase} startTimer`])),
    volume: `${phase} turnVolume startTimer`,
  };
}

function restingRow(phase: string): Record<EventName, string> {
  return {
    ...standing('='),
    end: `${phase} ${rest}`,
    timeout: `${phase} ${rest}`,
    scannerLost: `out ${rest}`,
    turnstileLost: `out ${rest}`,
    keypadLost: `out ${rest}`,
    close: `out ${rest}`,
    update: `updating ${rest}`,
    selfTestStarted: 'selfTest startTimer',
  };
}

function typingRow(phase: string): Record<EventName, string> {
  const typed = `${phase} startTimer`;
  return {
    ...standing(phase),
    character: typed,
    backspace: typed,
    clear: typed,
    end: `idle ${rest}`,
    turnstileLost: `out ${rest}`,
    keypadLost: `out ${rest}`,
  };
}

function verifyingRow(): Record<EventName, string> {
  return {
    ...same(),
    volume: '= turnVolume',
    end: `idle ${rest}`,
    verdict: 'showing openTurnstile print signal startTimer',
    otp: 'confirming signal startTimer',
    timeout: 'showing signal startTimer',
  };
}

function shownRow(): Record<EventName, string> {
  return {
    ...standing('='),
    end: `idle ${rest}`,
    timeout: `idle ${rest}`,
    openFailed: 'showing signal',
  };
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
        { name: 'verdict', requestId: 'r1', verdict, nextRequestId: 'r3' },
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
      expect(['starting', 'outOfService', 'updating', 'idle']).toContain(state.phase.name);
      expect(state).toMatchObject({ language: 'it', over: 'nothing' });
      expect(state.look).toEqual({ contrast: 'usual', letters: 'usual' });
      expect(JSON.stringify(state)).not.toMatch(/c2|r2|r3/);
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
        const resting = ['starting', 'outOfService', 'updating', 'idle'].includes(state.phase.name);
        expect(running || resting).toBe(true);
      }
    }),
  );
});

describe('the one-time code', () => {
  const asked = step(stateOf('verifying'), events.otp, config).state;
  const press = (state: State, characters: string) =>
    [...characters].reduce(
      (next, character) =>
        step(next, { name: 'key', key: { kind: 'character', character } }, config).state,
      state,
    );

  test('is typed on the same keys and sent with an id of its own', () => {
    expect(asked.phase).toMatchObject({ name: 'confirming', requestId: 'r3', credentialId: 'c1' });
    const next = step(press(asked, '12A3456'), events.confirm, config);
    expect(next.effects[0]).toEqual({
      name: 'verifyCode',
      requestId: 'r3',
      credentialId: 'c1',
      code: '123456',
    });
    expect(JSON.stringify(next.state)).not.toContain('123456');
  });

  test('is masked but for its last digit, and takes no more than six', () => {
    expect(screenOf(press(asked, '1234567')).entry).toMatchObject({ masked: '•••••6', length: 6 });
  });

  test('that is too short is not sent', () => {
    const next = step(press(asked, '12345'), events.confirm, config);
    expect(next.effects.map(({ name }) => name)).toEqual(['startTimer']);
    expect(screenOf(next.state).entry?.problem).toBeTruthy();
  });

  test('that is wrong is asked for again, and said so', () => {
    const again = step(stateOf('verifyingCode'), events.otp, config).state;
    expect(again.phase).toMatchObject({ name: 'confirming', trouble: 'wrong', requestId: 'r3' });
    expect(screenOf(again).entry?.problem).toBeTruthy();
  });
});

test('a second code while somebody is at the gate changes nothing', () => {
  for (const name of ['entering', 'confirming', 'verifying', 'showing'] as const) {
    const state = stateOf(name);
    expect(step(state, events.read, config)).toEqual({ state, effects: [] });
  }
});

test('a gate that is closed by command serves the person at it, and then nobody', () => {
  const closing = step(stateOf('entering'), events.close, config).state;
  expect(closing.phase.name).toBe('entering');
  const closed = step(closing, events.end, config).state;
  expect(closed.phase).toEqual({ name: 'outOfService', reason: 'command' });
  expect(step(closed, events.read, config).state.phase.name).toBe('outOfService');
  expect(step(closed, events.reopen, config).state.phase.name).toBe('idle');
});

test('a receipt is shown only after granted, and printed only where the config says so', () => {
  const shown = step(stateOf('verifying'), events.verdict, { ...config, receipt: 'shown' });
  expect(screenOf(shown.state).receipt?.lines[0]?.[1]).toBe(receipt.number);
  expect(shown.effects.map(({ name }) => name)).not.toContain('print');
  const none = step(stateOf('verifying'), events.verdict, { ...config, receipt: 'none' });
  expect(screenOf(none.state).receipt).toBeUndefined();
  const refused = { ...events.verdict, verdict: denied };
  expect(screenOf(step(stateOf('verifying'), refused, config).state).receipt).toBeUndefined();
});

test('each kind of gate speaks its own words, in every language', () => {
  for (const language of languages) {
    const titles = modes.map((mode) => {
      const { title, text } = screenOf({ ...stateOf('granted'), mode, language });
      return `${title} ${text}`;
    });
    expect(new Set(titles).size).toBe(modes.length);
  }
});

test('no screen has a medical word', () => {
  const medical = /invalid|disab|handicap|behinder|krank|malad|ammalat|patient|medic|bolez/i;
  for (const language of languages) {
    for (const name of Object.keys(phases) as PhaseName[]) {
      for (const over of ['nothing', 'help', 'privacy'] as const) {
        const { title, text, help, spoken } = screenOf({ ...stateOf(name), language, over });
        expect([title, text, help?.text, spoken.text].join(' ')).not.toMatch(medical);
      }
    }
  }
});
