import { describe, expect, test } from 'vitest';
import {
  type FleetAction,
  may,
  rules,
  scopes,
  visibleSites,
} from '../../../../../server/fleet/access/permissions.ts';
import { type Role, roles } from '../../../../../server/fleet/access/roles.ts';

/** Written out by hand, not derived: v viewer, o operator, s site manager, a administrator, u auditor. */
const expected: Record<FleetAction, string> = {
  'fleet.view': 'vosau',
  'fleet.saveView': 'vosa',
  'site.create': 'a',
  'site.edit': 'sa',
  'gate.create': 'sa',
  'gate.edit': 'sa',
  'gate.note': 'osa',
  'gate.remove': 'sa',
  'kiosk.enrol': 'sa',
  'kiosk.replace': 'sa',
  'kiosk.revoke': 'sa',
  'config.edit': 'a',
  'policy.propose': 'a',
  'policy.release': 'a',
  'policy.retire': 'a',
  'config.rollOut': 'sa',
  'command.identify': 'osa',
  'command.selfTest': 'osa',
  'command.outOfService': 'osa',
  'command.inService': 'osa',
  'command.updating': 'osa',
  'command.refreshList': 'osa',
  'command.restartProgram': 'osa',
  'command.restartBoard': 'sa',
  'command.collectLogs': 'osa',
  'command.screenshot': 'osa',
  'command.openOnce': 'sa',
  'alert.acknowledge': 'osa',
  'alert.silence': 'osa',
  'audit.read': 'au',
  'token.manage': 'a',
  'message.manage': 'a',
  'account.manage': 'a',
  'desk.check': 'osa',
  'desk.secondLevel': 'o',
  'metrics.read': 'vosau',
};
const letters: Record<Role, string> = {
  viewer: 'v',
  operator: 'o',
  siteManager: 's',
  administrator: 'a',
  auditor: 'u',
};
const actions = Object.keys(rules) as FleetAction[];
const cells = actions.flatMap((action) => roles.map((role) => [role, action] as const));

describe('role × action', () => {
  test.each(cells)('%s, %s', (role, action) => {
    const all = { role, sites: 'all' } as const;
    const allowed = expected[action].includes(letters[role]);
    expect(may(all, action, { site: 'torino' })).toBe(allowed);
    expect(may(all, action)).toBe(allowed);
    const own = { role, sites: ['torino'] };
    const perSite = rules[action].reach === 'site';
    expect(may(own, action, { site: 'torino' })).toBe(allowed && perSite);
    expect(may(own, action, { site: 'venezia' })).toBe(false);
    expect(may(own, action)).toBe(false);
  });

  test('an auditor changes nothing', () => {
    const auditor = { role: 'auditor', sites: 'all' } as const;
    const allowed = actions.filter((action) => may(auditor, action, { site: 'torino' }));
    expect(allowed).toEqual(['fleet.view', 'audit.read', 'metrics.read']);
  });
});

test('a citizen, nobody, an unknown role and an unknown action may nothing', () => {
  const citizen = {
    kind: 'citizen',
    id: '1',
    codiceFiscale: 'X',
    assurance: 2,
    method: 'oidc',
  } as const;
  for (const action of actions) {
    expect(may(citizen, action, { site: 'torino' })).toBe(false);
    expect(may(undefined, action, { site: 'torino' })).toBe(false);
    expect(may({ role: 'root' as Role, sites: 'all' }, action)).toBe(false);
  }
  const administrator = { role: 'administrator', sites: 'all' } as const;
  expect(may(administrator, 'toString' as FleetAction)).toBe(false);
});

test('a token does what its scopes name and its role may, and never opens a gate', () => {
  const token = { role: 'administrator', sites: 'all', scopes: ['fleet:read'] } as const;
  expect(may(token, 'fleet.view')).toBe(true);
  expect(may(token, 'gate.edit', { site: 'torino' })).toBe(false);
  const weak = { role: 'viewer', sites: 'all', scopes } as const;
  expect(may(weak, 'command.identify', { site: 'torino' })).toBe(false);
  const whole = { role: 'administrator', sites: 'all', scopes } as const;
  expect(actions.filter((action) => !may(whole, action))).toEqual([
    'fleet.saveView',
    'policy.release',
    'command.openOnce',
    'token.manage',
    'message.manage',
    'account.manage',
    'desk.check',
    'desk.secondLevel',
  ]);
});

test('whoever has no site sees none', () => {
  expect(visibleSites({ role: 'viewer', sites: [] })).toBeUndefined();
  expect(visibleSites({ role: 'viewer', sites: ['a'] })).toEqual(['a']);
  expect(visibleSites({ role: 'auditor', sites: 'all' })).toBe('all');
  expect(visibleSites({ role: 'viewer', sites: ['a'] }, 'gate.edit')).toBeUndefined();
  expect(visibleSites(undefined)).toBeUndefined();
});
