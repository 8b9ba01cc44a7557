import type { BenchContext } from '../harness/bench-context.ts';
import { atMost } from '../harness/goals.ts';
import type { Subject } from './bench-messages.ts';
import { ask, type Children, end, usage } from './children.ts';

const HEARTBEAT_ROUNDS = 3;
/** The share of connections made before memory is measured, and in how many parts the others follow. */
const WARM_PART = 0.25;
const PARTS = 3;
const MEMORY_GOAL = 3;

/** What an idle connection, a new one and a heartbeat cost the server. */
export interface Idle {
  residentBytes: number;
  heapBytes: number;
  cpuPerHeartbeat: number;
  cpuPerConnection: number;
  connected: number;
}

/**
 * Connects kiosks to a server in a process of its own. Memory is what the later connections add after a
 * garbage collection, so that the server's own start and first connections do not count.
 */
export async function measureIdle(
  children: Children,
  served: Subject,
  wanted: { connections: number; privateKey: string },
): Promise<Idle> {
  const { child: server, ready } = await children.server(served);
  const clients = await children.clients();
  const { connections, privateKey } = wanted;
  const key = served.kind === 'varco' ? { privateKey } : {};
  let failed = 0;
  const connect = async (first: number, to: number) => {
    const range = { first, connections: to - first };
    const request = { kind: 'connect' as const, url: ready.url, ...range, ...key };
    const { failed: more, seconds } = await ask(clients, request, 'connected');
    failed += more;
    progress(`${served.kind}: ${to - failed} connections, the last in ${seconds.toFixed(1)} s`);
  };
  try {
    const warm = Math.ceil(connections * WARM_PART);
    await connect(0, warm);
    const before = await usage(server);
    for (let part = 0; part < PARTS; part += 1) {
      const at = (share: number) => warm + Math.floor(((connections - warm) * share) / PARTS);
      await connect(at(part), at(part + 1));
    }
    const idle = await usage(server);
    const counted = connections - warm - failed;
    const request = { kind: 'heartbeats', rounds: HEARTBEAT_ROUNDS } as const;
    const { heartbeats } = await ask(clients, request, 'beaten');
    const after = await usage(server);
    progress(`${served.kind}: ${heartbeats} heartbeats`);
    return {
      residentBytes: (idle.rssBytes - before.rssBytes) / counted,
      heapBytes: (idle.heapBytes - before.heapBytes) / counted,
      cpuPerConnection: (idle.cpuMicros - before.cpuMicros) / counted,
      cpuPerHeartbeat: (after.cpuMicros - idle.cpuMicros) / heartbeats,
      connected: connections - failed,
    };
  } finally {
    await end(clients);
    await end(server);
  }
}

export function progress(text: string): void {
  process.stderr.write(`link: ${text}\n`);
}

export function reportIdle(
  { report }: BenchContext,
  wanted: number,
  { bare, varco }: { bare: Idle; varco: Idle },
): void {
  report({
    metric: 'connections of one node',
    value: varco.connected,
    unit: 'kiosks',
    goal: `${wanted}`,
    met: varco.connected === wanted,
  });
  const pair = (metric: string, unit: string, of: (idle: Idle) => number, goal?: number) => {
    const ratio = of(varco) / of(bare);
    report({
      metric,
      value: of(varco),
      unit,
      baseline: 'bare ws',
      baselineValue: of(bare),
      ratio,
      ...atMost(ratio, goal),
    });
  };
  const memory = 'server memory of an idle kiosk';
  pair(`${memory}, resident`, 'B', ({ residentBytes }) => residentBytes, MEMORY_GOAL);
  pair(`${memory}, heap and buffers`, 'B', ({ heapBytes }) => heapBytes, MEMORY_GOAL);
  pair('server CPU of a heartbeat', 'µs', ({ cpuPerHeartbeat }) => cpuPerHeartbeat);
  pair('server CPU of a new connection', 'µs', ({ cpuPerConnection }) => cpuPerConnection);
}
