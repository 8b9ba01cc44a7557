import type { BenchContext } from '../harness/bench-context.ts';
import type { ClientsTold, Subject } from './bench-messages.ts';
import { ask, type Children, end, usage } from './children.ts';

const HEARTBEAT_ROUNDS = 3;
/** The part of the connections that is there before anything is measured, and in how many the rest come. */
const WARM_PART = 0.25;
const PARTS = 3;
const MEMORY_GOAL = 3;

/** What one connection that says nothing costs its server, and what one that says it lives. */
export interface Idle {
  residentBytes: number;
  heapBytes: number;
  cpuPerHeartbeat: number;
  cpuPerConnection: number;
  connected: number;
}

/**
 * Connects kiosks to a server in a process of its own. What a process takes for its own start and its
 * first connections is not theirs: memory is what the later ones add, after everything that can be
 * collected was.
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
    const told = await ask(clients, { kind: 'connect', url: ready.url, ...range, ...key });
    const { failed: more, seconds } = told as ClientsTold & { kind: 'connected' };
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
    const beaten = await ask(clients, { kind: 'heartbeats', rounds: HEARTBEAT_ROUNDS });
    const after = await usage(server);
    const { heartbeats } = beaten as ClientsTold & { kind: 'beaten' };
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
      ...(goal === undefined ? {} : { goal: `≤ ${goal}`, met: ratio <= goal }),
    });
  };
  const memory = 'server memory of an idle kiosk';
  pair(`${memory}, resident`, 'B', ({ residentBytes }) => residentBytes, MEMORY_GOAL);
  pair(`${memory}, heap and buffers`, 'B', ({ heapBytes }) => heapBytes, MEMORY_GOAL);
  pair('server CPU of a heartbeat', 'µs', ({ cpuPerHeartbeat }) => cpuPerHeartbeat);
  pair('server CPU of a new connection', 'µs', ({ cpuPerConnection }) => cpuPerConnection);
}
