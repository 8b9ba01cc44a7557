import { describe, expect, test } from 'vitest';
import type { Expiry } from '../../../../../server/fleet/access/expiry.ts';
import type { WaitingMessages } from '../../../../../server/fleet/alerts/conditions.ts';
import type { HourCount } from '../../../../../server/fleet/alerts/hour-counts.ts';
import { type AlertKind, alertKinds } from '../../../../../server/fleet/alerts/kinds.ts';
import { thresholdsSchema } from '../../../../../server/fleet/alerts/rules.ts';
import { AlertWatch } from '../../../../../server/fleet/alerts/watch.ts';
import { type LastReport, withPresence } from '../../../../../server/fleet/state/last-report.ts';
import type { RosterGate } from '../../../../../server/fleet/state/roster.ts';
import type { KioskStatus } from '../../../../../shared/protocol/kiosk-status.ts';

const limits = thresholdsSchema.parse({});
const START = 1_790_000_000_000;
const MINUTE_MS = 60_000;

function gate(id: string, now: number, change: Partial<KioskStatus> & { silentMs?: number } = {}) {
  const { silentMs = 0, ...status } = change;
  const lastReport: LastReport = {
    at: now - silentMs,
    intervalMs: 30_000,
    status: { state: 'inService', peripherals: { scanner: { state: 'ready' } }, ...status },
    software: '1',
    startedAt: 0,
    bootedAt: 0,
    policy: 'p',
    presence: 'online',
    since: 0,
    ...(status.config ? { config: status.config } : {}),
  };
  const entry: RosterGate = {
    gate: {
      id,
      site: 'torino',
      title: id,
      policy: 'p',
      place: '',
      note: '',
      tags: [],
      createdAt: 0,
    },
    kiosk: { id: `${id}.1`, registeredAt: 0 },
    lastReport: withPresence(lastReport, now),
    desired: status.config?.failed ?? 0,
  };
  return entry;
}

/** Looks every minute for so long; the alerts that were raised and those that ended. */
function watch(
  minutes: number,
  gates: (now: number, minute: number) => RosterGate[],
  more: {
    hours?: ReadonlyMap<string, HourCount>;
    expiries?: Expiry[];
    messages?: (minute: number) => WaitingMessages | undefined;
  } = {},
) {
  const one = new AlertWatch(limits);
  const raised: AlertKind[] = [];
  const cleared: AlertKind[] = [];
  for (let minute = 0; minute <= minutes; minute += 1) {
    const now = START + minute * MINUTE_MS;
    const { hours = new Map(), expiries = [] } = more;
    const messages = more.messages?.(minute);
    for (const turn of one.check({ gates: gates(now, minute), hours, expiries, messages }, now)) {
      (turn.raised ? raised : cleared).push(turn.kind);
    }
  }
  return { raised, cleared };
}

const bytes = (free: number) => ({ totalBytes: 1_000, availableBytes: free });
const facts = { list: 'usable', factsQuarantined: 0 } as const;

const ofNoGate = [
  ...(['siteOutage', 'expiry', 'messagesStuck', 'refusals', 'guessing'] as const),
  ...(['flood', 'twoBoards', 'factsRefused', 'setAside', 'proxyUnnamed'] as const),
];
const bad: Record<Exclude<AlertKind, (typeof ofNoGate)[number]>, object> = {
  offline: { silentMs: 3_600_000 },
  peripheral: { peripherals: { scanner: { state: 'lost' } } },
  listTooOld: { offline: { ...facts, list: 'tooOld', factsWaiting: 0 } },
  clockSkew: { clock: { trust: 'synced', skewMs: -61_000 } },
  temperature: { machine: { cpuTemperatureC: 81 } },
  disk: { machine: { disk: bytes(99) } },
  underVoltage: { machine: { power: { now: ['underVoltage'], sinceBoot: [] } } },
  outboxGrowing: { offline: { ...facts, factsWaiting: 100 } },
  configFailed: { config: { version: 1, status: 'fellBack', failed: 2 } },
};
const good: Record<keyof typeof bad, object> = {
  offline: {},
  peripheral: {},
  listTooOld: { offline: { ...facts, listAgeMs: 60_000, factsWaiting: 0 } },
  clockSkew: { clock: { trust: 'synced', skewMs: 100 } },
  temperature: { machine: { cpuTemperatureC: 60 } },
  disk: { machine: { disk: bytes(500) } },
  underVoltage: { machine: { power: { now: [], sinceBoot: ['underVoltage'] } } },
  outboxGrowing: { offline: { ...facts, factsWaiting: 0 } },
  configFailed: { config: { version: 2, status: 'running' } },
};

