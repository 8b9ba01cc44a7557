import { VarcoError } from '../../../shared/errors.ts';
import type { Session } from '../../login/session.ts';
import { type ActionObject, type Actor, type FleetAction, may } from './permissions.ts';

/** Whoever acts on the fleet; `id` is what the audit keeps, such as `staff:17` or `token:…`. */
export type FleetActor = Actor & { id: string; name: string };

/** The command line of the server itself: who may read the keyring may do all. */
export const commandLine: FleetActor = {
  id: 'command',
  name: 'command line',
  role: 'administrator',
  sites: 'all',
};

/** A logged-in member of staff as an actor; a citizen or nobody is none. */
export function actorOf(session: Session | undefined): FleetActor | undefined {
  return session?.kind === 'staff'
    ? {
        id: `staff:${session.accountId}`,
        name: session.name,
        role: session.role,
        sites: session.sites,
      }
    : undefined;
}

/** @throws VarcoError `forbidden` when this actor may not do this to that. */
export function demand(who: FleetActor, action: FleetAction, object: ActionObject = {}): void {
  if (!may(who, action, object)) {
    const where = object.site === undefined ? '' : ` at the site ${object.site}`;
    throw new VarcoError('forbidden', `${who.role} may not do ${action}${where}`);
  }
}
