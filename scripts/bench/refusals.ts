/**
 * Does the response time reveal why a request is refused? Unknown credentials, wrong codici fiscali, and
 * revoked and expired credentials are requested one at a time in random order, and the latencies of each
 * pair are compared by the two-sample Kolmogorov-Smirnov test: a p above 0.01 means that they do not
 * differ noticeably. `npm run bench -- refusals first-level` tests the reading page instead of a gate.
 */
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type App, createApp } from '../../server/app.ts';
import { generateKeyringFile, Keyring } from '../../server/keys/keyring.ts';
import { openStore } from '../../server/store/open-store.ts';
import { systemClock } from '../../shared/clock.ts';
import { DEMO_POLICY } from '../sample/demo-people.ts';
import { seedPeople } from '../sample/seed-people.ts';
import type { BenchContext } from './harness/bench-context.ts';
import { kolmogorovSmirnov } from './harness/kolmogorov-smirnov.ts';

const ASKED_EACH = 1500;
const WARM_UP = 400;
const P_MIN = 0.01;

type Asked = Parameters<App['firstLevel']['ask']>[0];

async function refusedAtGate(app: App, request: Asked): Promise<boolean> {
  const { verdict } = await app.verification.verify({ ...request, policy: DEMO_POLICY });
  return verdict.outcome === 'denied' && verdict.reason === 'notRecognised';
}

async function refusedOnPage(app: App, request: Asked): Promise<boolean> {
  return (await app.firstLevel.ask(request)).answer.outcome === 'notRecognised';
}

export async function run(context: BenchContext): Promise<void> {
  const isFirstLevel = context.args.includes('first-level');
  const folder = await mkdtemp(join(tmpdir(), 'varco-bench-'));
  const store = await openStore(`sqlite:${join(folder, 'refusals.db')}`);
  const keyring = new Keyring(generateKeyringFile(0));
  const log = pino({ level: 'silent' });
  const clock = systemClock;
  const app = createApp({ store, keyring, clock, log, node: 'bench', host: 'bench.example' });
  try {
    await app.start();
    const people = await seedPeople(app);
    const find = (label: string) => people.find((person) => person.label === label) ?? missing();
    const [good, covered, revoked] = [find('entitled'), find('notCovered'), find('revoked')];
    const expired = find('entitledWithCompanion');
    await store.db
      .updateTable('credential')
      .set({ expires_at: 1 })
      .where('id', '=', expired.credentialId)
      .execute();
    const causes: Record<string, () => [string | undefined, string]> = {
      unknownCredential: () => [undefined, good.person.codiceFiscale],
      wrongCode: () => [covered.credentialId, good.person.codiceFiscale],
      revoked: () => [revoked.credentialId, revoked.person.codiceFiscale],
      expired: () => [expired.credentialId, expired.person.codiceFiscale],
    };
    const names = Object.keys(causes);
    const times = new Map<string, number[]>(names.map((name) => [name, []]));
    for (let asked = 0; asked < WARM_UP + ASKED_EACH * names.length; asked += 1) {
      const name = names[randomInt(names.length)] ?? '';
      // The texts of every cause are built the same way just before, so that none finds warmer caches.
      const stranger = randomBytes(16).toString('hex');
      const [known, code] = causes[name]?.() ?? missing();
      const credentialId = Buffer.from(known ?? stranger, 'hex').toString('hex');
      const codiceFiscale = Buffer.from(code).toString();
      const startedAt = performance.now();
      // A new asker each time, so that the limits on guessing do not interfere.
      const asker = { id: `kiosk:${asked}`, site: `site-${asked}` };
      const request = { asker, requestId: randomUUID(), credentialId, codiceFiscale };
      if (!(isFirstLevel ? await refusedOnPage(app, request) : await refusedAtGate(app, request))) {
        missing();
      }
      if (asked >= WARM_UP) {
        times.get(name)?.push(performance.now() - startedAt);
      }
    }
    compareAll(context, times);
    await app.stop();
  } finally {
    await store.close();
    await rm(folder, { recursive: true });
  }
}

function compareAll(context: BenchContext, times: Map<string, number[]>): void {
  const sorted = [...times].map(([name, all]) => [name, all.sort((a, b) => a - b)] as const);
  for (const [index, [name, all]] of sorted.entries()) {
    const median = all[Math.floor(all.length / 2)] ?? 0;
    context.report({ metric: `median, ${name}`, value: median * 1000, unit: 'µs' });
    for (const [other, others] of sorted.slice(index + 1)) {
      const { distance, p } = kolmogorovSmirnov(all, others);
      context.report({ metric: `distance, ${name} and ${other}`, value: distance, unit: 'D' });
      const goal = `> ${P_MIN}`;
      const metric = `probability of one source, ${name} and ${other}`;
      context.report({ metric, value: p, unit: 'p', goal, met: p > P_MIN });
    }
  }
}

function missing(): never {
  throw new Error('The sample people are not as expected');
}
