import type { Role } from './roles.ts';

/** Whoever acts with a role: somebody logged in, a program with a token, or the command line. */
export interface Actor {
  role: Role;
  /** The ids of the sites whose things this actor may see and change, within the role. */
  sites: 'all' | readonly string[];
  /** Absent: everything that the role may. A token names what it is for. */
  scopes?: readonly Scope[] | undefined;
}

/** Whoever asks: an actor, a citizen (who may nothing of the table) or nobody. */
export type Asking = Actor | { kind: 'citizen' } | undefined;

/** What a token may be for. */
export const scopes = [
  'fleet:read',
  'fleet:write',
  'enrol:write',
  'config:write',
  'policies:write',
  'commands:write',
  'alerts:write',
  'audit:read',
  'metrics:read',
] as const;
export type Scope = (typeof scopes)[number];

export interface Rule {
  roles: readonly Role[];
  /**
   * `site`: about one thing that stands at a site, and only for whoever has that site. `fleet`: about
   * what all sites share, and only for whoever has them all.
   */
  reach: 'site' | 'fleet';
  /** The scope that a token needs; none: no token ever may. */
  scope?: Scope;
  /** A person must have proved who they are within the last minutes, not only at some login before. */
  dangerous?: true;
}

const everybody: readonly Role[] = [
  'viewer',
  'operator',
  'siteManager',
  'administrator',
  'auditor',
];
const operators: readonly Role[] = ['operator', 'siteManager', 'administrator'];
const managers: readonly Role[] = ['siteManager', 'administrator'];
const administrators: readonly Role[] = ['administrator'];
const auditors: readonly Role[] = ['auditor', 'administrator'];

/** Who may do what: the one table that every page, call and command asks. */
export const rules = {
  'fleet.view': { roles: everybody, reach: 'site', scope: 'fleet:read' },
  'fleet.saveView': { roles: [...operators, 'viewer'], reach: 'site' },
  'site.create': { roles: administrators, reach: 'fleet', scope: 'fleet:write' },
  'site.edit': { roles: managers, reach: 'site', scope: 'fleet:write' },
  'gate.create': { roles: managers, reach: 'site', scope: 'fleet:write' },
  'gate.edit': { roles: managers, reach: 'site', scope: 'fleet:write' },
  'gate.note': { roles: operators, reach: 'site', scope: 'fleet:write' },
  'gate.remove': { roles: managers, reach: 'site', scope: 'fleet:write' },
  'kiosk.enrol': { roles: managers, reach: 'site', scope: 'enrol:write' },
  'kiosk.replace': { roles: managers, reach: 'site', scope: 'enrol:write' },
  'kiosk.revoke': { roles: managers, reach: 'site', scope: 'enrol:write', dangerous: true },
  'config.edit': { roles: administrators, reach: 'fleet', scope: 'config:write', dangerous: true },
  'config.rollOut': { roles: managers, reach: 'site', scope: 'config:write', dangerous: true },
  'policy.propose': { roles: administrators, reach: 'fleet', scope: 'policies:write' },
  // It takes a second person, so no token may.
  'policy.release': { roles: administrators, reach: 'fleet', dangerous: true },
  'policy.retire': {
    roles: administrators,
    reach: 'fleet',
    scope: 'policies:write',
    dangerous: true,
  },
  'command.identify': { roles: operators, reach: 'site', scope: 'commands:write' },
  'command.selfTest': { roles: operators, reach: 'site', scope: 'commands:write' },
  'command.outOfService': { roles: operators, reach: 'site', scope: 'commands:write' },
  'command.inService': { roles: operators, reach: 'site', scope: 'commands:write' },
  'command.updating': { roles: operators, reach: 'site', scope: 'commands:write' },
  'command.refreshList': { roles: operators, reach: 'site', scope: 'commands:write' },
  'command.restartProgram': { roles: operators, reach: 'site', scope: 'commands:write' },
  'command.restartBoard': { roles: managers, reach: 'site', scope: 'commands:write' },
  'command.collectLogs': { roles: operators, reach: 'site', scope: 'commands:write' },
  'command.screenshot': { roles: operators, reach: 'site', scope: 'commands:write' },
  // Only a person opens a gate: no token may.
  'command.openOnce': { roles: managers, reach: 'site' },
  'alert.acknowledge': { roles: operators, reach: 'site', scope: 'alerts:write' },
  'alert.silence': { roles: operators, reach: 'site', scope: 'alerts:write' },
  'audit.read': { roles: auditors, reach: 'fleet', scope: 'audit:read' },
  'token.manage': { roles: administrators, reach: 'fleet', dangerous: true },
  'message.manage': { roles: administrators, reach: 'fleet' },
  // Of an account whose sites are all among one's own.
  'account.manage': { roles: administrators, reach: 'site', dangerous: true },
  'desk.check': { roles: operators, reach: 'site' },
  // What the verbale says is for whoever serves the person, not for who manages those who do.
  'desk.secondLevel': { roles: ['operator'], reach: 'site' },
  'metrics.read': { roles: everybody, reach: 'fleet', scope: 'metrics:read' },
} as const satisfies Record<string, Rule>;

export type FleetAction = keyof typeof rules;

/** Whether an action needs a fresh proof of who acts; false for what is no action. Pure. */
export function isDangerous(action: string): boolean {
  const all: Readonly<Record<string, Rule>> = rules;
  return Object.hasOwn(all, action) && all[action]?.dangerous === true;
}

/** What a kiosk may be commanded to do, each a right of its own. */
export const commandActions = (Object.keys(rules) as FleetAction[]).filter((action) =>
  action.startsWith('command.'),
);

/** What an action is about; without `site` it is about what all sites share. */
export interface ActionObject {
  site?: string | undefined;
}

/**
 * Whether somebody may do something to something. Pure: what it does not know it refuses.
 *
 * @example may(session, 'gate.edit', { site: gate.site })
 */
export function may(who: Asking, action: FleetAction, object: ActionObject = {}): boolean {
  if (!who || !('role' in who) || !Object.hasOwn(rules, action)) {
    return false;
  }
  const rule: Rule = rules[action];
  if (!rule.roles.includes(who.role)) {
    return false;
  }
  const ofToken = 'scopes' in who ? who.scopes : undefined;
  if (ofToken && (rule.scope === undefined || !ofToken.includes(rule.scope))) {
    return false;
  }
  if (rule.reach === 'fleet' || object.site === undefined) {
    return who.sites === 'all';
  }
  return who.sites === 'all' || who.sites.includes(object.site);
}

/** The sites whose things somebody may see, or undefined for none at all. */
export function visibleSites(
  who: Asking,
  action: FleetAction = 'fleet.view',
): 'all' | readonly string[] | undefined {
  if (!who || !('role' in who)) {
    return undefined;
  }
  if (who.sites === 'all') {
    return may(who, action) ? 'all' : undefined;
  }
  const seen = who.sites.filter((site) => may(who, action, { site }));
  return seen.length > 0 ? seen : undefined;
}

/** Whether somebody may do something at one of their sites at least: what is offered to them at all. */
export function mayAnywhere(who: Asking, action: FleetAction): boolean {
  return visibleSites(who, action) !== undefined;
}

/**
 * Whether somebody may do something to a thing that belongs to several sites, or to all: only who may do it
 * at each of them. A thing of no site is for who has them all.
 */
export function mayAtEach(
  who: Asking,
  action: FleetAction,
  sites: 'all' | readonly string[],
): boolean {
  return sites === 'all' || sites.length === 0
    ? may(who, action)
    : sites.every((site) => may(who, action, { site }));
}
