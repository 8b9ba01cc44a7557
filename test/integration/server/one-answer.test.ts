import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { App } from '../../../server/app.ts';
import { PRIVACY_VERSION } from '../../../server/credential/eligibility.ts';
import { hmacSha256, nodeScrypt } from '../../../server/offline-list/crypto.ts';
import { Entries } from '../../../server/offline-list/entries.ts';
import { isEntitledToCard } from '../../../server/registry/card-standing.ts';
import { type Status, statusOn } from '../../../server/registry/person-status.ts';
import { giudizi, giudizioNames, type Verbale } from '../../../server/registry/verbale.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { Store } from '../../../server/store/store.ts';
import { statusAnswer } from '../../../server/verification/first-level.ts';
import type { Clock } from '../../../shared/clock.ts';
import { compose } from '../../../shared/codice-fiscale/compose.ts';
import { stateOf as entryStateOf } from '../../../shared/offline-list/entry-table.ts';
import { nextDay, romeMidnight } from '../../../shared/rome-day.ts';
import type { Verdict } from '../../../shared/verdict.ts';
import { startApp, testKeyring } from '../../support/server-app.ts';

const PERSONS = 1000;
/** Asked at once. */
const TOGETHER = 50;
const FIRST_DAY = '2026-11-30';
const LAST_DAY = '2026-12-03';
const policies = ['musei-statali', 'trasporto-piemonte', 'trasporto-veneto', 'carta-blu'];
const KDF = { cost: 2, blockSize: 8, parallelism: 1 };
const SEED = 20_261_130;

let store: Store;
let app: App;
let now = romeMidnight(FIRST_DAY) + 1;
const clock: Clock = { now: () => now, monotonic: () => now, after: () => () => {} };

beforeEach(async () => {
  store = await openStore('sqlite::memory:');
  app = await startApp(store, { clock });
});
afterEach(async () => {
  await app.stop();
  await store.close();
});

/** A generator of numbers from 0 to `below`; the seed makes a failure repeatable. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
}

interface Somebody {
  codiceFiscale: string;
  verbali: Verbale[];
  status: string;
  card: string | undefined;
}

/** Verbali of which some are ahead of the first day, autotutele among them; nobody is too young for one. */
function historyOf(index: number, pick: (below: number) => number): Verbale[] {
  const adult = giudizioNames.filter((name) => !/^(minore|anziano)/.test(name));
  return Array.from({ length: 1 + pick(5) }, (_, at): Verbale => {
    const giudizio = adult[pick(adult.length)] ?? 'totale';
    const { area, range } = giudizi[giudizio];
    const ahead = pick(3) === 0;
    const definitiveOn = ahead
      ? `2026-12-0${1 + pick(3)}`
      : `20${10 + pick(16)}-0${1 + pick(9)}-15`;
    const protocol = `H${index}-${at}`;
    const dated = {
      protocol,
      area,
      fiscalBenefits: [],
      state: 'definitive' as const,
      definitiveOn,
    };
    if (at > 0 && pick(4) === 0) {
      return { ...dated, kind: 'autotutela', annuls: `H${index}-${pick(at)}` };
    }
    const judged: Verbale = { ...dated, kind: 'revisione', giudizio };
    return range ? { ...judged, percentage: range[0] } : judged;
  });
}

async function enrol(): Promise<Somebody[]> {
  const pick = numbers(SEED);
  const people: Somebody[] = [];
  for (let index = 0; index < PERSONS; index += 1) {
    const birthDate = new Date(Date.UTC(1960, 0, 1 + index)).toISOString().slice(0, 10);
    const facts = {
      surname: 'Prova',
      name: 'Anna',
      birthDate,
      sex: 'female',
      place: 'H501',
    } as const;
    const codiceFiscale = compose(facts) ?? '';
    const contacts = {
      mobile: `+3933300${String(index).padStart(5, '0')}`,
      email: `p${index}@a.it`,
    };
    const person = { codiceFiscale, name: 'Anna Prova', birthDate, ...contacts };
    const verbali = historyOf(index, pick);
    const rows = verbali.map((verbale) => ({
      person: { ...person, privacyVersion: PRIVACY_VERSION },
      verbale,
    }));
    expect((await app.registry.importRows(rows)).rejected).toEqual([]);
    const { id } = await app.credentials.issue(codiceFiscale, { actor: 't', unchecked: 'status' });
    people.push({ codiceFiscale, verbali, status: id, card: await cardOf(codiceFiscale, verbali) });
  }
  return people;
}

