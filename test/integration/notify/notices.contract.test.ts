import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../../../scripts/launch/embedded-postgres.ts';
import { demoPeople } from '../../../scripts/sample/demo-people.ts';
import type { App } from '../../../server/app.ts';
import type { OutgoingMail, OutgoingSms, Transports } from '../../../server/notify/transport.ts';
import type { Verbale } from '../../../server/registry/verbale.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { Store } from '../../../server/store/store.ts';
import { startApp } from '../../support/server-app.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 28, 10);
const day = (ago: number) => new Date(NOW - ago * DAY_MS).toISOString().slice(0, 10);

describe.each(['sqlite', 'postgres'] as const)('%s', (engine) => {
  let folder: string;
  let postgres: Postgres | undefined;
  let url: string;
  const stores: Store[] = [];
  const apps: App[] = [];
  let app: App;
  let clock: VirtualClock;
  const mails: OutgoingMail[] = [];
  const texts: OutgoingSms[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'varco-notices-'));
    postgres = engine === 'postgres' ? await startPostgres() : undefined;
  });
  afterAll(async () => {
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    url = (await postgres?.createDatabase()) ?? `sqlite:${join(folder, randomUUID())}.db`;
    clock = new VirtualClock(NOW);
    mails.length = 0;
    texts.length = 0;
    app = await node('node-a');
  });
  afterEach(async () => {
    for (const one of apps.splice(0)) {
      await one.stop();
    }
    for (const store of stores.splice(0)) {
      await store.close();
    }
  });

  function transports(): Transports {
    const stop = () => Promise.resolve();
    const sent = { outcome: 'sent' } as const;
    return {
      email: {
        channel: 'email',
        stop,
        send: (mail) => {
          mails.push(mail);
          return Promise.resolve(sent);
        },
      },
      sms: {
        channel: 'sms',
        stop,
        send: (text) => {
          texts.push(text);
          return Promise.resolve(sent);
        },
      },
    };
  }

  async function node(name: string, ways: Transports = transports()): Promise<App> {
    const store = await openStore(url);
    stores.push(store);
    const one = await startApp(store, { node: name, clock, transports: ways });
    apps.push(one);
    return one;
  }

  const person = demoPeople[0]?.person as (typeof demoPeople)[number]['person'];
  const verbale = (protocol: string, definitiveOn: string): Verbale => ({
    protocol,
    kind: 'aggravamento',
    area: 'invaliditaCivile',
    giudizio: 'da74a99',
    percentage: 80,
    fiscalBenefits: [],
    state: 'definitive',
    definitiveOn,
  });
  const take = (protocol: string, on = day(1), who = person) =>
    app.registry.importRows([{ person: who, verbale: verbale(protocol, on) }]);

  async function deliver(): Promise<void> {
    app.notify.start();
    clock.advance(2000);
    await app.notify.idle();
  }

  test('a verbale becomes definitive: one message, in the language, without a word of health', async () => {
    await take('A-1');
    const { id = 0 } = (await app.registry.findPerson(person.codiceFiscale)) ?? {};
    const { db } = stores[0] as Store;
    await db.transaction().execute((tx) => app.notify.setLanguage(tx, id, 'de'));
    await app.notices.catchUp();
    await app.notices.catchUp();
    await deliver();
    expect(mails).toHaveLength(1);
    const [mail] = mails;
    expect(mail).toMatchObject({ to: person.email, subject: 'Es gibt ein neues Dokument für Sie' });
    expect(mail?.text).toContain('https://varco.example.it/portal');
    const [name = ''] = person.name.split(' ');
    for (const secret of [name, person.codiceFiscale, 'A-1', '80', 'nvalid', 'erbale']) {
      expect(mail?.text).not.toContain(secret);
    }
  });

  test('one event that can’t be notified is set aside by its number, and the others go out', async () => {
    const { db } = stores[0] as Store;
    for (const protocol of ['P-1', 'P-2', 'P-3']) {
      await take(protocol);
    }
    const events = await db
      .selectFrom('status_event')
      .select('sequence')
      .orderBy('sequence')
      .execute();
    const poison = events.at(-2)?.sequence;
    const queue = app.notify.queue.bind(app.notify);
    app.notify.queue = (tx, request) =>
      request.key === `notice:${poison}`
        ? Promise.reject(new Error('no such message'))
        : queue(tx, request);
    expect(await app.notices.catchUp()).toBe(events.length);
    expect(await app.notices.catchUp()).toBe(0);
    await deliver();
    expect(mails).toHaveLength(2);
    const aside = await db.selectFrom('set_aside').select(['job', 'item']).execute();
    expect(aside).toEqual([{ job: 'notices', item: String(poison) }]);
  });

  test('two nodes, and one that starts again: each change once', async () => {
    const other = await node('node-b');
    for (const protocol of ['B-1', 'B-2', 'B-3']) {
      await take(protocol);
      await Promise.all([app.notices.catchUp(), other.notices.catchUp(), app.notices.catchUp()]);
    }
    const again = await node('node-a2');
    expect(await again.notices.catchUp()).toBe(0);
    await deliver();
    expect(mails).toHaveLength(3);
  });

  test('importing an archive of years ago notifies nobody', async () => {
    await take('C-1', '2019-05-14');
    await take('C-2', day(31));
    expect(await app.notices.catchUp()).toBe(2);
    await deliver();
    expect(mails).toEqual([]);
  });

  test('without an e-mail address it goes to the mobile; without either to nobody', async () => {
    const { email: _, ...mobileOnly } = person;
    await take('D-1', day(0), mobileOnly);
    await app.notices.catchUp();
    await deliver();
    const { mobile: __, ...nothing } = mobileOnly;
    await take('D-2', day(0), nothing);
    await app.notices.catchUp();
    clock.advance(2000);
    await app.notify.idle();
    expect(mails).toEqual([]);
    expect(texts).toHaveLength(1);
  });

  test('an annulment by autotutela is news too', async () => {
    await take('E-1', '2019-05-14');
    await take('E-2', '2020-05-14');
    await app.notices.catchUp();
    const { giudizio: _, percentage: __, ...rest } = verbale('E-3', day(2));
    const annulment = { ...rest, kind: 'autotutela', annuls: 'E-2' } as Verbale;
    await app.registry.importRows([{ person, verbale: annulment }]);
    await app.notices.catchUp();
    await deliver();
    expect(mails).toHaveLength(1);
  });

  test('a server without transports counts nothing as notified; what is too late is not sent', async () => {
    const mute = await node('node-mute', {});
    await mute.notices.start();
    await take('F-1');
    await mute.notices.stop();
    clock.advance(DAY_MS);
    expect(await app.notices.catchUp()).toBe(1);
    await take('F-2', new Date(clock.now()).toISOString().slice(0, 10));
    clock.advance(8 * DAY_MS);
    await app.notices.catchUp();
    await deliver();
    expect(mails).toHaveLength(1);
  });

  test('notices a change by itself', async () => {
    await app.notices.start();
    await take('G-1');
    const { db } = stores[0] as Store;
    const queued = () => db.selectFrom('message').select('key').execute();
    await expect.poll(async () => (await queued()).length, { timeout: 10_000 }).toBe(1);
  });
});
