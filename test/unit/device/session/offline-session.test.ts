import { describe, expect, test } from 'vitest';
import { kioskConfigSchema } from '../../../../device/config.ts';
import { screenOf } from '../../../../device/session/screen-of.ts';
import { initialState, step } from '../../../../device/session/session-step.ts';
import type { Event, ListView, State } from '../../../../device/session/state.ts';
import { languages } from '../../../../shared/language.ts';

const base = { link: { url: 'ws://127.0.0.1/', kioskId: 'k', keyFile: 'f' }, hardware: {} };
const { session } = kioskConfigSchema.parse(base);
const usable: ListView = { state: 'usable', ageMinutes: 12 };

function after(...events: Event[]): State {
  return events.reduce((state, event) => step(state, event, session).state, initialState(session));
}

const ready: Event[] = [
  { name: 'scanner', state: 'ready' },
  { name: 'turnstile', state: 'ready' },
];
const read: Event = { name: 'read', credentialId: '0'.repeat(32), requestId: 'r1' };

describe('a code is read', () => {
  test.each([
    ['the link up', 'up', undefined, { name: 'entering' }],
    ['the link up and an old list', 'up', { state: 'tooOld' }, { name: 'entering' }],
    ['the link down and a list', 'down', usable, { name: 'entering' }],
    [
      'the link down and an old list',
      'down',
      { state: 'tooOld' },
      { name: 'showing', verdict: { outcome: 'unconfirmed', reason: 'listTooOld' } },
    ],
    [
      'the link down and no list',
      'down',
      { state: 'none' },
      { name: 'showing', verdict: { outcome: 'unconfirmed', reason: 'unavailable' } },
    ],
  ] as [string, 'up' | 'down', ListView | undefined, object][])(
    'with %s',
    (_n, link, list, phase) => {
      const events: Event[] = list ? [{ name: 'list', list }] : [];
      const state = after(...ready, ...events, { name: 'link', state: link }, read);
      expect(state.phase).toMatchObject(phase);
    },
  );
});

test.each(languages)(
  '%s: the staff line has the list’s age, what is spoken has not',
  (language) => {
    const verdict = { outcome: 'granted', companion: false } as const;
    const granted = { name: 'showing', requestId: 'r1', verdict, turnstile: 'shut' } as const;
    const showing = { ...granted, receipt: undefined };
    const at = initialState(session);
    const parts = { ...at.parts, link: 'up', list: usable } as const;
    const state: State = { ...at, phase: showing, parts, language };
    const online = screenOf(state, session);
    expect(online.staff).toBeUndefined();
    const offline = screenOf({ ...state, phase: { ...showing, source: 'list' } }, session);
    expect(offline.staff).toBe('offlineAnswer');
    expect(offline.staffLine).toMatch(/ · .*12/);
    const { staff, staffLine, ...rest } = offline;
    expect(rest).toEqual(online);
  },
);

test('a budget that leaves the list no time to answer is no config', () => {
  const offline = { folder: '/var/lib/varco', budgetMs: 2_500 };
  const parsed = kioskConfigSchema.safeParse({ ...base, offline });
  expect(parsed.error?.issues[0]?.path).toEqual(['offline', 'budgetMs']);
  const enough = { ...base, offline, session: { answerMs: 3_500 } };
  expect(kioskConfigSchema.safeParse(enough).success).toBe(true);
});
