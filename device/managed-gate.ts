import type { Turnstile } from '../hardware/ports.ts';
import { isolated } from '../shared/isolated-text.ts';
import type { GateList } from './list/gate-list.ts';
import type { PartHealth } from './peripherals/part-health.ts';
import type { Peripherals } from './peripherals/peripherals.ts';
import type { NextSession } from './remote/config/next-session.ts';
import type { ManagedGate } from './remote/remote-management.ts';
import type { KioskSession } from './session/kiosk-session.ts';
import { isResting } from './session/rest.ts';
import type { Screen } from './session/screen.ts';
import type { Event, State } from './session/state.ts';
import type { SelfTestResult } from './session/tested-parts.ts';
import type { VerdictClient } from './verdict/verdict-client.ts';

/** What of a kiosk its site may reach. */
export interface GateParts {
  state(): State;
  session(): KioskSession;
  screen(): Screen;
  dispatch(event: Event): void;
  selfTest(): Promise<readonly SelfTestResult[]>;
  turnstile: Turnstile;
  peripherals: Peripherals;
  health: PartHealth;
  verdicts: Pick<VerdictClient, 'unanswered'>;
  next: NextSession;
  list: GateList | undefined;
}

/** A kiosk's gate, as its site manages it. */
export function managedGate(parts: GateParts): ManagedGate {
  const { state, session, dispatch, peripherals, health, verdicts, next, list } = parts;
  return {
    phase: () => state().phase,
    screen: () => parts.screen(),
    paintedAt: () => peripherals.paintedAt,
    service: (service, message) => {
      const notice = service === 'closed' ? (message ?? session().outOfServiceMessage) : undefined;
      dispatch({ name: 'service', state: service, notice: notice && isolated(notice) });
    },
    selfTest: () => parts.selfTest(),
    signal: (signal) => peripherals.run({ name: 'signal', signal }),
    open: () => parts.turnstile.open(session().pulseMs),
    refreshList: () => {
      list?.listChanged();
      return list !== undefined;
    },
    apply: (wanted, settled) => next.take(wanted, isResting(state().phase), settled),
    health: () => ({
      isLinkUp: state().parts.link === 'up',
      faults: health.faults(),
      unanswered: verdicts.unanswered,
    }),
    enrolment: (stage) => dispatch({ name: 'enrolment', state: stage }),
  };
}
