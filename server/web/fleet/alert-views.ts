import type { FleetActor } from '../../fleet/actor.ts';
import type { Alert } from '../../fleet/alerts/alert-store.ts';
import { actorWord } from './activity-views.ts';
import type { AlertView } from './alert-line.tsx';
import type { AlertList } from './alerts-page.tsx';
import type { Dashboard } from './dashboard.tsx';
import type { Format } from './format.ts';
import type { FleetWords } from './words/words.ts';

const SHOWN_MAX = 500;

/** What a page writes with. */
type Writing = { words: FleetWords; format: Format };

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
  return worstFirst(wanted.map((alert) => toView(alert, dashboard, writing)));
}

/** All that is open about one site or gate. */
export async function activeAlertsOf(
  dashboard: Dashboard,
  actor: FleetActor,
  of: { site?: string; gate?: string },
  writing: Writing,
): Promise<AlertView[]> {
  const { gate, site } = of;
  const query = { open: true, limit: SHOWN_MAX, ...(gate === undefined ? {} : { gate }) };
  const alerts = await dashboard.fleet.alerts.list(actor, query);
  const wanted = alerts.filter((alert) => site === undefined || alert.site === site);
  return worstFirst(wanted.map((alert) => toView(alert, dashboard, writing)));
}

function worstFirst(alerts: AlertView[]): AlertView[] {
  const rank = ({ severity }: AlertView) => (severity === 'critical' ? 0 : 1);
  return alerts.sort((one, other) => rank(one) - rank(other) || other.raisedAt - one.raisedAt);
}

function toView(alert: Alert, { fleet, deps }: Dashboard, writing: Writing): AlertView {
  const { id, kind, severity, site, gate, raisedAt, clearedAt, detail } = alert;
  const { acknowledged, silenced } = alert;
  const value = measured(detail, writing);
  const isSilent = silenced !== undefined && silenced.until > deps.now();
  return {
    id,
    kind,
    severity,
    ...(site === undefined
      ? {}
      : { site: { id: site, name: fleet.roster.site(site)?.title ?? site } }),
    ...(gate === undefined
      ? {}
      : { gate: { id: gate, name: fleet.roster.get(gate)?.gate.title ?? gate } }),
    raisedAt,
    ...(clearedAt === undefined ? {} : { clearedAt }),
    ...(value ? { value } : {}),
    ...(acknowledged ? { acknowledged: { ...acknowledged, by: actorWord(acknowledged.by) } } : {}),
    ...(isSilent ? { silenced: { ...silenced, by: actorWord(silenced.by) } } : {}),
  };
}

/** What was measured: parts by their names, times as people read them, numbers as they are. */
function measured(detail: Alert['detail'], { words, format }: Writing): string {
  return Object.entries(detail)
    .map(([name, value]) => {
      if (name === 'parts' && Array.isArray(value)) {
        return value.map((part) => words.parts[String(part)] ?? String(part)).join(', ');
      }
      if (typeof value === 'number') {
        const text =
          name.endsWith('At') || name === 'at' ? format.moment(value) : format.number(value);
        return name === 'value' || name.endsWith('At') ? text : `${name} ${text}`;
      }
      return Array.isArray(value) ? value.join(', ') : String(value);
    })
    .join(' · ');
}
