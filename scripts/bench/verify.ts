/**
 * Server CPU of one verification, over loopback, 200 connections: varco on SQLite and on PostgreSQL
 * against a bare echo and a minimal loop of the same run. Also: how large the printed symbol is, and
 * whether the refusals' causes can be told apart by time.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import QRCode from 'qrcode';
import { generateKeyringFile, Keyring } from '../../server/credential/keyring.ts';
import { writeKeyringFile } from '../../server/credential/keyring-file.ts';
import { encodeCredential } from '../../shared/credential/credential.ts';
import { startPostgres } from '../embedded-postgres.ts';
import type { BenchContext } from './context.ts';
import { Caller, type LoadResult, load } from './server/load.ts';
import type { MinimalPerson } from './server/minimal.ts';
import type { Subject, Told } from './server/process.ts';

const CONNECTIONS = 200;
const WARM_UP_S = 2;
const MEASURE_S = 5;
const processFile = fileURLToPath(new URL('./server/process.ts', import.meta.url));
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const samplePeople: MinimalPerson[] = Array.from({ length: 2 }, (_, index) => ({
  credentialId: String(index).repeat(32),
  codiceFiscale: `RSSMRA80A01H50${index}U`,
}));

interface Measured extends LoadResult {
  cpuMicros: number;
}

export async function run(context: BenchContext): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'varco-bench-'));
  const postgres = await startPostgres();
  try {
    const keyring = join(folder, 'keyring.json');
    await writeKeyringFile(keyring, generateKeyringFile(Date.now()), { replace: false });
    const varco = (database: string): Subject => ({
      kind: 'varco',
      kiosks: CONNECTIONS,
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
    const echo = await measure({ kind: 'echo' });
    const minimal = await measure({ kind: 'minimal', path: minimalPath, people: samplePeople });
    const sqlite = await measure(varco(`sqlite:${join(folder, 'varco.db')}`));
    const onPostgres = await measure(varco(await postgres.createDatabase()));
    reportAll(context, { echo, minimal, sqlite, postgres: onPostgres });
    reportSymbol(context);
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true });
  }
}

async function measure(subject: Subject): Promise<Measured> {
  const child = fork(processFile, [JSON.stringify(subject)], { execArgv: ['--import', 'tsx'] });
  try {
    const [ready] = (await once(child, 'message')) as [Told & { kind: 'ready' }];
    const people = ready.people.length > 0 ? ready.people : samplePeople;
    const isVarco = subject.kind === 'varco';
    const callers = await Promise.all(
      Array.from({ length: CONNECTIONS }, (_, index) =>
        Caller.connect(
          ready.url,
          people,
          isVarco ? { id: `bench-${index}`, privateKey } : undefined,
        ),
      ),
    );
    await load(callers, WARM_UP_S);
    const before = await cpuOf(child);
    const result = await load(callers, MEASURE_S);
    const cpuMicros = (await cpuOf(child)) - before;
    return { ...result, cpuMicros };
  } finally {
    child.disconnect();
    await once(child, 'exit');
  }
}

async function cpuOf(child: ChildProcess): Promise<number> {
  child.send('cpu');
  const [told] = (await once(child, 'message')) as [Told & { kind: 'cpu' }];
  return told.micros;
}

function reportAll(context: BenchContext, all: Record<string, Measured>): void {
  const perAnswer = ({ cpuMicros, answers }: Measured) => cpuMicros / answers;
  const minimal = all.minimal as Measured;
  for (const [name, measured] of Object.entries(all)) {
    const value = perAnswer(measured);
    const isVarco = name === 'sqlite' || name === 'postgres';
    const ratio = value / perAnswer(minimal);
    context.report({
      metric: `server CPU per verification, ${name}`,
      value,
      unit: 'µs',
      ...(isVarco ? { baseline: 'minimal loop', baselineValue: perAnswer(minimal), ratio } : {}),
      ...(name === 'sqlite' ? { goal: 'ratio ≤ 1.5', met: ratio <= 1.5 } : {}),
    });
  }
  for (const [name, { answers, seconds, latencies }] of Object.entries(all)) {
    const at = (part: number) => latencies[Math.floor(latencies.length * part)] ?? 0;
    context.report({ metric: `rate, ${name}`, value: answers / seconds, unit: '1/s' });
    context.report({ metric: `p50, ${name}`, value: at(0.5), unit: 'ms' });
    context.report({ metric: `p99, ${name}`, value: at(0.99), unit: 'ms' });
  }
}

/** The symbol of a status credential for a host of 25 characters, at level M. */
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
