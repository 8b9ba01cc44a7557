/**
 * What a kiosk's neighbour notices while that kiosk does what no kiosk does: the p99 of the neighbour's
 * verifications against its own quiet minutes of the same run, for each kind of hostility in turn.
 * `--seconds N` sets how long each turn is measured.
 */
import { fork } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateKeyringFile } from '../../server/keys/keyring.ts';
import { writeKeyringFile } from '../../server/keys/keyring-file.ts';
import { systemClock } from '../../shared/clock.ts';
import { cyclic } from '../sample/cyclic.ts';
import { SimulatedKiosk, type SimulatedPerson } from '../simulated-fleet/simulated-kiosk.ts';
import type { BenchContext } from './harness/bench-context.ts';
import {
  type HostileOrders,
  type Hostility,
  hostilities,
  type ServerMessage,
  type Subject,
} from './link/bench-messages.ts';
import { end } from './link/children.ts';
import { nextMessage, PlainPrograms } from './server/plain.ts';

const SECONDS = 5;
/** Quiet and hostile by turns, so that whatever else the machine does falls on both. */
const ROUNDS = 4;
const ASK_EVERY_MS = 20;
const NEIGHBOUR = `bench-${hostilities.length * ROUNDS}`;
const GOAL = 1.5;
const serverFile = fileURLToPath(new URL('./link/bench-server.ts', import.meta.url));
const hostileFile = fileURLToPath(new URL('./link/hostile-kiosk.ts', import.meta.url));

export async function run({ args, report }: BenchContext): Promise<void> {
  const at = args.indexOf('--seconds');
  const seconds = at === -1 ? SECONDS : Number(args[at + 1]);
  const folder = await mkdtemp(join(tmpdir(), 'varco-bench-hostile-'));
  const programs = await PlainPrograms.build([serverFile, hostileFile]);
  const keys = generateKeyPairSync('ed25519');
  const pem = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const served = await subject(folder, String(keys.publicKey.export({ format: 'jwk' }).x));
  const server = fork(programs.path(serverFile), [JSON.stringify(served)], {
    execArgv: ['--expose-gc'],
  });
  try {
    const { url, people } = await nextMessage<ServerMessage, 'ready'>(server, 'ready');
    const neighbour = await Neighbour.connect(
      { kioskId: NEIGHBOUR, privateKey: keys.privateKey, url },
      people,
    );
    await neighbour.measure(seconds);
    for (const [index, hostility] of hostilities.entries()) {
      const quiet: Measured = { ms: [], refused: 0 };
      const during: Measured = { ms: [], refused: 0 };
      for (let round = 0; round < ROUNDS; round += 1) {
        add(quiet, await neighbour.measure(seconds));
        // One that has not been disconnected for a flood yet.
        const kioskId = `bench-${index * ROUNDS + round}`;
        const orders: HostileOrders = { url, kioskId, privateKey: pem, hostility };
        const hostile = fork(programs.path(hostileFile), [JSON.stringify(orders)], {
          execArgv: [],
        });
        add(during, await neighbour.measure(seconds));
        await end(hostile);
      }
      reportOne(report, hostility, quiet, during);
    }
    neighbour.stop();
  } finally {
    await end(server);
    await programs.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

const what: Record<Hostility, string> = {
  names: 'part names that nobody may send',
  parts: 'reports that add up to ever more parts',
  reports: 'whole reports without pause',
  size: 'messages beyond the size',
};

function reportOne(
  report: BenchContext['report'],
  hostility: Hostility,
  quiet: Measured,
  during: Measured,
): void {
  const ratio = p99(during.ms) / p99(quiet.ms);
  report({
    metric: `verification p99 while a neighbour sends ${what[hostility]}`,
    value: p99(during.ms),
    unit: 'ms',
    baseline: `quiet p99 of ${quiet.ms.length}`,
    baselineValue: p99(quiet.ms),
    ratio,
    goal: `≤ ${GOAL}, none refused`,
    met: ratio <= GOAL && during.refused === 0,
  });
}

interface Measured {
  ms: number[];
  refused: number;
}

/** The kiosk whose people wait. */
class Neighbour {
  readonly #kiosk: SimulatedKiosk;
  readonly #people: readonly SimulatedPerson[];
  #measured: Measured = { ms: [], refused: 0 };

  private constructor(kiosk: SimulatedKiosk, people: readonly SimulatedPerson[]) {
    this.#kiosk = kiosk;
    this.#people = people;
  }

  static async connect(
    identity: ConstructorParameters<typeof SimulatedKiosk>[0]['identity'],
    people: readonly SimulatedPerson[],
  ): Promise<Neighbour> {
    let neighbour: Neighbour | undefined;
    await new Promise<void>((resolve) => {
      const kiosk = new SimulatedKiosk({
        identity,
        clock: systemClock,
        random: () => 0,
        link: (state) => state === 'up' && resolve(),
        verdict: ({ outcome }, ms) => neighbour?.note(outcome, ms),
      });
      neighbour = new Neighbour(kiosk, people);
      kiosk.start();
    });
    if (!neighbour) {
      throw new Error('the neighbour did not connect');
    }
    return neighbour;
  }

  note(outcome: string, ms: number): void {
    if (outcome === 'granted') {
      this.#measured.ms.push(ms);
    } else {
      this.#measured.refused += 1;
    }
  }

  async measure(seconds: number): Promise<Measured> {
    const measured: Measured = { ms: [], refused: 0 };
    this.#measured = measured;
    const until = performance.now() + seconds * 1_000;
    for (let asked = 0; performance.now() < until; asked += 1) {
      const next = new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
      await this.#kiosk.ask(cyclic(this.#people, asked));
      await next;
    }
    return measured;
  }

  stop(): void {
    this.#kiosk.stop();
  }
}

function add(all: Measured, more: Measured): void {
  all.ms.push(...more.ms);
  all.refused += more.refused;
}

function p99(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN;
}

async function subject(folder: string, publicKey: string): Promise<Subject> {
  const keyring = join(folder, 'keyring.json');
  await writeKeyringFile(keyring, generateKeyringFile(Date.now()), { replace: false });
  const config = {
    host: 'varco.example.it',
    alsoHosts: [],
    listen: { address: '127.0.0.1', port: 0 },
    node: 'bench',
    database: `sqlite:${join(folder, 'hostile.db')}`,
    keyring,
    log: 'fatal' as const,
  };
  return { kind: 'varco', config, kiosks: hostilities.length * ROUNDS + 1, publicKey };
}
