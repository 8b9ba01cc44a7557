import type { Presence } from '../../fleet/state/presence.ts';
import { type GateFilter, gateMatcher } from '../../fleet/view/gate-filter.ts';
import { type KioskRow, presences } from '../../fleet/view/kiosk-row.ts';

/**
 * Filter and order of the kiosks' table. PURE: the server answers a form with it where there is no
 * JavaScript, and the table's island uses the very same in the browser.
 */
export const sortKeys = ['state', 'name', 'site', 'policy', 'alerts', 'software', 'seen'] as const;
export type SortKey = (typeof sortKeys)[number];

export interface KioskQuery {
  /** Words that must all be in the name, site, id or tags; letters' accents and case do not matter. */
  text: string;
  presence: Presence | '';
  site: string;
  policy: string;
  tag: string;
  /** Only those with an open alert, or only those with drift. */
  only: 'alerts' | 'drift' | 'faults' | '';
  sort: SortKey;
  descending: boolean;
}

export const wholeFleet: KioskQuery = {
  text: '',
  presence: '',
  site: '',
  policy: '',
  tag: '',
  only: '',
  sort: 'state',
  descending: false,
};

/** The longest text of one field: a query is in a URL and in a saved view. */
export const QUERY_FIELD_MAX = 100;
const onlys = ['alerts', 'drift', 'faults'] as const;

/** Reads a query string's fields; what is not known is left out, never an error. */
export function parseKioskQuery(fields: Readonly<Record<string, unknown>>): KioskQuery {
  const field = (name: string) => {
    const value = fields[name];
    return typeof value === 'string' ? value.slice(0, QUERY_FIELD_MAX).trim() : '';
  };
  const oneOf = <Word extends string>(name: string, words: readonly Word[]) =>
    words.find((word) => word === field(name));
  return {
    text: field('text'),
    presence: oneOf('presence', presences) ?? '',
    site: field('site'),
    policy: field('policy'),
    tag: field('tag'),
    only: oneOf('only', onlys) ?? '',
    sort: oneOf('sort', sortKeys) ?? 'state',
    descending: field('order') === 'desc',
  };
}

/** The query string of a query, without what is as usual: `presence=offline&sort=site`. */
export function formatKioskQuery(query: KioskQuery): string {
  const fields = new URLSearchParams();
  for (const name of ['text', 'presence', 'site', 'policy', 'tag', 'only'] as const) {
    if (query[name]) {
      fields.set(name, query[name]);
    }
  }
  if (query.sort !== 'state') {
    fields.set('sort', query.sort);
  }
  if (query.descending) {
    fields.set('order', 'desc');
  }
  return fields.toString();
}

/** The gates that a query asks for. */
export function filterOf({ text, presence, site, policy, tag, only }: KioskQuery): GateFilter {
  return {
    text,
    presences: presence === '' ? undefined : [presence],
    sites: site === '' ? undefined : [site],
    policies: policy === '' ? undefined : [policy],
    tags: tag === '' ? undefined : [tag],
    alerts: only === 'alerts' || undefined,
    drift: only === 'drift' || undefined,
    faults: only === 'faults' || undefined,
  };
}

const collator = new Intl.Collator('it', { numeric: true, sensitivity: 'base' });
const rank = new Map(presences.map((presence, index) => [presence, index]));

type Compare = (one: KioskRow, other: KioskRow) => number;
type CompareText = (one: string, other: string) => number;

const softwareOf = ({ software }: KioskRow) => software ?? '';

/** How a column orders rows, with what orders its words. */
const compares: Record<SortKey, (text: CompareText) => Compare> = {
  // The worst first, and of equals those that have just become so.
  state: () => (one, other) =>
    (rank.get(one.presence) ?? 0) - (rank.get(other.presence) ?? 0) || other.alerts - one.alerts,
  name: (text) => (one, other) => text(one.name, other.name),
  site: (text) => (one, other) => text(one.siteName, other.siteName),
  policy: (text) => (one, other) => text(one.policy, other.policy),
  alerts: () => (one, other) =>
    other.alerts - one.alerts || other.faults.length - one.faults.length,
  software: (text) => (one, other) => text(softwareOf(one), softwareOf(other)),
  seen: () => (one, other) => (one.lastSeenAt ?? 0) - (other.lastSeenAt ?? 0),
};

/** The rows asked for, in the order asked for. */
export function selectKiosks(rows: Iterable<KioskRow>, query: KioskQuery): KioskRow[] {
  const wanted = [...rows].filter(gateMatcher(filterOf(query)));
  const texts = new Set<string>();
  for (const row of wanted) {
    texts.add(row.name).add(row.siteName).add(row.policy).add(softwareOf(row));
  }
  return wanted.sort(orderOf(query, ranked(texts)));
}

/**
 * Words in the collator's order as numbers: thousands of rows have few different words, and comparing
 * two by the rules of a language costs a hundred times what two numbers do.
 */
function ranked(texts: Iterable<string>): CompareText {
  const ranks = new Map<string, number>();
  let last: string | undefined;
  let next = 0;
  for (const text of [...texts].sort(collator.compare)) {
    next += last !== undefined && collator.compare(last, text) !== 0 ? 1 : 0;
    ranks.set(text, next);
    last = text;
  }
  return (one, other) => (ranks.get(one) ?? 0) - (ranks.get(other) ?? 0);
}

/** A total order: by the query's column, then by site, name and id, so that no row jumps about. */
export function orderOf(query: KioskQuery, text: CompareText = collator.compare): Compare {
  const compare = compares[query.sort](text);
  const sign = query.descending ? -1 : 1;
  return (one, other) =>
    sign * compare(one, other) ||
    text(one.siteName, other.siteName) ||
    text(one.name, other.name) ||
    (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);
}

/**
 * What `selectKiosks` would answer after some rows changed, from what it answered before: a few rows
 * find their places among thousands without sorting them all again.
 *
 * @param changed rows that are new or differ; of one that comes twice the last counts.
 * @param gone ids of those that are no more.
 */
export function reselectKiosks(
  selected: readonly KioskRow[],
  changed: readonly KioskRow[],
  gone: readonly string[],
  query: KioskQuery,
): KioskRow[] {
  const fresh = new Map(changed.map((row) => [row.id, row]));
  const out = new Set([...gone, ...fresh.keys()]);
  const kept = selected.filter(({ id }) => !out.has(id));
  const order = orderOf(query);
  const added = [...fresh.values()].filter(gateMatcher(filterOf(query))).sort(order);
  const merged: KioskRow[] = [];
  let next = 0;
  for (const row of added) {
    const place = placeOf(row, kept, next, order);
    for (; next < place; next += 1) {
      merged.push(kept[next] as KioskRow);
    }
    merged.push(row);
  }
  for (; next < kept.length; next += 1) {
    merged.push(kept[next] as KioskRow);
  }
  return merged;
}

/** The first index, from `from` on, whose row stands after the given one. */
function placeOf(
  row: KioskRow,
  rows: readonly KioskRow[],
  from: number,
  order: (one: KioskRow, other: KioskRow) => number,
): number {
  let low = from;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order(rows[middle] as KioskRow, row) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
