import { inForceOn } from './in-force.ts';
import type { PolicyVersion } from './policy-versions.ts';

/**
 * Whether gates that are set to a policy can be answered on a day, and if not why. Pure.
 *
 * - `retired`: its last released version was retired. `later`, `ended`: the days of its versions.
 * - `proposed`: no version was ever released. `unknown`: there is none.
 */
export type PolicyStanding =
  | { state: 'inForce'; version: number }
  | { state: 'retired'; by: string | undefined; at: number | undefined; reason: string }
  | { state: 'later'; from: string }
  | { state: 'ended'; on: string }
  | { state: 'proposed' }
  | { state: 'unknown' };

/** @param versions of one policy, the oldest first. @param day ISO date in Rome. */
export function standingOf(versions: readonly PolicyVersion[], day: string): PolicyStanding {
  const released = versions.filter(({ state }) => state === 'released').map(({ policy }) => policy);
  const inForce = inForceOn(released, day);
  if (inForce) {
    return { state: 'inForce', version: inForce.version };
  }
  const from = released.map(({ validFrom }) => validFrom).find((first) => first > day);
  if (from !== undefined) {
    return { state: 'later', from };
  }
  const on = released.at(-1)?.validTo;
  if (on !== undefined) {
    return { state: 'ended', on };
  }
  const retired = versions.findLast(({ state }) => state === 'retired');
  if (retired) {
    const { decidedBy: by, decidedAt: at, reason } = retired;
    return { state: 'retired', by, at, reason };
  }
  return { state: versions.length > 0 ? 'proposed' : 'unknown' };
}
