import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { FleetBus } from '../../../../../server/fleet/bus/fleet-bus.ts';
import type { RosterChange } from '../../../../../server/fleet/bus/fleet-events.ts';
import {
  CHANGED_IDS_MAX,
  FLEET_CHANNEL,
  NodeBus,
} from '../../../../../server/fleet/nodes/node-bus.ts';
import { openStore } from '../../../../../server/store/open-store.ts';
import type { Store } from '../../../../../server/store/store.ts';

const log = pino({ level: 'silent' });
let store: Store;
let payloads: string[];
/** By node: what it learnt of the other's changes. */
let seen: Map<string, RosterChange[]>;
let a: NodeBus;

beforeEach(async () => {
  store = await openStore('sqlite::memory:');
  payloads = [];
  seen = new Map();
  await store.listen(FLEET_CHANNEL, (payload) => void payloads.push(payload));
  a = await startNode('a');
  await startNode('b');
  return () => store.close();
});

async function startNode(node: string): Promise<NodeBus> {
  const bus = new FleetBus(log);
  const changes: RosterChange[] = [];
  seen.set(node, changes);
  bus.on('remoteRosterChanged', 'test', (change) => void changes.push(change));
  const nodeBus = new NodeBus({ store, bus, node, log });
  await nodeBus.start();
  return nodeBus;
}

const ids = (count: number) => Array.from({ length: count }, (_, index) => `gate-${index}`);

test('a change reaches the other node with its ids, and not the node that made it', async () => {
  await a.rosterChanged({ sites: ['torino'], gates: ['gate-1'] });
  expect(seen.get('a')).toEqual([]);
  expect(seen.get('b')).toEqual([
    { sites: ['torino'], gates: [] },
    { sites: [], gates: ['gate-1'] },
  ]);
});

test('many ids go in as many notices as PostgreSQL takes; more than can be named are everything', async () => {
  await a.rosterChanged({ sites: [], gates: ids(CHANGED_IDS_MAX) });
  expect(payloads.length).toBeGreaterThan(1);
  expect(Math.max(...payloads.map((payload) => payload.length))).toBeLessThan(8_000);
  const gates = seen.get('b')?.flatMap((change) => (change === 'all' ? [] : change.gates));
  expect(gates).toEqual(ids(CHANGED_IDS_MAX));
  seen.get('b')?.splice(0);
  await a.rosterChanged({ sites: [], gates: ids(CHANGED_IDS_MAX + 1) });
  expect(seen.get('b')).toEqual(['all']);
});

test('a node of the version before names no ids: everything is read', async () => {
  await store.notify(FLEET_CHANNEL, JSON.stringify({ from: 'old', changed: true }));
  expect(seen.get('b')).toEqual(['all']);
});
