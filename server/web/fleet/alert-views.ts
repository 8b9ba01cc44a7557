import type { FleetActor } from '../../fleet/actor.ts';
import type { AlertView } from './alert-line.tsx';
import type { AlertList } from './alerts-page.tsx';
import type { Dashboard } from './dashboard.tsx';

/** The alerts of one list that somebody may see, the worst and newest first. */
export async function alertViews(
  _dashboard: Dashboard,
  _actor: FleetActor,
  _list: AlertList,
): Promise<AlertView[]> {
  return [];
}

/** What is open about one site or gate. */
export async function activeAlertsOf(
  _dashboard: Dashboard,
  _actor: FleetActor,
  _of: { site?: string; gate?: string },
): Promise<AlertView[]> {
  return [];
}
