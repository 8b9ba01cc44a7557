import type { FleetActor } from '../../fleet/access/actor.ts';
import type { Alert } from '../../fleet/alerts/alert-store.ts';
import { untrustworthy } from '../../fleet/alerts/kinds.ts';
import type { AlertView } from './alert-line.tsx';
import type { AlertList } from './alerts-page.tsx';
import type { Dashboard } from './dashboard.tsx';
import { measured, type Writing } from './measured.ts';
import { linkToGate, linkToSite } from './place-links.ts';

const SHOWN_MAX = 500;

/**
 * The alerts of one list that somebody may see: what is open and nobody has taken, what is open and
 * quiet, or what is over. The worst stand first, and of equals the newest.
 */
export async function alertViews(
  dashboard: Dashboard,
  actor: FleetActor,
  list: AlertList,
  writing: Writing,
): Promise<AlertView[]> {
  const { fleet, deps } = dashboard;
  const now = deps.now();
  const alerts = await fleet.alerts.list(actor, { open: list !== 'past', limit: SHOWN_MAX });
  const isQuiet = ({ acknowledged, silenced }: Alert) =>
    acknowledged !== undefined || (silenced?.until ?? 0) > now;
  const wanted =
    list === 'past' ? alerts : alerts.filter((one) => isQuiet(one) === (list === 'quiet'));
  const names = await dashboard.names.words();
  return worstFirst(wanted.map((alert) => toView(alert, dashboard, writing, names)));
}

/** All that is open about one site or gate. */
export async function activeAlertsOf(
  dashboard: Dashboard,
  actor: FleetActor,
  of: { site?: string; gate?: string },
  writing: Writing,
): Promise<AlertView[]> {
  const { gate, site } = of;
  const query = { open: true, limit: SHOWN_MAX, gate };
  const alerts = await dashboard.fleet.alerts.list(actor, query);
  const wanted = alerts.filter((alert) => site === undefined || alert.site === site);
  const names = await dashboard.names.words();
  return worstFirst(wanted.map((alert) => toView(alert, dashboard, writing, names)));
}

function worstFirst(alerts: AlertView[]): AlertView[] {
  const rank = ({ severity }: AlertView) => (severity === 'critical' ? 0 : 1);
  return alerts.sort((one, other) => rank(one) - rank(other) || other.raisedAt - one.raisedAt);
}

function toView(
  alert: Alert,
  { fleet, deps }: Dashboard,
  writing: Writing,
  nameOf: (actor: string) => string,
): AlertView {
  const { id, kind, severity, site, gate, raisedAt, clearedAt, detail } = alert;
  const { acknowledged, silenced } = alert;
  const value = measured(kind, detail, writing);
  const isSilent = silenced !== undefined && silenced.until > deps.now();
  return {
    id,
    kind,
    severity,
    site: site === undefined ? undefined : linkToSite(fleet, site),
    gate: gate === undefined ? undefined : linkToGate(fleet, gate),
    raisedAt,
    clearedAt,
    revokes: untrustworthy.includes(kind) ? gate : undefined,
    value: value || undefined,
    acknowledged: acknowledged && { ...acknowledged, by: nameOf(acknowledged.by) },
    silenced: isSilent ? { ...silenced, by: nameOf(silenced.by) } : undefined,
  };
}
