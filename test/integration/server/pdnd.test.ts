import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DEMO_POLICY, demoPeople } from '../../../scripts/sample/demo-people.ts';
import { defaultPdndLimits, PdndSource } from '../../../server/registry/pdnd/source.ts';
import { openStore } from '../../../server/store/open-store.ts';
import { systemClock } from '../../../shared/clock.ts';
import { type Mood, PdndService } from '../../support/pdnd-service.ts';
import { startApp } from '../../support/server-app.ts';

const [entitled, , , , stranger] = demoPeople as [
  (typeof demoPeople)[number],
  unknown,
  unknown,
  unknown,
  (typeof demoPeople)[number],
];
const code = entitled.person.codiceFiscale;
let service: PdndService;
let now: number;

function createSource(changes: Partial<PdndService['config']> = {}) {
  const config = { ...service.config, ...changes };
  const clock = { ...systemClock, now: () => now, monotonic: () => now };
  const log = pino({ level: 'silent' });
  const limits = { ...defaultPdndLimits, timeoutMs: 300 };
  return new PdndSource({ config, key: service.clientKey, clock, log, limits });
}

beforeEach(async () => {
  now = Date.now();
  service = new PdndService();
  await service.start();
  service.verbali.set(code, entitled.verbali);
});
afterEach(() => service.stop());

test('a status, and somebody the archive does not know, with one voucher', async () => {
  const source = createSource();
  const answers = await Promise.all([source.statusOf(code), source.statusOf(code)]);
  expect(answers[0]).toMatchObject({
    kind: 'known',
    status: { invaliditaCivile: { percentage: 80 } },
  });
  expect(await source.statusOf(stranger.person.codiceFiscale)).toEqual({ kind: 'unknown' });
  expect(service.refusals).toEqual([]);
  expect(service.vouchers).toBeLessThanOrEqual(2);
});

test('a voucher is used until shortly before its end', async () => {
  const source = createSource();
  await source.statusOf(code);
  now += service.voucherLifeS * 1000 - defaultPdndLimits.voucherMarginMs - 1;
  await source.statusOf(code);
  expect(service.vouchers).toBe(1);
  now += 2;
  await source.statusOf(code);
  expect(service.vouchers).toBe(2);
});

test('a voucher that the platform ended early is replaced once', async () => {
  const source = createSource();
  service.mood = 'revoking';
  expect((await source.statusOf(code)).kind).toBe('known');
  expect(service.vouchers).toBe(2);
});

test.each([
  ['purposeId', 'another'],
  ['clientId', 'another'],
  ['keyId', 'another'],
  ['assertionAudience', 'another'],
])('a wrong %s is refused by the platform and is unavailable here', async (field, value) => {
  expect(await createSource({ [field]: value }).statusOf(code)).toEqual({ kind: 'unavailable' });
  expect(service.refusals.length).toBeGreaterThan(0);
});

test.each<Mood>(['silent', 'failing', 'garbled', 'huge'])('%s is unavailable', async (mood) => {
  service.mood = mood;
  expect(await createSource().statusOf(code)).toEqual({ kind: 'unavailable' });
});

describe('the circuit breaker', () => {
  test('opens after failures, lets one try after a while, and closes again', async () => {
    const source = createSource();
    service.mood = 'failing';
    for (let index = 0; index < 8; index += 1) {
      await source.statusOf(code);
    }
    expect(service.questions).toBe(5);
    service.mood = 'well';
    expect((await source.statusOf(code)).kind).toBe('unavailable');
    now += 10_001;
    expect((await source.statusOf(code)).kind).toBe('known');
    expect((await source.statusOf(code)).kind).toBe('known');
  });
});

test('at a gate, an upstream fault is unconfirmed and never denied', async () => {
  const store = await openStore('sqlite::memory:');
  const app = await startApp(store, { source: createSource() });
  const { person } = entitled;
  await app.registry.importRows([{ person }]);
  const { id } = await app.credentials.issue(code, { actor: 'test', unchecked: 'status' });
  const ask = async (codiceFiscale: string) => {
    const asker = { id: 'kiosk:g', site: 's' };
    const request = { asker, requestId: randomUUID(), credentialId: id, policy: DEMO_POLICY };
    return (await app.verification.verify({ ...request, codiceFiscale })).verdict;
  };
  expect(await ask(code)).toEqual(entitled.expected);
  const asked = service.questions;
  const refused = { outcome: 'denied', reason: 'notRecognised' };
  expect(await ask(stranger.person.codiceFiscale)).toEqual(refused);
  expect(service.questions).toBe(asked);
  service.mood = 'failing';
  expect(await ask(code)).toEqual({ outcome: 'unconfirmed', reason: 'unavailable' });
  await app.stop();
  await store.close();
});
