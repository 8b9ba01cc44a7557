import type { KioskStatus, Peripherals } from '../shared/protocol/kiosk-status.ts';
import type { Phase } from './session/state.ts';
import type { SelfTestResult } from './session/tested-parts.ts';
import type { ServerClock } from './time/server-clock.ts';

const reportedStates: Partial<Record<Phase['name'], KioskStatus['state']>> = {
  starting: 'starting',
  selfTest: 'starting',
  outOfService: 'outOfService',
  updating: 'updating',
  enrolling: 'starting',
};

/** The kiosk's state as it is reported: whoever is at the gate, it is in service. */
export function reportedState(phase: Phase): KioskStatus['state'] {
  return reportedStates[phase.name] ?? 'inService';
}

/** What the last self-test found, beside what the parts report themselves. */
export function testedPeripherals(results: readonly SelfTestResult[]): Peripherals {
  const reported: Peripherals = {};
  for (const one of results) {
    if (one.result !== 'absent') {
      const state = one.result === 'passed' ? 'ready' : 'failing';
      const reason = 'code' in one ? one.code.slice(0, 64) : undefined;
      reported[`selfTest.${one.part}`] = { state, reason };
    }
  }
  return reported;
}

/** A kiosk's own status, with the machine, the clock, the link and the software around it. */
export function wholeStatus(
  own: KioskStatus,
  around: {
    link: { quality(): KioskStatus['link'] };
    serverClock: Pick<ServerClock, 'skewMs' | 'trust'>;
    machine: { latest(): KioskStatus['machine'] };
    software: string;
  },
): KioskStatus {
  const { link, serverClock, machine, software } = around;
  const clock = { trust: serverClock.trust(), skewMs: serverClock.skewMs() };
  return { ...own, machine: machine.latest(), clock, link: link.quality(), software };
}
