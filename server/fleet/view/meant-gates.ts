import { demand } from '../access/actor.ts';
import { type Actor, type FleetAction, visibleSites } from '../access/permissions.ts';
import type { RosterGate } from '../state/roster.ts';
import type { GateFilter } from './gate-filter.ts';
import type { KioskRows } from './kiosk-rows.ts';

/** What an actor means by a filter: the gates, and the filter with their sites in it. */
export interface MeantGates {
  filter: GateFilter;
  gates: RosterGate[];
}

/**
 * The gates that an actor means by a filter and may do this to. Who has only some sites means only gates of
 * theirs, so that a filter's answer says nothing about gates elsewhere; a gate or a site that they name must
 * be theirs, whether it is there or not, and "all" is for who has all.
 *
 * @throws VarcoError `forbidden`.
 */
export function meantGates(
  rows: Pick<KioskRows, 'rows' | 'matching'>,
  who: Actor,
  action: FleetAction,
  filter: GateFilter,
): MeantGates {
  if (who.sites === 'all' || filter.all) {
    demand(who, action);
    return { filter, gates: rows.matching(filter) };
  }
  for (const site of filter.sites ?? []) {
    demand(who, action, { site });
  }
  for (const id of filter.gates ?? []) {
    demand(who, action, { site: rows.rows([id])[0]?.siteId });
  }
  const own = visibleSites(who, action);
  if (own === undefined) {
    demand(who, action);
  }
  const sites = filter.sites ?? (own === 'all' ? undefined : own);
  const narrowed = { ...filter, sites };
  return { filter: narrowed, gates: rows.matching(narrowed) };
}
