import type { Clock } from '../../shared/clock.ts';
import type { Offline } from '../list/gate-list.ts';
import { SETTLE_MS } from '../peripherals/part-health.ts';
import type { CheckOutcome } from './checks.ts';

const LOOK_MS = 250;

/**
 * Whether the gate could decide without its server: the list is there and not past its age. A list that is
 * being fetched has its time. A server that gives none has nothing to be tested.
 */
export async function checkList(
  offline: Pick<Offline, 'view' | 'noList'>,
  clock: Clock,
): Promise<CheckOutcome> {
  const until = clock.monotonic() + SETTLE_MS;
  for (;;) {
    const { state } = offline.view();
    if (state === 'usable') {
      return { result: 'passed' };
    }
    if (offline.noList === 'off' || offline.noList === 'level') {
      return { result: 'absent' };
    }
    if (clock.monotonic() >= until) {
      return { result: 'failed', code: state === 'tooOld' ? 'listTooOld' : 'listMissing' };
    }
    await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
  }
}
