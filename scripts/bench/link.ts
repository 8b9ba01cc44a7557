/**
 * The kiosks' link: server memory of an idle kiosk and CPU of a heartbeat, compared with bare `ws`, at
 * 10,000 connections (`--connections N`); then 1,000 real link clients (`--kiosks N`) whose server is
 * killed and which reconnect while some of them verify. `ulimit -n` must exceed the number of connections.
 * `--only idle` or `--only storm` runs one of the two.
 */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyringFile } from '../../server/keys/keyring.ts';
import { writeKeyringFile } from '../../server/keys/keyring-file.ts';
import { freePort } from '../launch/free-port.ts';
import type { BenchContext } from './harness/bench-context.ts';
import type { Subject } from './link/bench-messages.ts';
import { Children, end } from './link/children.ts';
import { measureIdle, progress, reportIdle } from './link/idle.ts';
import { storm } from './link/storm.ts';

const CONNECTIONS = 10_000;
const KIOSKS = 1_000;
const STORM_GOAL = 5;
const BACK_GOAL_S = 60;

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const rawPublicKey = String(publicKey.export({ format: 'jwk' }).x);

export async function run(context: BenchContext): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'varco-bench-link-'));
  const children = await Children.build();
  const only = option(context.args, '--only');
  try {
    if (only !== 'storm') {
      const connections = Number(option(context.args, '--connections') ?? CONNECTIONS);
      const wanted = { connections, privateKey: pem };
      const bare = await measureIdle(children, { kind: 'bare' }, wanted);
      const served = await subject(folder, 'idle', connections);
      const varco = await measureIdle(children, served, wanted);
      reportIdle(context, connections, { bare, varco });
    }
    if (only !== 'idle') {
      const kiosks = Number(option(context.args, '--kiosks') ?? KIOSKS);
      await runStorm(context, children, { folder, kiosks });
    }
  } finally {
    await children.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

function option(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at === -1 ? undefined : args[at + 1];
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

async function runStorm(
  { report }: BenchContext,
  children: Children,
  { folder, kiosks }: { folder: string; kiosks: number },
): Promise<void> {
  const served = await subject(folder, 'storm', kiosks, await freePort());
  let { child, ready } = await children.server(served);
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
      progress,
      async restart() {
        child.kill('SIGKILL');
        await once(child, 'exit');
        ({ child } = await children.server(served));
      },
    });
    const [quiet, during] = [p99(result.quietMs), p99(result.stormMs)];
    const ratio = during / quiet;
    report({
      metric: `all ${result.kiosks} kiosks back after the server was killed`,
      value: result.allBackS,
      unit: 's',
      goal: `≤ ${BACK_GOAL_S}`,
      met: result.allBackS <= BACK_GOAL_S && result.kiosks === kiosks,
    });
    report({
      metric: 'verification during the storm, p99',
      value: during,
      unit: 'ms',
      baseline: 'quiet p99',
      baselineValue: quiet,
      ratio,
      goal: `≤ ${STORM_GOAL}`,
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
    await end(child);
  }
}

function p99(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN;
}
