import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { type App, createApp } from '../../../server/app.ts';
import { generateKeyringFile, Keyring } from '../../../server/keys/keyring.ts';
import { openStore } from '../../../server/store/open-store.ts';
import { systemClock } from '../../../shared/clock.ts';
import { cyclic } from '../../sample/cyclic.ts';
import { DEMO_POLICY } from '../../sample/demo-people.ts';
import { type SeededPerson, seedPeople } from '../../sample/seed-people.ts';
import type { BenchContext } from '../harness/bench-context.ts';

const program = fileURLToPath(new URL('./importing.ts', import.meta.url));
/** Between two verifications at the gates of a busy station, on average. */
const PAUSE_MS = 20;

/** How long a gate waits for a verdict while another process imports into the same SQLite file. */
export async function benchBeside(context: BenchContext, path: string, file: string) {
  const keys = generateKeyringFile(0);
  const store = await openStore(`sqlite:${path}`);
  const log = pino({ level: 'silent' });
  const keyring = new Keyring(keys);
  const clock = systemClock;
  const app = createApp({ store, keyring, clock, log, node: 'server', host: 'bench.example' });
  await app.start();
  const people = await seedPeople(app);
  const child = fork(program, [path, JSON.stringify(keys), file], {
    execArgv: ['--import', 'tsx'],
  });
  await once(child, 'message');
  let isOver = false;
  child.once('message', () => {
    isOver = true;
  });
  const waits: number[] = [];
  let failed = 0;
  for (let asked = 0; !isOver; asked += 1) {
    const startedAt = performance.now();
    try {
      await ask(app, cyclic(people, asked), asked);
      waits.push(performance.now() - startedAt);
    } catch {
      failed += 1;
    }
    await sleep(PAUSE_MS);
  }
  await once(child, 'exit');
  await app.stop();
  await store.close();
  waits.sort((a, b) => a - b);
  const at = (part: number) => waits[Math.floor(waits.length * part)] ?? 0;
  const what = 'verification beside an import';
  context.report({ metric: `${what}: p50`, value: at(0.5), unit: 'ms' });
  context.report({ metric: `${what}: p99`, value: at(0.99), unit: 'ms' });
  context.report({ metric: `${what}: longest`, value: waits.at(-1) ?? 0, unit: 'ms' });
  const share = failed / (failed + waits.length);
  context.report({ metric: `${what}: not answered`, value: share, unit: 'of all' });
}

function ask(app: App, { credentialId, person }: SeededPerson, asked: number) {
  return app.verification.verify({
    asker: { id: `kiosk:gate-${asked % 50}`, site: 'torino' },
    requestId: randomUUID(),
    credentialId,
    codiceFiscale: person.codiceFiscale,
    policy: DEMO_POLICY,
  });
}
