import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type RolloutNow,
  type RolloutPlan,
  reach,
  stepRollout,
  type Target,
} from '../../../../../server/fleet/config/rollout-step.ts';
import type { ReportedConfig } from '../../../../../shared/protocol/remote-config.ts';

const plan: RolloutPlan = {
  percentages: [10, 50, 100],
  failuresMax: 1,
  soakMs: 1_000,
  patienceMs: 10_000,
};

/** A roll-out of version 7 over kiosks that answer as `answer` says, one step a second. */
function run(
  count: number,
  answer: (gate: number) => ReportedConfig | undefined,
  options: { plan?: RolloutPlan; steps?: number } = {},
) {
  let now = 0;
  let rollout: RolloutNow = { state: 'running', stage: 0, stageAt: 0 };
  let targets: Target[] = Array.from({ length: count }, (_, index) => ({
    gate: String(index),
    state: 'waiting',
    at: 0,
  }));
  const told: number[] = [];
  for (let step = 0; step < (options.steps ?? 100) && rollout.state === 'running'; step += 1) {
    now += 1_000;
    const before = targets;
    const report = (gate: string) =>
      before[Number(gate)]?.state === 'waiting' ? undefined : answer(Number(gate));
    const given = { ...rollout, version: 7, plan: options.plan ?? plan };
    const next = stepRollout(given, targets, report, now);
    const changed = new Map(next.changed.map((target) => [target.gate, target]));
    told.push(next.changed.filter(({ state }) => state === 'sent').length);
    targets = targets.map((target) => changed.get(target.gate) ?? target);
    rollout = { state: next.state, stage: next.stage, stageAt: next.stageAt };
  }
  return { rollout, targets, told: told.filter((number) => number > 0) };
}

const good: ReportedConfig = { version: 7, status: 'running' };
const refused: ReportedConfig = {
  version: 3,
  status: 'refused',
  failed: 7,
  problems: [{ path: 'voice', message: 'no' }],
};

describe('a roll-out', () => {
  test('goes in portions when all work with it', () => {
    const { rollout, targets, told } = run(20, () => good);
    expect(rollout.state).toBe('completed');
    expect(told).toEqual([2, 8, 10]);
    expect(targets.every(({ state }) => state === 'applied')).toBe(true);
  });

  test('stops on one failure too many, and the others never get it', () => {
    const { rollout, targets, told } = run(20, () => refused);
    expect(rollout.state).toBe('stopped');
    expect(told).toEqual([2]);
    expect(targets.filter(({ state }) => state === 'waiting')).toHaveLength(18);
    expect(targets[0]).toMatchObject({ state: 'failed', problem: 'voice: no' });
  });

  test('bears the failures that it may', () => {
    const { rollout } = run(20, (gate) => (gate === 0 ? refused : good));
    expect(rollout.state).toBe('completed');
  });

  test('does not wait for ever for a kiosk that is silent, nor call it a failure', () => {
    const { rollout, targets } = run(20, (gate) => (gate < 2 ? undefined : good));
    expect(rollout.state).toBe('completed');
    expect(targets.slice(0, 3).map(({ state }) => state)).toEqual(['late', 'late', 'applied']);
  });

  test('waits while a kiosk is still trying the version', () => {
    const { rollout, told } = run(20, () => ({ version: 7, status: 'trial' }), { steps: 8 });
    expect(rollout).toMatchObject({ state: 'running', stage: 0 });
    expect(told).toEqual([2]);
  });

  test.each(['paused', 'stopped', 'cancelled', 'rolledBack', 'completed'] as const)(
    'sends to nobody while %s, and still notes the outcome of those sent',
    (state) => {
      const targets: Target[] = [
        { gate: 'a', state: 'sent', at: 0 },
        { gate: 'b', state: 'waiting', at: 0 },
      ];
      const given = { state, stage: 1, stageAt: 0, version: 7, plan };
      const step = stepRollout(given, targets, () => good, 99_000);
      expect(step.state).toBe(state);
      expect(step.changed).toEqual([{ gate: 'a', state: 'applied', at: 99_000 }]);
    },
  );
});

test.each([
  [1, 1, 1],
  [5, 1, 1],
  [200, 5, 10],
  [3, 50, 2],
  [3, 100, 3],
  [0, 100, 0],
])('of %i gates, %i %% reach %i', (count, percentage, expected) => {
  expect(reach(count, percentage)).toBe(expected);
});

test('whatever kiosks answer, it never goes to more than a portion beyond the failures allowed', () => {
  const answers = fc.array(
    fc.constantFrom(good, refused, undefined, { version: 7, status: 'trial' } as const),
    { minLength: 1, maxLength: 40 },
  );
  fc.assert(
    fc.property(answers, fc.integer({ min: 0, max: 5 }), (given, failuresMax) => {
      const { rollout, targets, told } = run(given.length, (gate) => given[gate], {
        plan: { ...plan, failuresMax },
      });
      const failed = targets.filter(({ state }) => state === 'failed').length;
      const sent = told.reduce((sum, number) => sum + number, 0);
      expect(targets.filter(({ state }) => state !== 'waiting')).toHaveLength(sent);
      expect(rollout.state === 'stopped').toBe(failed > failuresMax);
      if (rollout.state === 'completed') {
        expect(sent).toBe(given.length);
      }
    }),
  );
});
