import type { Clock } from '../../shared/clock.ts';
import type { GateList } from '../list/gate-list.ts';
import { type CheckOutcome, SETTLE_MS } from './checks.ts';

const LOOK_MS = 250;

/**
 * Whether the gate could decide without its server: the list is there and not past its age. A list that is
 * being fetched has its time. A server that gives none has nothing to be tested.
 */
export async function checkList(
  list: Pick<GateList, 'view' | 'noList'>,
  clock: Clock,
): Promise<CheckOutcome> {
  const until = clock.monotonic() + SETTLE_MS;
  for (;;) {
    const { state } = list.view();
    if (state === 'usable') {
      return { result: 'passed' };
    }
    if (list.noList === 'off' || list.noList === 'level') {
      return { result: 'absent' };
    }
    if (clock.monotonic() >= until) {
      return { result: 'failed', code: state === 'tooOld' ? 'listTooOld' : 'listMissing' };
    }
    await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
  }
}
