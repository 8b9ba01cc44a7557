import type { KioskStatus, Peripherals } from '../shared/protocol/kiosk-status.ts';
import { SOFTWARE } from './link/open-link.ts';
import type { Phase } from './session/state.ts';
import type { SelfTestResult } from './session/tested-parts.ts';

const reportedStates: Partial<Record<Phase['name'], KioskStatus['state']>> = {
  starting: 'starting',
  selfTest: 'starting',
  outOfService: 'outOfService',
  updating: 'updating',
  enrolling: 'starting',
};

/** The kiosk's state as the server is told: whoever is at the gate, it is in service. */
export function reportedState(phase: Phase): KioskStatus['state'] {
  return reportedStates[phase.name] ?? 'inService';
}

/** What the last self-test found, beside what the parts say of themselves. */
export function testedPeripherals(tested: readonly SelfTestResult[]): Peripherals {
  const told: Peripherals = {};
  for (const one of tested) {
    if (one.result !== 'absent') {
      const state = one.result === 'passed' ? 'ready' : 'failing';
      const reason = 'code' in one ? { reason: one.code.slice(0, 64) } : {};
      told[`selfTest.${one.part}`] = { state, ...reason };
    }
  }
  return told;
}

/** What the kiosk says of its parts, with the machine, the clock and the link around them. */
export function wholeStatus(
  own: KioskStatus,
  link: { quality(): KioskStatus['link']; skewMs(): number | undefined },
  machine: { latest(): KioskStatus['machine'] },
): KioskStatus {
  const skewMs = link.skewMs();
  return {
    ...own,
    machine: machine.latest(),
    clock: {
      // Whoever has heard the server knows the time by it.
      trust: skewMs === undefined ? 'estimated' : 'synced',
      ...(skewMs === undefined ? {} : { skewMs }),
    },
    link: link.quality(),
    software: SOFTWARE,
  };
}
