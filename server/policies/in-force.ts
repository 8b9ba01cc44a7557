import type { Policy } from '../../shared/policy.ts';

/**
 * The version that answers on a day: of those that are valid then, the newest. Pure.
 *
 * @param versions of one policy, the oldest first. @param day ISO date in Rome.
 */
export function inForceOn(
  versions: readonly Policy[] | undefined,
  day: string,
): Policy | undefined {
  return versions?.findLast(
    ({ validFrom, validTo }) => validFrom <= day && (validTo === undefined || day <= validTo),
  );
}
