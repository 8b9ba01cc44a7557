import type { ReportedConfig } from '../../../shared/protocol/remote-config.ts';

/** How a roll-out goes on: in which portions, and when it stops by itself. */
export interface RolloutPlan {
  /** Growing, the last is 100. */
  percentages: readonly number[];
  /** One failure more than these stops it. */
  failuresMax: number;
  /** How long a whole portion must work with it before the next one, in milliseconds. */
  soakMs: number;
  /** A kiosk that has not answered after this is late: neither a failure nor waited for. */
  patienceMs: number;
}

/**
 * `waiting`: not sent yet. `sent`: it is to run the version. `applied`: it runs it, and the trial passed.
 * `failed`: it refused it, or fell back by itself. `late`: it did not report it in time.
 */
export type TargetState = 'waiting' | 'sent' | 'applied' | 'failed' | 'late';

export interface Target {
  gate: string;
  state: TargetState;
  /** Since when it is in that state. */
  at: number;
  problem?: string | undefined;
}

export type RolloutState =
  | 'running'
  | 'paused'
  /** Too many failed. */
  | 'stopped'
  | 'completed'
  | 'cancelled'
  | 'rolledBack';

export interface RolloutNow {
  state: RolloutState;
  /** Index of the portion under way. */
  stage: number;
  /** When something last moved in it. */
  stageAt: number;
}

export interface RolloutStep extends RolloutNow {
  /** Only the targets that changed; those that became `sent` get their config. */
  changed: Target[];
}

/** How many of a roll-out's targets a portion has come to, at least one. */
export function reach(count: number, percentage: number): number {
  return Math.min(count, Math.max(1, Math.ceil((count * percentage) / 100)));
}

/**
 * One step of a roll-out. Pure: what kiosks reported, to what is to be done now.
 *
 * @param targets in the order in which they take their turn.
 */
export function stepRollout(
  rollout: RolloutNow & { version: number; plan: RolloutPlan },
  targets: readonly Target[],
  reportOf: (gate: string) => ReportedConfig | undefined,
  now: number,
): RolloutStep {
  const { version, plan } = rollout;
  const changed = new Map<string, Target>();
  const current = targets.map((target) => {
    const next = judge(target, version, plan, reportOf(target.gate), now);
    if (next !== target) {
      changed.set(target.gate, next);
    }
    return next;
  });
  const here = { state: rollout.state, stage: rollout.stage };
  const stageAt = changed.size > 0 ? now : rollout.stageAt;
  const done = (more: Partial<RolloutNow>): RolloutStep => ({
    ...here,
    stageAt,
    ...more,
    changed: [...changed.values()],
  });
  if (rollout.state !== 'running') {
    return done({});
  }
  if (current.filter(({ state }) => state === 'failed').length > plan.failuresMax) {
    return done({ state: 'stopped' });
  }
  const percentage = plan.percentages[rollout.stage] ?? 100;
  const portion = current.slice(0, reach(current.length, percentage));
  const fresh = portion.filter(({ state }) => state === 'waiting');
  if (fresh.length > 0) {
    for (const target of fresh) {
      changed.set(target.gate, { gate: target.gate, state: 'sent', at: now });
    }
    return done({ stageAt: now });
  }
  if (portion.some(({ state }) => state === 'sent') || now - stageAt < plan.soakMs) {
    return done({});
  }
  return rollout.stage + 1 < plan.percentages.length
    ? done({ stage: rollout.stage + 1, stageAt: now })
    : done({ state: 'completed' });
}

function judge(
  target: Target,
  version: number,
  plan: RolloutPlan,
  report: ReportedConfig | undefined,
  now: number,
): Target {
  if (target.state === 'waiting') {
    return target;
  }
  const { gate } = target;
  const isFailure = report?.status === 'fellBack' || report?.status === 'refused';
  if (report && isFailure && report.failed === version) {
    const problem = (report.problems ?? [])
      .map(({ path, message }) => `${path}: ${message}`)
      .join('; ')
      .slice(0, 500);
    return target.state === 'failed'
      ? target
      : { gate, state: 'failed', at: now, problem: problem || report.status };
  }
  if (report?.version === version && !isFailure) {
    const isProven = report.status === 'running';
    return isProven && target.state !== 'applied' ? { gate, state: 'applied', at: now } : target;
  }
  return target.state === 'sent' && now - target.at >= plan.patienceMs
    ? { gate, state: 'late', at: now }
    : target;
}
