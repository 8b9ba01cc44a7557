import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isStale,
  type LastContact,
  type Presence,
  presenceOf,
  silentFrom,
  siteOutage,
  UPDATE_SILENCE_MAX_MS,
} from '../../../../../server/fleet/state/presence.ts';
import {
  GATHER_MS,
  type PresenceEvent,
  PresenceEvents,
} from '../../../../../server/fleet/state/presence-events.ts';
import type { KioskStatus } from '../../../../../shared/protocol/kiosk-status.ts';

const NOW = 1_790_000_000_000;
const ready = { state: 'ready' } as const;
const lost = { state: 'lost', reason: 'unplugged' } as const;

function heard(ageMs: number, status?: Partial<KioskStatus>): LastContact {
  const whole = { state: 'inService', peripherals: { scanner: ready }, ...status } as const;
  return { at: NOW - ageMs, intervalMs: 30_000, status: status === undefined ? undefined : whole };
}

describe('presence', () => {
  test.each<[string, LastContact | undefined, Presence]>([
    ['never a word', undefined, 'neverSeen'],
    ['booted, no report yet', heard(1_000), 'online'],
    ['all well', heard(1_000, {}), 'online'],
    ['all well, and just in time', heard(60_999, {}), 'online'],
    ['silent for two intervals', heard(61_000, {}), 'offline'],
    ['out of service', heard(0, { state: 'outOfService' }), 'outOfService'],
    [
      'out of service, with a fault',
      heard(0, { state: 'outOfService', peripherals: { scanner: lost } }),
      'outOfService',
    ],
    ['out of service, and silent', heard(61_000, { state: 'outOfService' }), 'offline'],
    ['starting', heard(0, { state: 'starting' }), 'degraded'],
    ['updating', heard(0, { state: 'updating' }), 'updating'],
    ['updating, and silent meanwhile', heard(300_000, { state: 'updating' }), 'updating'],
    ['updating for too long', heard(UPDATE_SILENCE_MAX_MS, { state: 'updating' }), 'offline'],
    ['a part lost', heard(0, { peripherals: { scanner: lost } }), 'degraded'],
    ['a part being opened', heard(0, { peripherals: { scanner: { state: 'opening' } } }), 'online'],
    [
      'a list past its age',
      heard(0, { offline: { list: 'tooOld', factsWaiting: 0, factsQuarantined: 0 } }),
      'degraded',
    ],
  ])('%s', (_name, given, expected) => {
    expect(presenceOf(given, NOW)).toBe(expected);
  });

  test('what is shown of a silent kiosk is old, also while it is updated', () => {
    expect(isStale(heard(60_000, {}), NOW)).toBe(false);
    expect(isStale(heard(61_000, {}), NOW)).toBe(true);
    expect(isStale(heard(61_000, { state: 'updating' }), NOW)).toBe(true);
    expect(isStale(undefined, NOW)).toBe(false);
  });

  test('only a message makes a kiosk present, and only silence makes it absent', () => {
    const states = fc.constantFrom('inService', 'outOfService', 'starting', 'updating' as const);
    fc.assert(
      fc.property(states, fc.nat(2_000_000), fc.nat(600_000), (state, age, interval) => {
        const status = { state, peripherals: {} } as KioskStatus;
        const given = { at: NOW - age, intervalMs: interval + 100, status };
        const isOffline = presenceOf(given, NOW) === 'offline';
        expect(isOffline).toBe(NOW >= silentFrom(given));
        expect(presenceOf({ ...given, at: NOW }, NOW)).not.toBe('offline');
      }),
    );
  });
});

test.each([
  ['two kiosks are never a mass', false, 2, 2, false],
  ['three of five begin it', false, 5, 3, true],
  ['two of five do not', false, 5, 2, false],
  ['two of five do not end it', true, 5, 2, true],
  ['one of five ends it', true, 5, 1, false],
])('%s', (_name, was, seen, offline, expected) => {
  expect(siteOutage(was, { seen, offline })).toBe(expected);
});

describe('what is reported of it', () => {
  function follow(steps: { at: number; presences: Presence[] }[]): PresenceEvent[] {
    const events = new PresenceEvents();
    return steps.flatMap(({ at, presences }) =>
      events.observe(
        presences.map((presence, index) => ({ gate: `g${index}`, site: 'torino', presence })),
        NOW + at,
      ),
    );
  }
  const all = (presence: Presence): Presence[] => [presence, presence, presence, presence];

  test('a site that falls silent over an interval is one event, and so is its return', () => {
    const events = follow([
      { at: 0, presences: all('online') },
      { at: 1_000, presences: ['offline', 'online', 'online', 'online'] },
      { at: 9_000, presences: ['offline', 'offline', 'online', 'online'] },
      { at: 20_000, presences: ['offline', 'offline', 'offline', 'online'] },
      { at: 30_000, presences: all('offline') },
      { at: 300_000, presences: all('offline') },
      { at: 301_000, presences: ['online', 'offline', 'offline', 'offline'] },
      { at: 302_000, presences: ['online', 'online', 'offline', 'offline'] },
      { at: 303_000, presences: all('online') },
    ]);
    expect(events.map(({ kind }) => kind).filter((kind) => kind !== 'kiosk.presence')).toEqual([
      'site.out',
      'site.back',
    ]);
    expect(events.filter((event) => 'presence' in event && event.presence === 'offline')).toEqual(
      [],
    );
  });

  test('one kiosk that falls silent is reported after a while, a lost part at once', () => {
    const one = (presence: Presence): Presence[] => [presence, 'online', 'online', 'online'];
    const events = follow([
      { at: 0, presences: one('online') },
      { at: 1, presences: one('degraded') },
      { at: 2, presences: one('offline') },
      { at: GATHER_MS, presences: one('offline') },
      { at: GATHER_MS + 2, presences: one('offline') },
      { at: GATHER_MS + 3, presences: one('offline') },
    ]);
    expect(events).toMatchObject([
      { was: 'online', presence: 'degraded' },
      { was: 'degraded', presence: 'offline' },
    ]);
  });

  test('whatever happens, a site goes out and comes back in turn, and no gate is reported twice', () => {
    const presences = fc.array(
      fc.constantFrom<Presence>('online', 'offline', 'degraded', 'neverSeen'),
      { minLength: 4, maxLength: 4 },
    );
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 60_000 }), presences), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, (given) => {
        let at = 0;
        const events = follow(
          given.map(([wait, now]) => {
            at += wait;
            return { at, presences: now };
          }),
        );
        const site = events.filter(({ kind }) => kind !== 'kiosk.presence').map(({ kind }) => kind);
        expect(site.every((kind, index) => kind === (index % 2 ? 'site.back' : 'site.out'))).toBe(
          true,
        );
        for (const event of events) {
          expect('was' in event && event.was === event.presence).toBe(false);
        }
      }),
    );
  });
});
