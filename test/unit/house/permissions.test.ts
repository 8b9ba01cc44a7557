import { fileURLToPath } from 'node:url';
import fastify from 'fastify';
import { describe, expect, test } from 'vitest';
import { type SourceFile, sourceFiles } from '../../../scripts/house/source-files.ts';
import { type FleetAction, rules } from '../../../server/fleet/access/permissions.ts';
import { access, routesOf, stateAccess } from '../../../server/route-access.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const actions = Object.keys(rules) as FleetAction[];

/** The rooms of the server, without the table itself and the pages, which only show what one may. */
const isRoom = ({ path }: SourceFile) =>
  path.startsWith('server/') &&
  !path.startsWith('server/web/') &&
  path !== 'server/fleet/access/permissions.ts';

/** Calls that refuse, or ask and then do; their arguments end before the statement does. */
const asking = /(?:\b(?:demand\w*|meantGates|may|mayAtEach)|#find)\(([^;{}]*)/g;

/** The actions that these files demand. A command's is named after the command. */
function demandedIn(files: readonly SourceFile[]): Set<string> {
  const demanded = new Set<string>();
  for (const { text } of files) {
    for (const [, args = ''] of text.replaceAll('${', '$').matchAll(asking)) {
      for (const action of actions) {
        const isCommand = action.startsWith('command.') && args.includes('`command.$');
        if (isCommand || args.includes(`'${action}'`)) {
          demanded.add(action);
        }
      }
    }
  }
  return demanded;
}

test('every action of the permission table is demanded inside a room', () => {
  const demanded = demandedIn(sourceFiles(root).filter(isRoom));
  expect(actions.filter((action) => !demanded.has(action))).toEqual([]);
});

describe('an action counts as demanded', () => {
  test.each<[string, string[]]>([
    [`demand(who, 'site.create');`, ['site.create']],
    [`demandGate(tx, who, note ? 'gate.note' : 'gate.edit', id);`, ['gate.edit', 'gate.note']],
    [`const route = { config: { access: 'account.manage' } };`, []],
    [`demand(who); say('audit.read');`, []],
  ])('in %s: %s', (text, expected) => {
    const found = demandedIn([{ path: 'server/planted.ts', text }]);
    expect([...found].sort()).toEqual(expected);
  });
});

describe('a route', () => {
  test('that does not state whom it is for is not registered', () => {
    const http = fastify();
    stateAccess(http);
    expect(() => http.get('/open', () => 'x')).toThrow(
      expect.objectContaining({ code: 'routeUnstated' }),
    );
    http.get('/stated', access('public'), () => 'x');
    expect(routesOf(http).map(({ method, url }) => `${method} ${url}`)).toContain('GET /stated');
  });

  test('nor one of a plugin', async () => {
    const http = fastify();
    stateAccess(http);
    http.register(async (scope) => {
      scope.post('/open', { config: { csrf: 'inBody' } }, () => 'x');
    });
    await expect(http.ready()).rejects.toMatchObject({ code: 'routeUnstated' });
  });
});
