import { randomUUID, type scrypt } from 'node:crypto';
import { TOTP } from 'otpauth';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type Postgres, startPostgres } from '../../../scripts/launch/embedded-postgres.ts';
import { DEMO_POLICY } from '../../../scripts/sample/demo-people.ts';
import { type SeededPerson, seedPeople } from '../../../scripts/sample/seed-people.ts';
import type { App } from '../../../server/app.ts';
import { commandLine } from '../../../server/fleet/access/actor.ts';
import type { Status } from '../../../server/registry/person-status.ts';
import type { StatusSource } from '../../../server/registry/status-source.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { TableRow } from '../../../server/store/schema.ts';
import type { Engine, Store } from '../../../server/store/store.ts';
import { systemClock } from '../../../shared/clock.ts';
import { countAttacks } from '../../support/attack-counts.ts';
import { type Cause, interleave, type Latencies, toldApart } from '../../support/interleaved.ts';
import { startApp } from '../../support/server-app.ts';
import { webAssets } from '../../support/web-assets.ts';

// A cheaper hash, of the same shape for everybody: thousands of the real ones would take hours.
vi.mock('node:crypto', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:crypto')>();
  const cheap = { N: 256, r: 8, p: 1 };
  const scryptOf = ((text, salt, bytes, options, done) =>
    real.scrypt(text, salt, bytes, { ...options, ...cheap }, done)) as typeof scrypt;
  return { ...real, scrypt: scryptOf };
});

const LANES = 24;
const ROUNDS = process.env.VARCO_ATTACK === 'short' ? 14 : 42;
/** As in use, but shorter: a few times what the work takes here, so that thousands of answers take minutes. */
const answerTimes = { readingMs: 120, loginMs: 200, refusalMs: 100, upstreamMs: 160 };
const TIMEOUT = { timeout: 300_000 };
const PASSWORD = 'violetta azzurra 42 gradini';

const status: Status = {
  invaliditaCivile: {
    ...{ protocol: 'P', giudizio: 'totale', recognised: true, percentage: 100 },
    ...{ accompagnamento: false, fiscalBenefits: [], definitiveOn: '2020-01-01' },
  },
};

