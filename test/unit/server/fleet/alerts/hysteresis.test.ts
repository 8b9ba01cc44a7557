import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AlertState,
  isRaised,
  quiet,
  type Reading,
  readNumber,
  stepAlert,
} from '../../../../../server/fleet/alerts/hysteresis.ts';
import {
  type Notice,
  type NotificationState,
  noticeDue,
} from '../../../../../server/fleet/alerts/notices.ts';

const patience = { raiseAfterMs: 1_000, clearAfterMs: 3_000 };

const readings = fc.constantFrom<Reading>('bad', 'good', 'between', 'unknown');
const history = fc.array(fc.tuple(fc.integer({ min: 0, max: 2_500 }), readings), {
  maxLength: 80,
});

/** Follows readings, each some time after the one before. */
function follow(given: [number, Reading][]) {
  let now = 0;
  let state: AlertState = quiet;
  return given.map(([wait, reading]) => {
    now += wait;
    const before = state;
    state = stepAlert(state, reading, patience, now);
    return { now, reading, before: isRaised(before), after: isRaised(state) };
  });
}

/** Since when the readings that end at an index are all the same, without a break. */
function since(steps: ReturnType<typeof follow>, index: number): number {
  const { reading } = steps[index] as (typeof steps)[number];
  let first = index;
  while (first > 0 && steps[first - 1]?.reading === reading) {
    first -= 1;
  }
  return steps[first]?.now ?? 0;
}

describe('whatever the order of readings', () => {
  test('it is raised exactly when it was bad for its time without a break', () => {
    fc.assert(
      fc.property(history, (given) => {
        const steps = follow(given);
        steps.forEach(({ now, reading, before, after }, index) => {
          if (!before) {
            const isDue = reading === 'bad' && now - since(steps, index) >= patience.raiseAfterMs;
            expect(after).toBe(isDue);
          }
        });
      }),
    );
  });

  test('it is over exactly when it was good for its time without a break', () => {
    fc.assert(
      fc.property(history, (given) => {
        const steps = follow(given);
        steps.forEach(({ now, reading, before, after }, index) => {
          if (before) {
            const isOver = reading === 'good' && now - since(steps, index) >= patience.clearAfterMs;
            expect(after).toBe(!isOver);
          }
        });
      }),
    );
  });

  test('the two turns are never nearer than the patience allows', () => {
    fc.assert(
      fc.property(history, (given) => {
        let cleared = Number.NEGATIVE_INFINITY;
        for (const { now, before, after } of follow(given)) {
          if (!before && after) {
            expect(now - cleared).toBeGreaterThanOrEqual(patience.raiseAfterMs);
          } else if (before && !after) {
            cleared = now;
          }
        }
      }),
    );
  });
});

test.each<[number | undefined, Reading]>([
  [undefined, 'unknown'],
  [71, 'good'],
  [72, 'good'],
  [79.9, 'between'],
  [80, 'bad'],
])('%s °C is %s', (value, expected) => {
  expect(readNumber(value, { raise: 80, clear: 72 })).toBe(expected);
});

test.each<[number, Reading]>([
  [16, 'good'],
  [12, 'between'],
  [10, 'bad'],
])('%s %% of a disk free is %s', (value, expected) => {
  expect(readNumber(value, { raise: 10, clear: 15 })).toBe(expected);
});

describe('telling people', () => {
  const policy = { repeatMs: 60_000 };
  const at = 1_000_000;

  test.each<[string, Parameters<typeof noticeDue>[0], NotificationState, Notice | undefined]>([
    ['new', { raisedAt: at }, {}, 'raised'],
    ['notified a moment ago', { raisedAt: at - 10 }, { sentAt: at - 5 }, undefined],
    ['notified long ago', { raisedAt: at - 90_000 }, { sentAt: at - 60_000 }, 'reminder'],
    [
      'notified long ago, and acknowledged',
      { raisedAt: at - 90_000, acknowledgedAt: at - 1 },
      { sentAt: at - 60_000 },
      undefined,
    ],
    ['raised again within the rate', { raisedAt: at - 10 }, { sentAt: at - 59_999 }, undefined],
    ['raised again after the rate', { raisedAt: at - 10 }, { sentAt: at - 60_000 }, 'raised'],
    ['silenced', { raisedAt: at }, { silencedUntil: at + 1 }, undefined],
    ['a silence that is over', { raisedAt: at }, { silencedUntil: at }, 'raised'],
    [
      'over, and it was notified',
      { raisedAt: at - 9, clearedAt: at },
      { sentAt: at - 8 },
      'cleared',
    ],
    ['over, and nobody was notified', { raisedAt: at - 9, clearedAt: at }, {}, undefined],
    [
      'over, and that was notified',
      { raisedAt: at - 9, clearedAt: at - 2 },
      { sentAt: at - 8, clearedSentAt: at - 1 },
      undefined,
    ],
  ])('%s', (_name, alert, told, expected) => {
    expect(noticeDue(alert, told, policy, at)).toBe(expected);
  });

  test('however it comes and goes, the same is never notified more often than the rate', () => {
    const changes = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 40_000 }), fc.boolean(), fc.boolean()),
      { maxLength: 100 },
    );
    fc.assert(
      fc.property(changes, (given) => {
        let now = 0;
        let alert: Parameters<typeof noticeDue>[0] | undefined;
        const told: NotificationState = {};
        const sent: { kind: 'on' | 'off'; now: number }[] = [];
        for (const [wait, isOn, isKnown] of given) {
          now += wait;
          if (isOn && (!alert || alert.clearedAt !== undefined)) {
            alert = { raisedAt: now };
          } else if (!isOn && alert && alert.clearedAt === undefined) {
            alert = { ...alert, clearedAt: now };
          }
          if (alert && isKnown) {
            alert = { ...alert, acknowledgedAt: now };
          }
          const notice = alert && noticeDue(alert, told, policy, now);
          if (notice) {
            const kind = notice === 'cleared' ? 'off' : 'on';
            const last = sent.findLast((one) => one.kind === kind)?.now ?? Number.NEGATIVE_INFINITY;
            expect(now - last).toBeGreaterThanOrEqual(policy.repeatMs);
            sent.push({ kind, now });
            told[notice === 'cleared' ? 'clearedSentAt' : 'sentAt'] = now;
          }
        }
      }),
    );
  });
});
