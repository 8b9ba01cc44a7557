/**
 * The kiosks' link: server memory of an idle kiosk and CPU of a heartbeat against bare `ws` in the same
 * run, at 10,000 connections (`--connections N`); then 1,000 real link clients (`--kiosks N`) that lose
 * their server to a kill and come back, while some of them verify. Needs `ulimit -n` above the number of
 * connections, in both processes.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateKeyringFile } from '../../server/credential/keyring.ts';
import { writeKeyringFile } from '../../server/credential/keyring-file.ts';
import { freePort } from '../demo/free-port.ts';
import type { BenchContext } from './context.ts';
import type { ClientsAsked, ClientsTold, ServerTold, Subject } from './link/messages.ts';
import { storm } from './link/storm.ts';

const CONNECTIONS = 10_000;
const KIOSKS = 1_000;
const HEARTBEAT_ROUNDS = 3;
/** One part of so many connects before anything is measured. */
const WARM_PART = 10;
const MEMORY_GOAL = 3;
const STORM_GOAL = 5;
const BACK_GOAL_S = 60;

const serverFile = fileURLToPath(new URL('./link/server.ts', import.meta.url));
const clientsFile = fileURLToPath(new URL('./link/clients.ts', import.meta.url));
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const rawPublicKey = String(publicKey.export({ format: 'jwk' }).x);

export async function run(context: BenchContext): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'varco-bench-link-'));
  try {
    const connections = wanted(context.args, '--connections', CONNECTIONS);
    const bare = await measureIdle({ kind: 'bare' }, connections);
    const varco = await measureIdle(await subject(folder, 'idle', connections), connections);
    reportIdle(context, connections, bare, varco);
    await runStorm(context, folder, wanted(context.args, '--kiosks', KIOSKS));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function wanted(args: readonly string[], name: string, otherwise: number): number {
  const at = args.indexOf(name);
  return at === -1 ? otherwise : Number(args[at + 1]);
}

async function subject(folder: string, name: string, kiosks: number, port = 0): Promise<Subject> {
  const keyring = join(folder, `${name}-keyring.json`);
  await writeKeyringFile(keyring, generateKeyringFile(Date.now()), { replace: false });
  const config = {
    host: 'varco.example.it',
    alsoHosts: [],
    listen: { address: '127.0.0.1', port },
    node: 'bench',
    database: `sqlite:${join(folder, `${name}.db`)}`,
    keyring,
    log: 'error' as const,
  };
  return { kind: 'varco', config, kiosks, publicKey: rawPublicKey };
}

interface Idle {
  rssBytes: number;
  heapBytes: number;
  cpuPerHeartbeat: number;
  cpuPerConnection: number;
  connected: number;
}

async function measureIdle(served: Subject, connections: number): Promise<Idle> {
  const { child: server, ready } = await startServer(served);
  const clients = fork(clientsFile, [], { execArgv: ['--import', 'tsx'] });
  await heard<ClientsTold>(clients);
  try {
    const { url } = ready;
    const key = served.kind === 'varco' ? { privateKey: pem } : {};
    // What a process takes for its first connections, and for its own start, is not theirs.
    const warm = Math.ceil(connections / WARM_PART);
    await ask(clients, { kind: 'connect', url, first: 0, connections: warm, ...key });
    const before = await usage(server);
    const more = { first: warm, connections: connections - warm };
    const connected = await ask(clients, { kind: 'connect', url, ...more, ...key });
    const { failed } = connected as ClientsTold & { kind: 'connected' };
    // Once more after the handshakes' rubbish is gone.
    await usage(server);
    const counted = connections - warm - failed;
    const idle = await usage(server);
    const beaten = await ask(clients, { kind: 'heartbeats', rounds: HEARTBEAT_ROUNDS });
    const after = await usage(server);
    const { heartbeats } = beaten as ClientsTold & { kind: 'beaten' };
    return {
      rssBytes: (idle.rssBytes - before.rssBytes) / counted,
      heapBytes: (idle.heapBytes - before.heapBytes) / counted,
      cpuPerConnection: (idle.cpuMicros - before.cpuMicros) / counted,
      cpuPerHeartbeat: (after.cpuMicros - idle.cpuMicros) / heartbeats,
      connected: connections - failed,
    };
  } finally {
    await ended(clients);
    await ended(server);
  }
}

function reportIdle({ report }: BenchContext, wantedConnections: number, bare: Idle, varco: Idle) {
  report({
    metric: 'connections of one node',
    value: varco.connected,
    unit: 'kiosks',
    goal: `${wantedConnections}`,
    met: varco.connected === wantedConnections,
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
  pair('server memory of an idle kiosk, resident', 'B', ({ rssBytes }) => rssBytes, MEMORY_GOAL);
  pair('server memory of an idle kiosk, heap', 'B', ({ heapBytes }) => heapBytes);
  pair('server CPU of a heartbeat', 'µs', ({ cpuPerHeartbeat }) => cpuPerHeartbeat);
  pair('server CPU of a new connection', 'µs', ({ cpuPerConnection }) => cpuPerConnection);
}

async function runStorm({ report }: BenchContext, folder: string, kiosks: number): Promise<void> {
  const served = await subject(folder, 'storm', kiosks, await freePort());
  let { child, ready } = await startServer(served);
  const { url, people } = ready;
  const key = createPrivateKey(pem);
  const identities = Array.from({ length: kiosks }, (_none, index) => ({
    kioskId: `bench-${index}`,
    privateKey: key,
    url,
  }));
  try {
    const result = await storm({
      identities,
      people,
      async restart() {
        child.kill('SIGKILL');
        await once(child, 'exit');
        ({ child } = await startServer(served));
      },
    });
    const [quiet, during] = [p99(result.quietMs), p99(result.stormMs)];
    const ratio = during / quiet;
    const goals = { back: `≤ ${BACK_GOAL_S}`, storm: `≤ ${STORM_GOAL}` };
    report({
      metric: `all ${result.kiosks} kiosks back after the server was killed`,
      value: result.allBackS,
      unit: 's',
      goal: goals.back,
      met: result.allBackS <= BACK_GOAL_S && result.kiosks === kiosks,
    });
    report({
      metric: 'verification during the storm, p99',
      value: during,
      unit: 'ms',
      baseline: 'quiet p99',
      baselineValue: quiet,
      ratio,
      goal: goals.storm,
      met: ratio <= STORM_GOAL,
    });
    report({
      metric: `verifications refused, of ${result.quietMs.length + result.stormMs.length}`,
      value: result.refused,
      unit: '',
      goal: '0',
      met: result.refused === 0,
    });
  } finally {
    await ended(child);
  }
}

async function startServer(served: Subject) {
  const child = fork(serverFile, [JSON.stringify(served)], {
    execArgv: ['--expose-gc', '--import', 'tsx'],
  });
  const ready = (await heard<ServerTold>(child)) as ServerTold & { kind: 'ready' };
  return { child, ready };
}

async function usage(server: ChildProcess) {
  server.send('usage');
  return (await heard<ServerTold>(server)) as ServerTold & { kind: 'usage' };
}

async function ask(clients: ChildProcess, asked: ClientsAsked): Promise<ClientsTold> {
  clients.send(asked);
  return await heard<ClientsTold>(clients);
}

/** The next message of a process; one that ends instead is an error. */
async function heard<Told>(child: ChildProcess): Promise<Told> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`A process of the bench ended (${code})`);
  });
  const message = once(child, 'message').then(([told]) => told as Told);
  return await Promise.race([message, ended]);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

function p99(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN;
}