describe('every kind is raised once and clears by itself', () => {
  test.each(Object.keys(bad) as (keyof typeof bad)[])('%s', (kind) => {
    const { raised, cleared } = watch(90, (now, minute) => [
      gate('g', now, minute < 30 ? bad[kind] : good[kind]),
    ]);
    expect(raised).toEqual([kind]);
    expect(cleared).toEqual([kind]);
  });

  test('expiry of a kiosk’s client certificate', () => {
    const days = (count: number) => (now: number) => {
      const one = gate('g', now);
      const certificateEndsAt = START + count * 86_400_000;
      return [
        one.lastReport ? { ...one, lastReport: { ...one.lastReport, certificateEndsAt } } : one,
      ];
    };
    expect(watch(3, days(22)).raised).toEqual([]);
    expect(watch(3, days(20)).raised).toEqual(['expiry']);
    const renewed = watch(9, (now, minute) => days(minute < 5 ? 20 : 300)(now));
    expect(renewed).toEqual({ raised: ['expiry'], cleared: ['expiry'] });
  });

  test('expiry', () => {
    const expiries = [{ name: 'certificate', at: START + 86_400_000 }];
    expect(watch(3, () => [], { expiries }).raised).toEqual(['expiry']);
    expect(watch(3, () => [], { expiries: [{ name: 'x', at: START * 2 }] }).raised).toEqual([]);
  });

  test.each<[string, WaitingMessages | undefined, WaitingMessages | undefined, boolean, boolean]>([
    ['many wait', { waiting: 200, dead: 0 }, { waiting: 50, dead: 0 }, true, true],
    ['dead letters', { waiting: 0, dead: 10 }, { waiting: 0, dead: 0 }, true, true],
    ['they only become fewer', { waiting: 200, dead: 9 }, { waiting: 51, dead: 9 }, true, false],
    ['few', { waiting: 199, dead: 9 }, { waiting: 0, dead: 0 }, false, false],
    ['nobody can tell any more', { waiting: 900, dead: 0 }, undefined, true, false],
    ['nobody can tell', undefined, undefined, false, false],
  ])('messagesStuck: %s', (_what, first, then, isRaised, isCleared) => {
    const messages = (minute: number) => (minute < 30 ? first : then);
    const { raised, cleared } = watch(60, () => [], { messages });
    expect(raised).toEqual(isRaised ? ['messagesStuck'] : []);
    expect(cleared).toEqual(isCleared ? ['messagesStuck'] : []);
  });

  test.each<[AlertKind[], HourCount]>([
    [['refusals'], { denied: 80, throttled: 0, habit: 10 }],
    [[], { denied: 80, throttled: 0, habit: 40 }],
    [[], { denied: 19, throttled: 0, habit: 0 }],
    [['guessing'], { denied: 5, throttled: 3, habit: 1 }],
  ])('%s for %o', (kinds, count) => {
    const hours = new Map([['g', count]]);
    expect(watch(3, (now) => [gate('g', now)], { hours }).raised).toEqual(kinds);
  });

  test('a small count of people is not in what is sent', () => {
    const one = new AlertWatch(limits);
    const hours = new Map([['g', { denied: 80, throttled: 4, habit: 1.2 }]]);
    const turns = one.check({ gates: [gate('g', START)], hours, expiries: [] }, START);
    expect(turns.map(({ kind, detail }) => [kind, detail])).toEqual([
      ['refusals', { value: 80, habit: '< 5' }],
      ['guessing', { value: '< 5' }],
    ]);
  });

  test('the tests above are of all kinds', () => {
    const tested = [...Object.keys(bad), ...ofNoGate];
    expect(tested.sort()).toEqual([...alertKinds].sort());
  });
});

test('a site that is out is one alert, and its gates are none', () => {
  const { raised, cleared } = watch(60, (now, minute) =>
    ['a', 'b', 'c', 'd'].map((id) => gate(id, now, minute < 30 ? { silentMs: 120_000 } : {})),
  );
  expect(raised).toEqual(['siteOutage']);
  expect(cleared).toEqual(['siteOutage']);
});

test('one of many that stays away after its site came back speaks for itself', () => {
  const { raised } = watch(60, (now, minute) =>
    ['a', 'b', 'c', 'd'].map((id) =>
      gate(id, now, minute < 30 || id === 'a' ? { silentMs: 120_000 } : {}),
    ),
  );
  expect(raised).toEqual(['siteOutage', 'offline']);
});

test('what is open about a gate that is taken away is over; nothing is known of a silent one', () => {
  const away = watch(10, (now, minute) => (minute < 5 ? [gate('g', now, bad.peripheral)] : []));
  expect(away.cleared).toEqual(['peripheral']);
  const silent = watch(200, (now, minute) => [
    gate('g', now, { ...bad.temperature, ...(minute < 30 ? {} : { silentMs: 120_000 }) }),
  ]);
  expect(silent.raised).toEqual(['temperature', 'offline']);
  expect(silent.cleared).toEqual([]);
});
