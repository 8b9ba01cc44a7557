import { VarcoError } from '../../../shared/errors.ts';
import {
  type ActionObject,
  type Actor,
  type FleetAction,
  may,
  mayAnywhere,
  mayAtEach,
} from './permissions.ts';
import type { Role } from './roles.ts';

/** Whoever acts on the fleet; `id` is what the audit keeps, such as `staff:17` or `token:…`. */
export type FleetActor = Actor & { id: string; name: string };

/** A logged-in member of staff, as far as permissions look; a session has more. */
export interface StaffIdentity {
  kind: 'staff';
  accountId: string;
  name: string;
  role: Role;
  sites: Actor['sites'];
}

/** The command line of the server itself: who may read the keyring may do all. */
export const commandLine: FleetActor = {
  id: 'command',
  name: 'command line',
  role: 'administrator',
  sites: 'all',
};

/** A logged-in member of staff as an actor; a citizen or nobody is none. */
export function actorOf(
  session: StaffIdentity | { kind: 'citizen' } | undefined,
): FleetActor | undefined {
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
export function demand(who: Actor, action: FleetAction, object: ActionObject = {}): void {
  if (!may(who, action, object)) {
    throw forbidden(who, action);
  }
}

/** Demands that this actor may do one of these somewhere at least. @throws VarcoError `forbidden`. */
export function demandAnywhere(who: Actor, actions: readonly FleetAction[]): void {
  if (!actions.some((action) => mayAnywhere(who, action))) {
    throw new VarcoError('forbidden', `${who.role} may do none of: ${actions.join(', ')}`);
  }
}

/** {@link demand} for a thing of several sites or of all. @throws VarcoError `forbidden`. */
export function demandAtEach(who: Actor, action: FleetAction, sites: Actor['sites']): void {
  if (!mayAtEach(who, action, sites)) {
    throw forbidden(who, action);
  }
}

/**
 * {@link demand} for a thing that was looked up. Who has only some sites gets one and the same answer for
 * a thing of another site and for one that is not there: nobody learns by asking what stands elsewhere.
 *
 * @throws VarcoError `forbidden`; for who has every site, `missing` when nothing was found.
 */
export function demandFound<Thing extends { site?: string | undefined }>(
  who: Actor,
  action: FleetAction,
  found: Thing | undefined,
  missing: () => VarcoError,
): Thing {
  demand(who, action, { site: found?.site });
  if (!found) {
    throw missing();
  }
  return found;
}

/** The message names no site: it is the same whether or not the thing is there. */
function forbidden(who: Actor, action: FleetAction): VarcoError {
  return new VarcoError('forbidden', `${who.role} may not do ${action} there`);
}
