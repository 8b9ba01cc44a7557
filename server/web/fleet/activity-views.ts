import type { Activity } from '../../fleet/access/activity-log.ts';
import type { FleetActor } from '../../fleet/access/actor.ts';
import type { ActivityView } from './activity-page.tsx';
import type { Dashboard } from './dashboard.tsx';
import { measured, type Writing } from './measured.ts';
import { linkToGate, linkToSite } from './place-links.ts';
import type { CodeWords } from './words/words.ts';

/** What happened, as somebody may see it. */
export async function activityViews(
  dashboard: Dashboard,
  actor: FleetActor,
  writing: Writing,
  query: { gate?: string; before?: number | undefined; limit?: number },
): Promise<ActivityView[]> {
  const rows = await dashboard.fleet.activity.list(actor, query);
  const nameOf = await dashboard.names.words();
  return rows.map((row) => toView(row, dashboard, writing, nameOf));
}

/** Details of an act that the page shows elsewhere. */
const SHOWN_ELSEWHERE = new Set(['id', 'batch', 'title', 'by', 'rollout', 'proposal']);
const DETAIL_MAX = 300;

function toView(
  row: Activity,
  { fleet }: Dashboard,
  writing: Writing,
  nameOf: (actor: string) => string,
): ActivityView {
  const { id, at, kind, site, gate, actor } = row;
  const detail = detailOf(row, writing, nameOf);
  return {
    id,
    at,
    kind,
    site: site === undefined ? undefined : linkToSite(fleet, site),
    gate: gate === undefined ? undefined : linkToGate(fleet, gate),
    actor: actor === undefined ? undefined : nameOf(actor),
    detail: detail.length > DETAIL_MAX ? `${detail.slice(0, DETAIL_MAX)}…` : detail,
  };
}

/** What else there is to know of an act, in words where there are words. */
function detailOf(
  { kind, body }: Activity,
  writing: Writing,
  nameOf: (actor: string) => string,
): string {
  const { words } = writing;
  const presences: CodeWords = words.presence;
  const presence = (value: unknown) => presences[String(value)] ?? String(value);
  if (kind === 'kiosk.presence') {
    return `${presence(body.was)} → ${presence(body.presence)}`;
  }
  const { kind: about, command, ...rest } = body;
  const isAlert = kind === 'alert.raised' && typeof about === 'string';
  const heads = [
    ...(typeof about === 'string' ? [words.alerts.kinds[about] ?? about] : []),
    ...(typeof command === 'string' ? [words.commands.names[command] ?? command] : []),
    ...(isAlert ? [measured(about, rest, writing)] : []),
  ];
  const fields = Object.entries(isAlert ? {} : rest)
    .filter(([name, value]) => !SHOWN_ELSEWHERE.has(name) && value !== '')
    .map(([name, value]) => {
      const label = words.activity.fields[name] ?? name;
      return `${label}: ${valueText(name, value, writing, nameOf)}`;
    });
  return [...heads.filter(Boolean), ...fields].join(' · ');
}

/** A value of the log: names for who acted, times as people read them, lists with commas. */
function valueText(
  name: string,
  value: unknown,
  { words, format }: Writing,
  nameOf: (actor: string) => string,
): string {
  if (typeof value === 'number') {
    const isTime = name === 'until' || name.endsWith('At');
    const isSpan = name.endsWith('Ms');
    return isTime ? format.moment(value) : isSpan ? format.duration(value) : format.number(value);
  }
  if (name === 'fields' && Array.isArray(value)) {
    return value.map((field) => words.activity.fields[String(field)] ?? String(field)).join(', ');
  }
  const isList = Array.isArray(value) && value.every((one) => typeof one === 'string');
  return isList
    ? value.join(', ')
    : typeof value === 'string'
      ? nameOf(value)
      : JSON.stringify(value);
}
