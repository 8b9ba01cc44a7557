import type { ReportedConfig } from '../../../shared/protocol/remote-config.ts';
import type { RosterGate } from '../state/roster.ts';

/** A difference between what a kiosk runs and what it is to run. */
export type Drift =
  | {
      kind: 'config';
      desired: number;
      reported: number;
      /** `pending`: it waits for the person at the gate to be done. */
      status: ReportedConfig['status'] | 'pending' | 'unknown';
    }
  | { kind: 'policy'; desired: string; reported: string };

/** None for a gate without a kiosk, or whose kiosk never reported. */
export function driftsOf({ gate, kiosk, lastReport, desired }: RosterGate): Drift[] {
  if (!kiosk || !lastReport) {
    return [];
  }
  const drifts: Drift[] = [];
  const { version: reported = 0, status = 'unknown', pending } = lastReport.config ?? {};
  if (reported !== desired) {
    const isPending = pending === desired;
    drifts.push({ kind: 'config', desired, reported, status: isPending ? 'pending' : status });
  }
  if (lastReport.policy !== gate.policy) {
    drifts.push({ kind: 'policy', desired: gate.policy, reported: lastReport.policy });
  }
  return drifts;
}
