import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FleetActor } from '../../../../server/fleet/access/actor.ts';
import { openStore } from '../../../../server/store/open-store.ts';
import type { Store } from '../../../../server/store/store.ts';
import {
  actor,
  administrator,
  enrolKiosk,
  type FleetApp,
  makeSite,
  startFleetApp,
} from '../../../support/fleet-app.ts';

let store: Store;
let one: FleetApp;
let gate: string;

beforeAll(async () => {
  store = await openStore('sqlite::memory:');
  one = await startFleetApp(store);
  [gate = ''] = await makeSite(one.app, 'torino', 1);
  const handlers = { Command: () => ({ status: 'accepted' }) as const };
  const { client } = await enrolKiosk(one, gate, { handlers });
  await client.boot();
});
afterAll(async () => {
  await one.app.stop();
  await store.close();
});

const program: FleetActor = { ...actor('operator'), id: 'token:1', scopes: ['fleet:read'] };
const mayNot: [string, FleetActor][] = [
  ['a viewer', actor('viewer')],
  ['an auditor', actor('auditor')],
  ['an operator of another site', actor('operator', ['venezia'])],
  ['a program that may only read', program],
];

/** A command with what the kiosk sent, as it stands in the table. */
async function ended(name: 'collectLogs' | 'screenshot'): Promise<string> {
  const filter = { gates: [gate] };
  const [row] = await one.app.fleet.commands.send(administrator, { filter, command: { name } });
  const result = JSON.stringify({ type: 'text/plain', content: 'what was on the glass' });
  const id = row?.id ?? '';
  await store.db
    .updateTable('command')
    .set({ state: 'done', ended_at: Date.now(), result })
    .where('id', '=', id)
    .execute();
  return id;
}

describe.each(['collectLogs', 'screenshot'] as const)('%s', (name) => {
  test.each(mayNot)('is not asked for by %s, and its content not read', async (_who, who) => {
    const { commands } = one.app.fleet;
    const given = { filter: { gates: [gate] }, command: { name } };
    await expect(commands.send(who, given)).rejects.toMatchObject({ code: 'forbidden' });
    const id = await ended(name);
    await expect(commands.get(who, id)).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('is for an operator of its site, who alone sees the content', async () => {
    const { commands } = one.app.fleet;
    const operator = actor('operator', ['torino']);
    const id = await ended(name);
    expect((await commands.get(operator, id)).result?.content).toBe('what was on the glass');
    for (const who of [operator, actor('viewer')]) {
      const listed = await commands.list(who, { gate });
      expect(listed.find((row) => row.id === id)?.result).toEqual({ type: 'text/plain' });
    }
  });
});
