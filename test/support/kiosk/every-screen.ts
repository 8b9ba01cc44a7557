import { startEntry, startOneTime } from '../../../device/session/code-entry.ts';
import type { EntryMethod } from '../../../device/session/entry-state.ts';
import type { Screen } from '../../../device/session/screen.ts';
import { screenOf } from '../../../device/session/screen-of.ts';
import { initialState, step } from '../../../device/session/session-step.ts';
import type { Event, Phase, SessionConfig, State } from '../../../device/session/state.ts';
import type { Language } from '../../../shared/language.ts';
import type { Verdict } from '../../../shared/verdict.ts';

/** A session's config for tests. */
export const sessionConfig: SessionConfig = {
  language: 'it',
  mode: 'museum',
  receipt: 'shown',
  entryMethod: 'direct',
  entryMs: 60_000,
  warningMs: 20_000,
  verdictMs: 8_000,
  selfTestMs: 10_000,
  refusalMs: 6_000,
  answerMs: 3_000,
  pulseMs: 1_000,
};

const verdicts: Record<string, Verdict> = {
  granted: { outcome: 'granted', companion: false },
  companion: { outcome: 'granted', companion: true },
  notCovered: { outcome: 'denied', reason: 'notCovered' },
  notRecognised: { outcome: 'denied', reason: 'notRecognised' },
  notOnList: { outcome: 'denied', reason: 'notOnList' },
  notInArchive: { outcome: 'unconfirmed', reason: 'notInArchive' },
  notCoveredByArchive: { outcome: 'unconfirmed', reason: 'notCoveredByArchive' },
  unavailable: { outcome: 'unconfirmed', reason: 'unavailable' },
  listTooOld: { outcome: 'unconfirmed', reason: 'listTooOld' },
  throttled: { outcome: 'throttled', retryAfterMs: 1_000 },
  needsLiveCode: { outcome: 'throttled', retryAfterMs: 1_000, needs: 'liveCode' },
};

function typed(method: EntryMethod, characters: string): Phase & { name: 'entering' } {
  const entry = { ...startEntry(method), characters };
  const ids = { requestId: 'r', credentialId: 'c' };
  return { name: 'entering', ...ids, entry, echo: undefined, trouble: undefined, warned: false };
}

function coded(
  method: EntryMethod,
  trouble: 'short' | 'wrong' | undefined,
  triesLeft?: number,
): Phase {
  const entry = { ...startOneTime(method), characters: '123' };
  const ids = { requestId: 'r', credentialId: 'c' };
  return { name: 'confirming', ...ids, entry, echo: undefined, trouble, triesLeft, warned: false };
}

const receipt = { number: '1F3A-9C20-77DE', gate: 'Ingresso est 3', policy: 'musei-2026', at: 0 };

/** Every phase, in all variants that differ on the screen. */
export function everyPhase(): Record<string, Phase> {
  const methods = ['direct', 'keyIndex', 'multiTap'] as const;
  return {
    starting: { name: 'starting' },
    outOfService: { name: 'outOfService', reason: 'turnstile' },
    closed: { name: 'outOfService', reason: 'command' },
    updating: { name: 'updating' },
    enrolling: { name: 'enrolling', stage: 'waiting' },
    notEnrolled: { name: 'enrolling', stage: 'unreachable' },
    selfTest: { name: 'selfTest', results: undefined },
    selfTestFailed: {
      name: 'selfTest',
      results: [
        { part: 'decoder', result: 'passed' },
        { part: 'display', result: 'passed' },
        { part: 'keypad', result: 'failed', code: 'keyStuck' },
        { part: 'disk', result: 'failed', code: 'diskLow' },
      ],
    },
    idle: { name: 'idle' },
    refusing: { name: 'refusing', problem: 'malformed' },
    ...Object.fromEntries(methods.map((method) => [`empty-${method}`, typed(method, '')])),
    ...Object.fromEntries(methods.map((method) => [`typed-${method}`, typed(method, 'RSSM')])),
    warned: { ...typed('direct', 'RSSMRA80'), warned: true },
    wrong: typed('direct', 'R5SMRA80A01H501U'),
    'wrong-keyIndex': typed('keyIndex', 'R5SMRA80A01H501U'),
    'code-direct': coded('direct', undefined),
    'code-wrong': coded('keyIndex', 'wrong'),
    'code-triesLeft': coded('direct', 'wrong', 4),
    verifying: { name: 'verifying', requestId: 'r', credentialId: 'c', asked: 'codiceFiscale' },
    ...Object.fromEntries(
      Object.entries(verdicts).map(([name, verdict]) => [
        name,
        {
          name: 'showing',
          requestId: 'r',
          verdict,
          receipt: verdict.outcome === 'granted' ? receipt : undefined,
          turnstile: 'shut',
        } satisfies Phase,
      ]),
    ),
  };
}

/** Every screen in a language by name, including help, privacy and the display modes. */
export function everyScreen(language: Language): Record<string, Screen> {
  const base: State = {
    ...initialState(sessionConfig),
    parts: {
      scanner: 'ready',
      turnstile: 'ready',
      keypad: 'ready',
      link: 'down',
      service: 'open',
    },
    language,
  };
  const after = (state: State, ...events: Event[]) =>
    events.reduce((next, event) => step(next, event, sessionConfig).state, state);
  const confirm: Event = { name: 'key', key: { kind: 'confirm' } };
  const screens: Record<string, Screen> = {};
  for (const [name, phase] of Object.entries(everyPhase())) {
    const state = name.startsWith('wrong')
      ? after({ ...base, phase }, confirm)
      : { ...base, phase };
    screens[name] = screenOf(state);
  }
  const idle: State = { ...base, phase: { name: 'idle' } };
  const typing: State = { ...base, phase: typed('direct', 'RSSM') };
  const large = { contrast: 'usual', letters: 'large' } as const;
  screens.help = screenOf({ ...typing, over: 'help' });
  screens.helpKeyIndex = screenOf({ ...base, phase: typed('keyIndex', 'RS'), over: 'help' });
  screens.privacy = screenOf({ ...idle, over: 'privacy' }, { controller: 'Fondazione Musei' });
  screens.contrast = screenOf({ ...typing, look: { contrast: 'high', letters: 'usual' } });
  screens.contrastHelp = screenOf({
    ...idle,
    over: 'help',
    look: { contrast: 'high', letters: 'usual' },
  });
  screens.largeIdle = screenOf({ ...idle, look: large });
  screens.largeTyping = screenOf({ ...typing, look: large });
  return screens;
}