/** Throttled, wrong and right, on one engine: that the answers take alike is seen in a thousand of each cause. */
export function tellApart(engine: Engine): void {
  let postgres: Postgres | undefined;
  let store: Store;
  let app: App;
  let people: SeededPerson[];
  let source: StatusSource | undefined;
  /** The counts of wrong tries before the measurement: of whoever must be throttled, and nobody else. */
  let counted: TableRow<'guess'>[];
  let asked = 0;
  // It stands still: no block ends midway.
  const clock = {
    ...systemClock,
    now: (
      (at) => () =>
        at
    )(Date.now()),
  };

  beforeAll(async () => {
    postgres = engine === 'postgres' ? await startPostgres() : undefined;
  });
  afterAll(() => postgres?.stop());
  beforeEach(() => {
    source = undefined;
  });
  afterEach(async () => {
    await app.stop();
    await store.close();
  });

  async function start(): Promise<void> {
    store = await openStore(postgres ? await postgres.createDatabase() : 'sqlite::memory:');
    app = await startApp(store, { clock, source, answerTimes, web: { assets: await webAssets() } });
    people = await seedPeople(app);
    const { credentialId } = find('notCovered');
    await app.credentials.lock(credentialId, { actor: 'test' });
    const expired = { expires_at: 1 };
    const { credentialId: old } = find('entitledWithCompanion');
    await store.db.updateTable('credential').set(expired).where('id', '=', old).execute();
  }

  const find = (label: SeededPerson['label']) =>
    people.find((person) => person.label === label) as SeededPerson;
  const right = ({ person }: SeededPerson) => person.codiceFiscale;
  const stranger = () => right(find('revoked'));
  const address = () => {
    asked += 1;
    return `10.${(asked >> 16) & 255}.${(asked >> 8) & 255}.${asked & 255}`;
  };

  function post(url: string, fields: Record<string, string>, remoteAddress = address()) {
    return app.http.inject({
      method: 'POST',
      url,
      remoteAddress,
      headers: { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams(fields).toString(),
    });
  }

  /** Tries until it is throttled. */
  async function block(attempt: () => Promise<boolean>): Promise<void> {
    for (let tried = 0; !(await attempt()); tried += 1) {
      expect(tried).toBeLessThan(100);
    }
    counted = await store.db.selectFrom('guess').selectAll().execute();
  }

  async function measure(causes: Readonly<Record<string, Cause>>): Promise<Latencies> {
    // What a round counted is taken back, so that the next one is not throttled by it.
    const between = () =>
      store.transaction(async (tx) => {
        await tx.deleteFrom('guess').execute();
        await tx.insertInto('guess').values(counted).execute();
      });
    await interleave(causes, { rounds: 4, lanes: LANES, between });
    const latencies = await interleave(causes, { rounds: ROUNDS, lanes: LANES, between });
    countAttacks({ inputs: ROUNDS * LANES * Object.keys(causes).length });
    return latencies;
  }

  /** A cause that must be answered with a status. */
  const expecting = (status: number, send: () => ReturnType<typeof post>) => async () => {
    const { statusCode } = await send();
    if (statusCode !== status) {
      throw new Error(`Answered with ${statusCode} and not ${status}`);
    }
  };

  async function readingCauses(): Promise<Record<string, Cause>> {
    const [one, unknown] = [find('entitled'), find('notInArchive')];
    const read = (who: SeededPerson, codiceFiscale: string, from?: string) =>
      post(new URL(who.text).pathname, { 'codice-fiscale': codiceFiscale }, from);
    const blocked = '192.0.2.1';
    await block(async () => (await read(one, stranger(), blocked)).statusCode === 429);
    const { credentialId: id } = unknown;
    await store.db.deleteFrom('credential_event').where('credential_id', '=', id).execute();
    await store.db.deleteFrom('credential').where('id', '=', id).execute();
    return {
      right: expecting(200, () => read(one, right(one))),
      wrongCode: expecting(200, () => read(one, stranger())),
      unknownCredential: expecting(200, () => read(unknown, right(unknown))),
      revoked: expecting(200, () => read(find('revoked'), right(find('revoked')))),
      locked: expecting(200, () => read(find('notCovered'), right(find('notCovered')))),
      expired: expecting(200, () =>
        read(find('entitledWithCompanion'), right(find('entitledWithCompanion'))),
      ),
      throttledRight: expecting(429, () => read(one, right(one), blocked)),
      throttledWrong: expecting(429, () => read(one, stranger(), blocked)),
    };
  }

  async function gateCauses(): Promise<Record<string, Cause>> {
    const one = find('entitled');
    const verify = async (credentialId: string, codiceFiscale: string, kiosk?: string) => {
      asked += 1;
      const asker = { id: `kiosk:${kiosk ?? asked}`, site: kiosk ?? `site-${asked}` };
      const question = { asker, credentialId, codiceFiscale, policy: DEMO_POLICY };
      const { verdict } = await app.gateAnswers.verify({ ...question, requestId: randomUUID() });
      return verdict.outcome;
    };
    const is = (outcome: string, ask: () => Promise<string>) => async () => {
      const got = await ask();
      if (got !== outcome) {
        throw new Error(`Answered with ${got} and not ${outcome}`);
      }
    };
    const own = (label: SeededPerson['label']) => {
      const { credentialId } = find(label);
      return is('denied', () => verify(credentialId, right(find(label))));
    };
    await block(async () => (await verify(one.credentialId, stranger(), 'b')) === 'throttled');
    return {
      ...(source ? { right: is('granted', () => verify(one.credentialId, right(one))) } : {}),
      wrongCode: is('denied', () => verify(one.credentialId, stranger())),
      unknownCredential: is('denied', () => verify(randomUUID().replaceAll('-', ''), right(one))),
      revoked: own('revoked'),
      locked: own('notCovered'),
      expired: own('entitledWithCompanion'),
      throttledRight: is('throttled', () => verify(one.credentialId, right(one), 'b')),
      throttledWrong: is('throttled', () => verify(one.credentialId, stranger(), 'b')),
    };
  }

  /** An upstream source that answers after some time of its own. */
  const upstream = (): StatusSource => ({
    name: 'slow',
    async statusOf() {
      await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20));
      return { kind: 'known', status };
    },
  });

  test('the reading page', TIMEOUT, async () => {
    await start();
    expect(toldApart(await measure(await readingCauses()))).toEqual([]);
  });

  test('the reading page, with an external source of statuses', TIMEOUT, async () => {
    source = upstream();
    await start();
    expect(toldApart(await measure(await readingCauses()))).toEqual([]);
  });

  test('a gate’s refusals', TIMEOUT, async () => {
    await start();
    expect(toldApart(await measure(await gateCauses()))).toEqual([]);
  });

  test('a gate’s answers, with an external source of statuses', TIMEOUT, async () => {
    source = upstream();
    await start();
    expect(toldApart(await measure(await gateCauses()))).toEqual([]);
  });

  test('the staff’s login', TIMEOUT, async () => {
    await start();
    const { staff } = app.logins;
    const member = async (email: string) => {
      const { accountId, secret } = await staff.invite(commandLine, {
        role: 'operator',
        sites: ['torino'],
      });
      const input = { name: 'Ada Conti', email, password: PASSWORD };
      const start = await app.logins.acceptance.begin(secret, input, '192.0.2.9');
      if (start.outcome !== 'pending') {
        throw new Error(start.outcome);
      }
      const { totpKey } = start.pending;
      const code = new TOTP({ secret: totpKey }).generate({ timestamp: clock.now() });
      await app.logins.acceptance.finish(start.pending, code);
      return { accountId, code };
    };
    const { code } = await member('ada@example.org');
    await member('ida@example.org');
    const { accountId } = await member('disabled@example.org');
    await staff.disable(commandLine, accountId);
    const logIn = (email: string, password: string, digits: string, from?: string) =>
      post('/login/staff', { email, password, code: digits }, from);
    const blocked = '192.0.2.1';
    const refuse = (email: string, password: string, digits: string) =>
      expecting(422, () => logIn(email, password, digits));
    await block(
      async () => (await logIn('eva@example.org', 'x', code, blocked)).statusCode === 429,
    );
    const latencies = await measure({
      unknownAccount: refuse('nobody@example.org', PASSWORD, code),
      wrongPassword: refuse('ada@example.org', `${PASSWORD}!`, code),
      // The code of its acceptance was used, and counts once.
      wrongCode: refuse('ida@example.org', PASSWORD, code),
      disabled: refuse('disabled@example.org', PASSWORD, code),
      throttled: expecting(429, () => logIn('eva@example.org', PASSWORD, code, blocked)),
    });
    expect(toldApart(latencies)).toEqual([]);
  });
}
