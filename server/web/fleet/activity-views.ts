import type { Activity } from '../../fleet/activity.ts';
import type { FleetActor } from '../../fleet/actor.ts';
import type { ActivityView } from './activity-page.tsx';
import type { Dashboard } from './dashboard.tsx';
import type { Format } from './format.ts';
import type { Presence } from './kiosk-row.ts';
import type { FleetWords } from './words/words.ts';

/** What happened, as somebody may see it. */
export async function activityViews(
  dashboard: Dashboard,
  actor: FleetActor,
  writing: Writing,
  query: { gate?: string; before?: number | undefined; limit?: number },
): Promise<ActivityView[]> {
  const sites = dashboard.scope(actor);
  const rows = await dashboard.fleet.activity.list({ ...query, sites });
  return rows.map((row) => toView(row, dashboard, writing));
}

/** What a page writes with. */
type Writing = { words: FleetWords; format: Format };

/** What is said of an act elsewhere on the page. */
const SHOWN_ELSEWHERE = new Set(['id', 'batch', 'title']);
const DETAIL_MAX = 300;

function toView(row: Activity, { fleet }: Dashboard, writing: Writing): ActivityView {
  const { id, at, kind, site, gate, actor, body } = row;
  const detail = Object.entries(body)
    .filter(([name, value]) => !SHOWN_ELSEWHERE.has(name) && value !== '')
    .map(([name, value]) => `${name}: ${valueText(name, value, writing)}`)
    .join(', ');
  return {
    id,
    at,
    kind,
    ...(site === undefined
      ? {}
      : { site: { id: site, name: fleet.roster.site(site)?.title ?? site } }),
    ...(gate === undefined
      ? {}
      : { gate: { id: gate, name: fleet.roster.get(gate)?.gate.title ?? gate } }),
    ...(actor === undefined ? {} : { actor: actorWord(actor) }),
    detail: detail.length > DETAIL_MAX ? `${detail.slice(0, DETAIL_MAX)}…` : detail,
  };
}

/** A value of the log: states in words, times as people read them, lists with commas. */
function valueText(name: string, value: unknown, { words, format }: Writing): string {
  if (name.endsWith('At') && typeof value === 'number') {
    return format.moment(value);
  }
  if (name === 'presence' || name === 'was') {
    return words.presence[value as Presence] ?? String(value);
  }
  const isList = Array.isArray(value) && value.every((one) => typeof one === 'string');
  return isList ? value.join(', ') : typeof value === 'string' ? value : JSON.stringify(value);
}

/** `staff:17` as people read it. */
export function actorWord(actor: string): string {
  return actor.replace(/^staff:/, '');
}