/** A card with an "A" printed on it, whatever its holder's status asks for. */
async function cardOf(codiceFiscale: string, verbali: Verbale[]): Promise<string | undefined> {
  const status = statusOn(verbali, FIRST_DAY);
  if (!isEntitledToCard(status) || !Object.values(status).some(({ recognised }) => recognised)) {
    return undefined;
  }
  const card = { serial: codiceFiscale, expiresAt: romeMidnight('2036-12-01'), companion: true };
  return (await app.credentials.issue(codiceFiscale, { actor: 't', card })).id;
}

async function atGate(credentialId: string, codiceFiscale: string, policy: string) {
  const asker = { id: 'kiosk:k', site: 's' };
  const one = { asker, requestId: randomUUID(), credentialId, codiceFiscale };
  return stateOf((await app.verification.verify({ ...one, policy })).verdict);
}

/** A verdict as an offline list says it, which has no words for why. */
function stateOf(verdict: Verdict): string {
  if (verdict.outcome === 'granted') {
    return verdict.companion ? 'allowedWithCompanion' : 'allowed';
  }
  return verdict.outcome === 'denied' ? 'denied' : 'absent';
}

async function onList(credentialId: string, policyId: string): Promise<string | undefined> {
  const policy = app.policies.find(policyId, new Date(now));
  const deps = { store, keyring: testKeyring, kdf: KDF, scrypt: nodeScrypt, hmac: hmacSha256 };
  const entries = new Entries({ ...deps, now: () => now });
  if (!policy) {
    throw new RangeError(policyId);
  }
  const [word = 0n] = await entries.readFor([credentialId], { policy, epochKey: Buffer.alloc(32) });
  return entryStateOf(word);
}

async function onReadingPage(credentialId: string, codiceFiscale: string) {
  const asker = { id: 'reader:r', site: 's' };
  const one = { asker, requestId: randomUUID(), credentialId, codiceFiscale };
  return (await app.firstLevel.ask(one)).answer;
}

async function compare(one: Somebody, index: number, day: string): Promise<void> {
  const { codiceFiscale, verbali, status: code, card } = one;
  const truth: Status = statusOn(verbali, day);
  const policy = policies[index % policies.length] ?? '';
  const known = await app.registry.findPerson(codiceFiscale);
  expect(known?.status).toEqual(truth);
  expect(await onReadingPage(code, codiceFiscale)).toEqual(statusAnswer(truth));
  expect(await onList(code, policy)).toBe(await atGate(code, codiceFiscale, policy));
  if (card) {
    const page = await onReadingPage(card, codiceFiscale);
    const gate = await atGate(card, codiceFiscale, 'disability-card');
    const due = Object.keys(truth).length === 0 || isEntitledToCard(truth);
    expect(page).toEqual({ outcome: 'card', valid: due });
    expect(gate.startsWith('allowed')).toBe(due);
    expect(await onList(card, 'disability-card')).toBe(gate);
    expect(await atGate(card, codiceFiscale, 'carta-blu')).toBe(due ? 'absent' : 'denied');
  }
}

test('gate, list, reading page and portal say the same on every day', async () => {
  const people = await enrol();
  let changed = 0;
  for (let day = FIRST_DAY; day <= LAST_DAY; day = nextDay(day)) {
    now = romeMidnight(day) + 1;
    // On one of two days the chore comes first; on the other all of them ask before it.
    changed += day.endsWith('1') || day.endsWith('3') ? await app.dueFold.run() : 0;
    for (let from = 0; from < PERSONS; from += TOGETHER) {
      const some = people.slice(from, from + TOGETHER);
      await Promise.all(some.map((one, at) => compare(one, from + at, day)));
    }
  }
  expect(changed).toBeGreaterThan(100);
  expect(people.filter(({ card }) => card).length).toBeGreaterThan(100);
}, 240_000);
