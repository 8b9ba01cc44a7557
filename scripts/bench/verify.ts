/**
 * Server CPU of one verification over 200 connections on loopback: varco on SQLite and on PostgreSQL,
 * compared with a bare echo and a minimal loop. They take turns, and a ratio is the median over all
 * rounds. Also: the size of the printed QR code.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import QRCode from 'qrcode';
import { generateKeyringFile, Keyring } from '../../server/keys/keyring.ts';
import { writeKeyringFile } from '../../server/keys/keyring-file.ts';
import { encodeCredential } from '../../shared/credential/credential.ts';
import { startPostgres } from '../launch/embedded-postgres.ts';
import type { BenchContext } from './harness/bench-context.ts';
import { atMost } from './harness/goals.ts';
import { median } from './harness/median.ts';
import { SITES } from './server/bench-sites.ts';
import { Caller, load } from './server/load.ts';
import type { MinimalPerson } from './server/minimal.ts';
import { nextMessage, PlainPrograms } from './server/plain.ts';
import type { ServerReport, Subject } from './server/process.ts';

const CONNECTIONS = 200;
/** A server runs for weeks, so that its code has long been compiled. */
const WARM_UP_S = 8;
/** The subjects take turns, so that a busy machine slows all of them alike. */
const ROUNDS = 16;
const ROUND_S = 1;
const RATIO_GOAL = 1.5;
const processFile = fileURLToPath(new URL('./server/process.ts', import.meta.url));
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
/** Enough that every request is for another person, as in reality. */
const PERSONS = 2000;
/** The results of one subject over all rounds. */
interface Measured {
  /** Server CPU per answer, microseconds, of each round. */
  cpu: number[];
  rate: number;
  latencies: number[];
}

export async function run(context: BenchContext): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'varco-bench-'));
  const postgres = await startPostgres();
  const programs = await PlainPrograms.build([processFile]);
  try {
    const keyring = join(folder, 'keyring.json');
    await writeKeyringFile(keyring, generateKeyringFile(Date.now()), { replace: false });
    const varco = (database: string): Subject => ({
      kind: 'varco',
      kiosks: CONNECTIONS,
      persons: PERSONS,
      publicKey: String(publicKey.export({ format: 'jwk' }).x),
      config: {
        host: 'varco.example.it',
        alsoHosts: [],
        listen: { address: '127.0.0.1', port: 0 },
        node: 'bench',
        database,
        keyring,
        log: 'error',
      },
    });
    const minimalPath = join(folder, 'minimal.db');
    reportAll(
      context,
      await measureAll(programs, {
        echo: { kind: 'echo', persons: PERSONS },
        minimal: { kind: 'minimal', path: minimalPath, persons: PERSONS },
        sqlite: varco(`sqlite:${join(folder, 'varco.db')}`),
        postgres: varco(await postgres.createDatabase()),
      }),
    );
    reportSymbol(context);
  } finally {
    await programs.remove();
    await postgres.stop();
    await rm(folder, { recursive: true });
  }
}

async function measureAll(
  programs: PlainPrograms,
  subjects: Record<string, Subject>,
): Promise<Map<string, Measured>> {
  const running = new Map<string, Running>();
  try {
    for (const [name, subject] of Object.entries(subjects)) {
      const one = await start(programs, subject);
      running.set(name, one);
      await load(one.callers, WARM_UP_S);
    }
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const { child, callers, measured } of running.values()) {
        const before = await cpuOf(child);
        const { answers, seconds, latencies } = await load(callers, ROUND_S);
        measured.cpu.push(((await cpuOf(child)) - before) / answers);
        measured.rate += answers / seconds / ROUNDS;
        measured.latencies.push(...latencies);
      }
    }
  } finally {
    for (const { child } of running.values()) {
      child.disconnect();
      await once(child, 'exit');
    }
  }
  return new Map([...running].map(([name, { measured }]) => [name, measured]));
}

interface Running {
  child: ChildProcess;
  callers: Caller[];
  measured: Measured;
}

async function start(programs: PlainPrograms, subject: Subject): Promise<Running> {
  const child = fork(programs.path(processFile), [JSON.stringify(subject)], { execArgv: [] });
  const ready = await nextMessage<ServerReport, 'ready'>(child, 'ready');
  const isVarco = subject.kind === 'varco';
  const callers = await Promise.all(
    Array.from({ length: CONNECTIONS }, (_, index) =>
      Caller.connect(
        ready.url,
        goingTo(index, ready.people),
        isVarco ? { id: `bench-${index}`, privateKey } : undefined,
      ),
    ),
  );
  return { child, callers, measured: { cpu: [], rate: 0, latencies: [] } };
}

/** The people at the site of a gate: nobody is at two sites within minutes. */
function goingTo(gate: number, people: readonly MinimalPerson[]): MinimalPerson[] {
  return people.filter((_person, index) => index % SITES === gate % SITES);
}

async function cpuOf(child: ChildProcess): Promise<number> {
  child.send('cpu');
  const { micros } = await nextMessage<ServerReport, 'cpu'>(child, 'cpu');
  return micros;
}

function reportAll(context: BenchContext, all: ReadonlyMap<string, Measured>): void {
  const minimal = all.get('minimal')?.cpu ?? [];
  for (const [name, { cpu }] of all) {
    const isVarco = name === 'sqlite' || name === 'postgres';
    const ratio = median(cpu.map((value, round) => value / (minimal[round] ?? Number.NaN)));
    context.report({
      metric: `server CPU per verification, ${name}`,
      value: median(cpu),
      unit: 'µs',
      baseline: isVarco ? 'minimal loop' : undefined,
      baselineValue: isVarco ? median(minimal) : undefined,
      ratio: isVarco ? ratio : undefined,
      ...atMost(ratio, name === 'sqlite' ? RATIO_GOAL : undefined, `ratio ≤ ${RATIO_GOAL}`),
    });
  }
  for (const [name, { rate, latencies }] of all) {
    latencies.sort((a, b) => a - b);
    const at = (part: number) => latencies[Math.floor(latencies.length * part)] ?? 0;
    context.report({ metric: `rate, ${name}`, value: rate, unit: '1/s' });
    context.report({ metric: `p50, ${name}`, value: at(0.5), unit: 'ms' });
    context.report({ metric: `p99, ${name}`, value: at(0.99), unit: 'ms' });
  }
}

/** The QR version of a status credential for a host of 25 characters, at level M. */
function reportSymbol(context: BenchContext): void {
  const keyring = new Keyring(generateKeyringFile(0));
  const text = encodeCredential(
    { id: 'f'.repeat(32), kind: 'status', issuedAt: 1_800_000_000 },
    { host: 'verifica.regione.example.'.padEnd(25, 'x'), ...keyring.credentialSigner() },
  );
  const { version } = QRCode.create(text, { errorCorrectionLevel: 'M' });
  context.report({
    metric: 'QR version, host of 25 characters, level M',
    value: version,
    unit: 'version',
    goal: '≤ 9',
    met: version <= 9,
  });
}
