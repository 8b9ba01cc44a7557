import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../../../../scripts/launch/embedded-postgres.ts';
import { DEMO_POLICY } from '../../../../scripts/sample/demo-people.ts';
import { type SeededPerson, seedPeople } from '../../../../scripts/sample/seed-people.ts';
import { PolicyFollower } from '../../../../server/policies/policy-follower.ts';
import { openStore } from '../../../../server/store/open-store.ts';
import type { Store } from '../../../../server/store/store.ts';
import type { Policy } from '../../../../shared/policy.ts';
import { nextDay, romeDay, romeMidnight } from '../../../../shared/rome-day.ts';
import { NOT_COVERED_BY_ARCHIVE } from '../../../../shared/verdict.ts';
import {
  actor,
  administrator,
  enrolKiosk,
  type FleetApp,
  makeSite,
  startFleetApp,
} from '../../../support/fleet-app.ts';
import { anna, bruno } from '../../../support/policies/release-policy.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const silent = pino({ level: 'silent' });

/** Two nodes over one database, on both engines. */
describe.each(['sqlite', 'postgres'] as const)('%s', (engine) => {
  let folder: string;
  let postgres: Postgres | undefined;
  let stores: Store[];
  let one: FleetApp;
  let other: FleetApp;
  let people: SeededPerson[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'varco-releases-'));
    postgres = engine === 'postgres' ? await startPostgres() : undefined;
  });
  afterAll(async () => {
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    const url = postgres
      ? await postgres.createDatabase()
      : `sqlite:${join(folder, randomUUID())}.db`;
    stores = [await openStore(url), await openStore(url)];
    const [first, second] = stores as [Store, Store];
    one = await startFleetApp(first, { node: 'node-a' });
    other = await startFleetApp(second, { node: 'node-b' });
    people = await seedPeople(one.app);
    await makeSite(one.app, 'torino', 2);
  });
  afterEach(async () => {
    await Promise.all([one.app.stop(), other.app.stop()]);
    await Promise.all(stores.map((store) => store.close()));
  });

  const releases = () => one.app.fleet.releases;
  const inForce = (node = one) => node.app.policies.find(DEMO_POLICY, new Date());
  const next = (change: object): object => ({ ...inForce(), version: undefined, ...change });
  /** Only the totally deaf pass, so that whoever passed before does not. */
  const deafOnly = { rule: { ref: 'sordo' }, companion: undefined };
  const personOf = (label: SeededPerson['label']) =>
    people.find((person) => person.label === label) as SeededPerson;
  const ask = async (node = one, label: SeededPerson['label'] = 'entitled') => {
    const { credentialId, person } = personOf(label);
    const { verdict } = await node.app.verification.verify({
      asker: { id: 'kiosk:1', site: 'torino' },
      requestId: randomUUID(),
      credentialId,
      codiceFiscale: person.codiceFiscale,
      policy: DEMO_POLICY,
    });
    return verdict;
  };
  async function release(change: object): Promise<Policy> {
    const { policy } = await releases().propose(anna, { policy: next(change) });
    await releases().release(bruno, {
      id: policy.id,
      version: policy.version,
      seen: inForce()?.version,
    });
    return policy;
  }

  test('a proposal changes no answer; a second person’s release changes them all', async () => {
    expect(await ask()).toMatchObject({ outcome: 'granted' });
    const { policy } = await releases().propose(anna, { policy: next(deafOnly), note: 'prova' });
    expect(await ask()).toMatchObject({ outcome: 'granted' });
    const trial = releases().trial(bruno, { id: policy.id, version: policy.version });
    expect(trial.lines.filter(({ isChanged }) => isChanged).length).toBeGreaterThan(10);
    const key = { id: policy.id, version: policy.version, seen: policy.version - 1 };
    await releases().release(bruno, key);
    expect(await ask()).toEqual({ outcome: 'unconfirmed', reason: 'notInArchive' });
    await other.app.policies.look();
    expect(await ask(other)).toEqual({ outcome: 'unconfirmed', reason: 'notInArchive' });
    const acts = await one.app.fleet.activity.audited(administrator, {});
    const own = acts.filter(({ kind }) => kind.startsWith('fleet.policy.'));
    expect(own.map(({ kind, body }) => [kind, body.actor, body.version])).toEqual([
      ['fleet.policy.released', 'staff:bruno', policy.version],
      ['fleet.policy.proposed', 'staff:anna', policy.version],
    ]);
    expect(own[1]?.body).toMatchObject({ note: 'prova', proposal: { rule: deafOnly.rule } });
  });

  test('another node follows, and says which gates ask otherwise', async () => {
    const clock = new VirtualClock(Date.now());
    const { policies } = other.app;
    const [, store] = stores as [Store, Store];
    const follower = new PolicyFollower({ store, policies, clock, log: silent });
    const seen: string[] = [];
    await follower.start((changes) => {
      seen.push(
        ...changes.map(({ id, before, after }) => `${id} ${before?.version} ${after?.version}`),
      );
    });
    const { version } = await release(deafOnly);
    await follower.look();
    expect(seen).toEqual([`${DEMO_POLICY} ${version - 1} ${version}`]);
    expect(inForce(other)?.version).toBe(version);
    // A version of tomorrow comes into force when its day begins in Rome, with nobody doing anything.
    const tomorrow = nextDay(romeDay(clock.now()));
    await releases().propose(anna, { policy: next({ validFrom: tomorrow }) });
    await releases().release(bruno, { id: DEMO_POLICY, version: version + 1, seen: version });
    await follower.look();
    expect(seen).toHaveLength(1);
    clock.advance(romeMidnight(tomorrow) - clock.now());
    await follower.look();
    expect(seen.at(-1)).toBe(`${DEMO_POLICY} ${version} ${version + 1}`);
    await follower.stop();
    expect(clock.waiting).toBe(0);
  });

  test('who may not, and what is too late', async () => {
    const { policy } = await releases().propose(anna, { policy: next(deafOnly) });
    const key = { id: policy.id, version: policy.version, seen: policy.version - 1 };
    const refused = (work: Promise<unknown>) => work.catch(({ code }) => code);
    expect(await refused(releases().release(anna, key))).toBe('policyOwnProposal');
    expect(await refused(releases().release(actor('siteManager'), key))).toBe('forbidden');
    expect(await refused(releases().release(bruno, { ...key, seen: 1 }))).toBe('policyStale');
    expect(await refused(releases().propose(actor('operator'), { policy: next({}) }))).toBe(
      'forbidden',
    );
    expect(await refused(releases().propose(anna, { policy: { ...policy } }))).toBe('policyExists');
    const wrong = next({ rule: { area: 'udito' } });
    expect(await refused(releases().propose(anna, { policy: wrong }))).toBe('ruleAreaUnknown');
    await releases().withdraw(anna, { ...key, reason: 'errore' });
    expect(await refused(releases().release(bruno, key))).toBe('policyNotProposed');
    expect(await refused(releases().retire(anna, 'no-such', 'x'))).toBe('policyUnknown');
    expect(await refused(releases().retire(anna, DEMO_POLICY, ' '))).toBe('reasonMissing');
  });

  test('whoever made a token cannot release what it proposed', async () => {
    const { token } = await one.app.fleet.tokens.create(anna, {
      title: 'ci',
      role: 'administrator',
      scopes: ['policies:write'],
      sites: 'all',
    });
    const program = await one.app.fleet.tokens.find(token);
    if (!program) {
      throw new Error('no token');
    }
    const { policy } = await releases().propose(program, { policy: next(deafOnly) });
    const key = { id: policy.id, version: policy.version, seen: policy.version - 1 };
    await expect(releases().release(anna, key)).rejects.toMatchObject({
      code: 'policyOwnProposal',
    });
    await expect(releases().release(program, key)).rejects.toMatchObject({ code: 'forbidden' });
    expect(await releases().release(bruno, key)).toMatchObject({ state: 'released' });
  });

  test('a gate with a retired policy cannot check, is told why, and comes back', async () => {
    const { client } = await enrolKiosk(one, 'torino-1');
    await client.boot();
    const { credentialId, person } = personOf('entitled');
    const verify = async () =>
      (await client.verify(randomUUID(), credentialId, person.codiceFiscale)).verdict;
    expect(await verify()).toMatchObject({ outcome: 'granted' });
    await releases().retire(anna, DEMO_POLICY, 'abrogata');
    expect(await verify()).toEqual({ outcome: 'unconfirmed', reason: 'unavailable' });
    expect(releases().standingOf(DEMO_POLICY)).toMatchObject({
      state: 'retired',
      by: 'staff:anna',
      reason: 'abrogata',
    });
    // What varco ships does not bring back what the site has retired.
    await one.app.policies.start();
    expect(await verify()).toEqual({ outcome: 'unconfirmed', reason: 'unavailable' });
    const [shipped] = one.app.policies.list().filter(({ id }) => id === DEMO_POLICY);
    const { policy } = await releases().propose(anna, {
      policy: { ...shipped, version: undefined },
    });
    await releases().release(bruno, { id: policy.id, version: policy.version });
    expect(await verify()).toMatchObject({ outcome: 'granted' });
    client.socket.close();
  });

  test.each([
    [[NOT_COVERED_BY_ARCHIVE], 'notCoveredByArchive'],
    [undefined, 'notInArchive'],
  ])('a kiosk with capabilities %j is answered %s', async (capabilities, reason) => {
    const { client } = await enrolKiosk(one, 'torino-2');
    await client.peer.call(
      'Boot',
      { software: 'test', startedAt: 1, capabilities },
      { timeoutMs: 5_000 },
    );
    await release({ rule: { any: [{ ref: 'sordo' }, { giudizioIn: ['anziano100'] }] } });
    const { credentialId, person } = personOf('entitled');
    const answer = await client.verify(randomUUID(), credentialId, person.codiceFiscale);
    expect(answer.verdict).toEqual({ outcome: 'unconfirmed', reason });
    client.socket.close();
  });
});
