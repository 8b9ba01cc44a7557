import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../../../scripts/launch/embedded-postgres.ts';
import { DEMO_POLICY } from '../../../scripts/sample/demo-people.ts';
import { seedPeople } from '../../../scripts/sample/seed-people.ts';
import type { App } from '../../../server/app.ts';
import { guessCounts } from '../../../server/guessing/guess-counts.ts';
import { GUESS_RETENTION_MS, guessLimits, perDay } from '../../../server/guessing/guess-limits.ts';
import { loginLimits } from '../../../server/guessing/login-attempts.ts';
import { CODE_TRIES, RESEND_AFTER_MS } from '../../../server/guessing/one-time-code.ts';
import type { Transports } from '../../../server/notify/transport.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { Store } from '../../../server/store/store.ts';
import type { Messenger } from '../../../server/verification/messenger.ts';
import type { OperatorSession } from '../../../server/verification/second-level.ts';
import { VarcoError } from '../../../shared/errors.ts';
import { releasePolicy } from '../../support/policies/release-policy.ts';
import { startApp } from '../../support/server-app.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const transports: Transports = {
  sms: {
    channel: 'sms',
    send: () => Promise.resolve({ outcome: 'sent' }),
    stop: () => Promise.resolve(),
  },
};

/** The same on both engines; two nodes share one PostgreSQL. */
describe.each(['sqlite', 'postgres'] as const)('%s', (engine) => {
  let folder: string;
  let postgres: Postgres | undefined;
  let url: string;
  let stores: Store[] = [];
  let nodes: App[] = [];
  let clock: VirtualClock;
  let people: Awaited<ReturnType<typeof seedPeople>>;
  const named = (label: string) =>
    people.find((one) => one.label === label) as (typeof people)[number];

  async function node(name: string): Promise<App> {
    const [shared] = stores;
    const store = engine === 'sqlite' && shared ? shared : await openStore(url);
    if (store !== shared) {
      stores.push(store);
    }
    const app = await startApp(store, { node: name, clock, transports });
    nodes.push(app);
    return app;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'varco-guessing-'));
    postgres = engine === 'postgres' ? await startPostgres() : undefined;
  });
  afterAll(async () => {
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    url = postgres ? await postgres.createDatabase() : `sqlite:${join(folder, randomUUID())}.db`;
    clock = new VirtualClock();
    people = await seedPeople(await node('node-a'));
    await node('node-b');
  });
  afterEach(async () => {
    await Promise.all(nodes.map((app) => app.stop()));
    await Promise.all(stores.map((one) => one.close()));
    nodes = [];
    stores = [];
  });

  const at = (index: number): App => nodes[index % nodes.length] as App;
  const storeOf = (index: number): Store => stores[index % stores.length] as Store;

  async function askAtGate(
    gate: number,
    codiceFiscale: string,
    liveIssuedAt?: number,
    credentialId = named('entitled').credentialId,
  ) {
    const { verdict } = await at(gate).verification.verify({
      asker: { id: `kiosk:${gate}`, site: `site-${Math.floor(gate / 50)}` },
      requestId: randomUUID(),
      credentialId,
      codiceFiscale,
      policy: DEMO_POLICY,
      liveIssuedAt,
    });
    return verdict;
  }
  const wrong = () => named('notCovered').person.codiceFiscale;
  const right = () => named('entitled').person.codiceFiscale;

  const dayMax = perDay(guessLimits.credential) + perDay(guessLimits.credentialLive);

  test.each([1, 50, 1000])(
    'a stolen code at %i gates: at most 20 tries a day',
    async (gates) => {
      const looked: number[] = [];
      for (const until = clock.now() + 2 * DAY_MS; clock.now() < until; clock.advance(HOUR_MS)) {
        const round = gates * (gates > 1 ? 1 : 20);
        const verdicts = await Promise.all(
          Array.from({ length: round }, (_, index) => askAtGate(index % gates, wrong())),
        );
        const answered = verdicts.filter(({ outcome }) => outcome !== 'throttled');
        looked.push(...answered.map(() => clock.now()));
      }
      const inDayFrom = (from: number) =>
        looked.filter((one) => one >= from && one < from + DAY_MS).length;
      const busiest = Math.max(...looked.map(inDayFrom));
      expect(busiest).toBeGreaterThan(0);
      expect(busiest).toBeLessThanOrEqual(perDay(guessLimits.credential));
      expect(dayMax).toBeLessThanOrEqual(20);
    },
    120_000,
  );

  test('past the bound a gate tells nothing, and the owner passes with the live code', async () => {
    for (let gate = 0; gate < guessLimits.credential.free; gate += 1) {
      expect((await askAtGate(gate, wrong())).outcome).toBe('denied');
    }
    const answers = [await askAtGate(900, wrong()), await askAtGate(901, right())];
    expect(answers[0]).toMatchObject({ outcome: 'throttled', needs: 'liveCode' });
    expect(answers[1]).toEqual(answers[0]);
    const seconds = Math.floor(clock.now() / 1000);
    expect((await askAtGate(902, right(), seconds)).outcome).toBe('granted');
    // Used once, it is as good as the picture.
    expect(await askAtGate(903, right(), seconds)).toMatchObject({ needs: 'liveCode' });
    // The limit of one gate alone does not hold its owner up either.
    const other = named('notCovered');
    const atFive = (codiceFiscale: string, live?: number) =>
      askAtGate(5, codiceFiscale, live, other.credentialId);
    for (let tried = 0; tried < guessLimits.credentialAtGate.free; tried += 1) {
      await atFive(right());
    }
    expect((await atFive(other.person.codiceFiscale)).outcome).toBe('throttled');
    expect(await atFive(other.person.codiceFiscale, seconds)).toEqual({
      outcome: 'denied',
      reason: 'notCovered',
    });
  });

  test('the owner is warned once a day and staff by an alert; counts outlive restarts', async () => {
    for (let gate = 0; gate < 3 * guessLimits.credential.free; gate += 1) {
      await askAtGate(gate, wrong());
    }
    clock.advance(4 * HOUR_MS);
    await askAtGate(100, wrong());
    const store = storeOf(0);
    const warnings = await store.db
      .selectFrom('message')
      .select('template')
      .where('template', '=', 'codeGuessed')
      .execute();
    expect(warnings).toHaveLength(1);
    expect(await guessCounts(store, clock.now())).toEqual({ credentials: 1, codes: 0 });
    const later = await node('node-c');
    nodes = [later];
    expect(await askAtGate(101, right())).toMatchObject({ needs: 'liveCode' });
    clock.advance(GUESS_RETENTION_MS + 1);
    await later.verification.purgeExpired();
    expect(await store.db.selectFrom('guess').select('key').execute()).toEqual([]);
    expect((await askAtGate(101, right())).outcome).toBe('granted');
  });

  test('a burst of 64 readings on two nodes: as many are looked at as the limit says', async () => {
    const read = (index: number) =>
      at(index).firstLevel.ask({
        asker: { id: 'reader:one', site: 'reading:one' },
        requestId: randomUUID(),
        credentialId: named('entitled').credentialId,
        // The right one comes late in the burst: it must not slip past the count either.
        codiceFiscale: index === 60 ? right() : wrong(),
      });
    const results = await Promise.all(Array.from({ length: 64 }, (_, index) => read(index)));
    const looked = results.filter(({ answer }) => answer.outcome !== 'throttled');
    expect(looked).toHaveLength(guessLimits.credentialAtGate.free);
  });

  test('a burst of 64 logins on two nodes takes as many tries as there are, and gives back', async () => {
    const account = 'ada@example.org';
    const reserve = (index: number) => at(index).logins.attempts.reserve(account, '203.0.113.9');
    const tries = await Promise.all(Array.from({ length: 64 }, (_, index) => reserve(index)));
    const taken = tries.filter(({ ok }) => ok);
    expect(taken).toHaveLength(loginLimits.accountAtAddress.free);
    await Promise.all(taken.map((one) => one.ok && one.reserved.giveBack()));
    const counts = await storeOf(0)
      .db.selectFrom('guess')
      .select(['failures', 'blocked_until'])
      .where('key', 'like', 'l %')
      .execute();
    expect(counts.map(({ failures }) => failures)).toEqual([0, 0, 0]);
    expect(await reserve(0)).toMatchObject({ ok: true });
  });

  describe('one-time codes', () => {
    const purpose = 'contrassegno-parcheggio';
    let sent: string[];
    let isSent: 'sent' | 'waiting' | 'failed';
    let problem: VarcoError | undefined;
    let desk: App;
    const session: OperatorSession = {
      operatorId: '17',
      role: 'operator',
      sites: 'all',
      site: 'torino',
      validUntil: Number.MAX_SAFE_INTEGER,
    };

    beforeEach(async () => {
      sent = [];
      isSent = 'sent';
      problem = undefined;
      const messenger: Messenger = {
        sendCode: (_to, code) => {
          if (problem) {
            return Promise.reject(problem);
          }
          sent.push(code);
          return Promise.resolve();
        },
        sendDetail: () => Promise.resolve(),
        isSent: () => Promise.resolve(isSent),
      };
      desk = await startApp(storeOf(0), { node: 'node-desk', clock, messenger, transports });
    });
    afterEach(() => desk.stop());

    const request = (forPurpose = purpose) =>
      desk.secondLevel.requestCode(session, {
        credentialId: named('entitled').credentialId,
        codiceFiscale: right(),
        purpose: forPurpose,
      });
    const reveal = (code: string, forPurpose = purpose) =>
      desk.secondLevel.reveal(session, {
        credentialId: named('entitled').credentialId,
        purpose: forPurpose,
        code,
      });
    const wrongCode = () => (sent.at(-1) === '000000' ? '000001' : '000000');

    test('wrong ones count over all codes and purposes; the tenth locks the pair for a day', async () => {
      const purposes = [purpose, 'agevolazioni-veicoli'];
      let looked = 0;
      let locked: unknown;
      for (let round = 0; round < 12 && !locked; round += 1) {
        for (const one of purposes) {
          await request(one);
          const answers = await Promise.all([0, 1, 2].map(() => reveal(wrongCode(), one)));
          looked += answers.filter(({ outcome }) => outcome === 'refused').length;
          locked ??= answers.find(({ outcome }) => outcome === 'codesLocked');
        }
        clock.advance(RESEND_AFTER_MS);
      }
      // The tenth answers that the pair is locked.
      expect(looked).toBe(guessLimits.oneTimeCode.free - 1);
      const codes = sent.length;
      expect(await request()).toMatchObject({ outcome: 'codesLocked' });
      expect(await reveal(sent.at(-1) ?? '')).toMatchObject({ outcome: 'codesLocked' });
      expect(sent).toHaveLength(codes);
      const store = storeOf(0);
      const warned = store.db
        .selectFrom('message')
        .select('id')
        .where('template', '=', 'codesLocked');
      expect(await warned.execute()).toHaveLength(1);
      expect(await guessCounts(store, clock.now())).toEqual({ credentials: 0, codes: 1 });
      // Another operator still serves this person, and this one others.
      const other = { ...session, operatorId: '18' };
      const about = {
        credentialId: named('entitled').credentialId,
        codiceFiscale: right(),
        purpose,
      };
      expect((await desk.secondLevel.requestCode(other, about)).outcome).toBe('codeSent');
      clock.advance(DAY_MS);
      await desk.verification.purgeExpired();
      expect((await request()).outcome).toBe('codeSent');
      expect((await reveal(sent.at(-1) ?? '')).outcome).toBe('shown');
    });

    test('a further code is sent only after a wait, and brings no new tries', async () => {
      await request();
      await reveal(wrongCode());
      const again = {
        outcome: 'codeSent',
        triesLeft: CODE_TRIES - 1,
        resendAfterMs: RESEND_AFTER_MS,
      };
      expect(await request()).toMatchObject(again);
      expect(sent).toHaveLength(1);
      await reveal(wrongCode());
      expect(await reveal(wrongCode())).toMatchObject({ reason: 'codeSpent' });
      expect(await request()).toMatchObject({ outcome: 'tooSoon' });
      clock.advance(RESEND_AFTER_MS);
      await request();
      expect(sent).toHaveLength(2);
    });

    test('a code exists only once its message was taken', async () => {
      problem = new VarcoError('messageThrottled', 'Too many');
      expect(await request()).toMatchObject({ outcome: 'messageThrottled' });
      problem = new VarcoError('messageUnavailable', 'No gateway');
      expect(await request()).toEqual({ outcome: 'unavailable' });
      const codes = storeOf(0).db.selectFrom('one_time_code').select('id');
      expect(await codes.execute()).toEqual([]);
      problem = undefined;
      await request();
      for (const state of ['waiting', 'failed'] as const) {
        isSent = state;
        // Nobody can know it yet, so that even the right digits prove nothing.
        expect(await reveal(sent[0] ?? '')).toEqual({ outcome: 'refused', reason: 'codeNotSent' });
      }
      isSent = 'sent';
      expect((await reveal(sent[0] ?? '')).outcome).toBe('shown');
    });

    test('who asks and types without end leaves a row of each refusal, and their number', async () => {
      const rows = async () =>
        (
          await storeOf(0)
            .db.selectFrom('audit')
            .select('body')
            .where('kind', 'like', 'secondLevel%')
            .execute()
        ).map(({ body }) => JSON.parse(body));
      await request();
      const first = await rows();
      for (let round = 0; round < 30; round += 1) {
        await request();
        await reveal(wrongCode());
      }
      const asked = (await rows()).slice(first.length);
      const count = (outcome: string) =>
        asked.filter(({ verdict }) => verdict.outcome === outcome).length;
      // A wrong code is a real try; what is not looked at any more has one row for all.
      expect([count('wrong'), count('spent'), count('codeSent'), count('tooSoon')]).toEqual([
        3, 1, 1, 1,
      ]);
      await desk.stop();
      const counted = (await rows()).flatMap(({ attempts }) => attempts ?? []);
      expect(counted.toSorted()).toEqual([2, 26, 26]);
      desk = await startApp(storeOf(0), { node: 'node-desk', clock, transports });
    });

    test('a level-2 gate guesses no more than an operator does', async () => {
      const [museum] = desk.policies.list().filter(({ id }) => id === DEMO_POLICY);
      await releasePolicy(desk, { ...museum, id: 'livello-2', version: 1, level: 2 });
      const question = {
        asker: { id: 'kiosk:1', site: 'torino' },
        credentialId: named('entitled').credentialId,
        policy: 'livello-2',
      };
      let typed = 0;
      for (let round = 0; round < 12; round += 1) {
        const asked = { ...question, requestId: randomUUID(), codiceFiscale: right() };
        const { verdict } = await desk.verification.verify(asked);
        for (let tried = 0; tried < CODE_TRIES && verdict.outcome === 'otpRequired'; tried += 1) {
          const requestId = randomUUID();
          const code = wrongCode();
          const answer = await desk.secondLevel.verifyCodeAtGate({ ...question, requestId, code });
          typed += answer.verdict.outcome === 'throttled' ? 0 : 1;
        }
        clock.advance(RESEND_AFTER_MS);
      }
      expect(typed).toBe(guessLimits.oneTimeCode.free - 1);
    });
  });
});
