import type { Presence } from '../state/presence.ts';
import type { KioskRow } from './kiosk-row.ts';

/**
 * Which gates are meant. PURE, and without the schema's library: the API and the server use it, and so does
 * the table's page in the browser.
 */
export interface GateFilter {
  /** On purpose every gate: a filter of nothing else must say so. */
  all?: true | undefined;
  /** Any of these ids. */
  gates?: readonly string[] | undefined;
  sites?: readonly string[] | undefined;
  policies?: readonly string[] | undefined;
  /** Any of these; accents and case do not matter. */
  tags?: readonly string[] | undefined;
  /** Words that are all in the name, id, site's name or tags; accents and case do not matter. */
  text?: string | undefined;
  presences?: readonly Presence[] | undefined;
  /** With an open alert, or without. */
  alerts?: boolean | undefined;
  /** With a peripheral that does not work, or without. */
  faults?: boolean | undefined;
  /** Whether it runs something else than it is to run. */
  drift?: boolean | undefined;
}

/** A gate's row, as far as a filter looks at it. */
export type FilterableGate = Omit<KioskRow, 'since' | 'lastSeenAt' | 'worst' | 'software'>;

const marks = /\p{M}/gu;

/** Without accents and in lower case, so that "citta" finds "Città". */
export function foldText(text: string): string {
  return text.normalize('NFD').replace(marks, '').toLowerCase();
}

interface FoldedGate {
  text: string;
  tags: readonly string[];
}

/** A page asks at each key that is typed: what a row's words fold to is worked out once. */
const foldedGates = new WeakMap<FilterableGate, FoldedGate>();

function foldGate(gate: FilterableGate): FoldedGate {
  let folded = foldedGates.get(gate);
  if (!folded) {
    folded = {
      text: foldText([gate.name, gate.siteName, gate.id, ...gate.tags].join('\n')),
      tags: gate.tags.map(foldText),
    };
    foldedGates.set(gate, folded);
  }
  return folded;
}

/** Whether a gate is one of those that a filter means: every field that is there narrows. */
export function gateMatcher(filter: GateFilter): (gate: FilterableGate) => boolean {
  const { gates, sites, policies, presences, alerts, faults, drift } = filter;
  const ids = gates && new Set(gates);
  const tags = filter.tags?.map(foldText);
  const words = foldText(filter.text ?? '')
    .split(/\s+/)
    .filter(Boolean);
  return (gate) =>
    (!ids || ids.has(gate.id)) &&
    (!sites || sites.includes(gate.siteId)) &&
    (!policies || policies.includes(gate.policy)) &&
    (!presences || presences.includes(gate.presence)) &&
    (alerts === undefined || gate.alerts > 0 === alerts) &&
    (faults === undefined || gate.faults.length > 0 === faults) &&
    (drift === undefined || gate.drift === drift) &&
    (!tags || tags.some((tag) => foldGate(gate).tags.includes(tag))) &&
    words.every((word) => foldGate(gate).text.includes(word));
}
