import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../../../scripts/launch/embedded-postgres.ts';
import { type SeededPerson, seedPeople } from '../../../scripts/sample/seed-people.ts';
import type { App } from '../../../server/app.ts';
import { isSerial } from '../../../server/credential/card-state.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { Store } from '../../../server/store/store.ts';
import { drawPage, openPdf, readCodes, rolesOf } from '../../support/pdf-page.ts';
import { startApp } from '../../support/server-app.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const YEAR_MS = 366 * 86_400_000;
const options = { actor: 'portal' };

describe.each(['sqlite', 'postgres'] as const)('%s', (engine) => {
  let folder: string;
  let postgres: Postgres | undefined;
  let photo: Buffer;
  let store: Store;
  let app: App;
  let clock: VirtualClock;
  let people: SeededPerson[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'varco-cards-'));
    postgres = engine === 'postgres' ? await startPostgres() : undefined;
    const create = { width: 600, height: 800, channels: 3, background: '#aabbcc' } as const;
    photo = await sharp({ create }).jpeg().toBuffer();
  });
  afterAll(async () => {
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  async function begin(review: 'staff' | 'none'): Promise<void> {
    const url = (await postgres?.createDatabase()) ?? `sqlite:${join(folder, randomUUID())}.db`;
    store = await openStore(url);
    clock = new VirtualClock(Date.UTC(2026, 10, 28));
    app = await startApp(store, { clock, disabilityCards: { review } });
    people = await seedPeople(app);
  }
  beforeEach(() => begin('none'));
  afterEach(async () => {
    await app.stop();
    await store.close();
  });

  const idOf = async (label: SeededPerson['label']) => {
    const one = people.find((person) => person.label === label) as SeededPerson;
    return (await app.registry.findPerson(one.person.codiceFiscale))?.id ?? 0;
  };

  test('asked for with a photo it is there at once, with serial, expiry and mark', async () => {
    const id = await idOf('entitledWithCompanion');
    expect(await app.disabilityCards.stateFor(id)).toEqual({ name: 'none' });
    const card = await app.disabilityCards.request(id, photo, options);
    expect(card).toMatchObject({ name: 'issued', expiresAt: Date.UTC(2036, 10, 28, 23) });
    expect(card.name === 'issued' && isSerial(card.serial)).toBe(true);
    expect((await sharp(await app.disabilityCards.photo(id)).metadata()).format).toBe('jpeg');
    await expect(app.disabilityCards.request(id, photo, options)).rejects.toMatchObject({
      code: 'cardRequested',
    });
  });

  test('two clicks at once make one card', async () => {
    const id = await idOf('entitled');
    const results = await Promise.allSettled([
      app.disabilityCards.request(id, photo, options),
      app.disabilityCards.request(id, photo, options),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const rows = await store.db.selectFrom('credential').selectAll().execute();
    expect(rows.filter(({ kind }) => kind === 'card')).toHaveLength(1);
  });

  test('who has no right to it, and what is no photo, leave nothing behind', async () => {
    const asking = app.disabilityCards.request(await idOf('notInArchive'), photo, options);
    await expect(asking).rejects.toMatchObject({ code: 'statusMissing' });
    const wrong = app.disabilityCards.request(
      await idOf('entitled'),
      Buffer.from('<svg/>'),
      options,
    );
    await expect(wrong).rejects.toMatchObject({ code: 'photoKind' });
    expect(await store.db.selectFrom('card_request').selectAll().execute()).toEqual([]);
  });

  test('the photo can not be seen in the database', async () => {
    const id = await idOf('entitled');
    await app.disabilityCards.request(id, photo, options);
    const { photo_cipher: box } = await store.db
      .selectFrom('card_request')
      .select('photo_cipher')
      .executeTakeFirstOrThrow();
    const bytes = Buffer.from(box ?? []);
    expect(bytes.indexOf(Buffer.from([0xff, 0xd8, 0xff]))).toBe(-1);
    expect(bytes.toString('latin1')).not.toContain('/9j/');
  });

  test('lost: revoked, and a new one has a new serial; past its day another may be asked for', async () => {
    const id = await idOf('entitled');
    const first = await app.disabilityCards.request(id, photo, options);
    const { credentialId } = first as { credentialId: string };
    await app.credentials.revoke(credentialId, { actor: 'portal', reason: 'lost' });
    expect(await app.disabilityCards.stateFor(id)).toMatchObject({ name: 'revoked' });
    const second = await app.disabilityCards.request(id, photo, options);
    expect(second).toMatchObject({ name: 'issued' });
    expect((second as { serial: string }).serial).not.toBe((first as { serial: string }).serial);
    clock.advance(10 * YEAR_MS);
    expect(await app.disabilityCards.stateFor(id)).toMatchObject({ name: 'expired' });
    expect(await app.disabilityCards.request(id, photo, options)).toMatchObject({ name: 'issued' });
  });

  test('a companion that is due now: a new card at once, with the same photo, and the old one ends', async () => {
    const id = await idOf('entitled');
    const first = await app.disabilityCards.request(id, photo, options);
    expect(first).toMatchObject({ name: 'issued', companion: false });
    const { person } = people.find(({ label }) => label === 'entitled') as SeededPerson;
    const verbale = {
      protocol: 'RISE-1',
      kind: 'aggravamento',
      area: 'invaliditaCivile',
      giudizio: 'totaleNonAutosufficiente',
      percentage: 100,
      fiscalBenefits: [],
      state: 'definitive',
      definitiveOn: '2026-11-20',
    } as const;
    await app.registry.importRows([{ person, verbale: { ...verbale, fiscalBenefits: [] } }]);
    await app.cardRenewal.catchUp();
    const second = await app.disabilityCards.stateFor(id);
    expect(second).toMatchObject({ name: 'issued', companion: true });
    const cards = (await app.credentials.listForPerson(id)).filter(({ kind }) => kind === 'card');
    expect(cards.map(({ state, companion }) => [state, companion])).toEqual([
      ['live', true],
      ['revoked', false],
    ]);
    expect(cards[1]).toMatchObject({ revokedReason: 'replaced', replacedBy: cards[0]?.id });
    expect(await app.disabilityCards.photo(id)).toBeDefined();
    expect((await app.disabilityCards.pdf(id, 'it')).subarray(0, 4).toString()).toBe('%PDF');
    expect(await app.cardRenewal.catchUp()).toBe(0);
    expect(await app.disabilityCards.stateFor(id)).toEqual(second);
  });

  test('a status that is gone takes the card with it, and brings it back', async () => {
    const id = await idOf('entitledWithCompanion');
    await app.disabilityCards.request(id, photo, options);
    const { person } = people.find(
      ({ label }) => label === 'entitledWithCompanion',
    ) as SeededPerson;
    const act = { kind: 'autotutela', fiscalBenefits: [], state: 'definitive' } as const;
    const annul = (protocol: string, annuls: string, area: 'handicap' | 'invaliditaCivile') => ({
      person,
      verbale: { ...act, fiscalBenefits: [], protocol, annuls, area, definitiveOn: '2026-11-01' },
    });
    await app.registry.importRows([
      annul('GONE-1', 'DEMO-0003', 'invaliditaCivile'),
      annul('GONE-2', 'DEMO-0004', 'handicap'),
    ]);
    expect(await app.disabilityCards.stateFor(id)).toMatchObject({ name: 'notDue' });
    await expect(app.disabilityCards.pdf(id, 'it')).rejects.toMatchObject({ code: 'cardUnknown' });
    await app.registry.importRows([annul('GONE-3', 'GONE-1', 'invaliditaCivile')]);
    expect(await app.disabilityCards.stateFor(id)).toMatchObject({
      name: 'issued',
      companion: true,
    });
  });

  test('where staff looks first: it waits, is refused with a reason, taken back, issued', async () => {
    await app.stop();
    await store.close();
    await begin('staff');
    const id = await idOf('entitled');
    expect(await app.disabilityCards.request(id, photo, options)).toMatchObject({
      name: 'requested',
    });
    const [waiting] = await app.disabilityCards.pendingRequests();
    await app.disabilityCards.refuse(waiting?.id ?? '', { actor: 'staff:1', reason: 'di profilo' });
    expect(await app.disabilityCards.stateFor(id)).toEqual({
      name: 'refused',
      reason: 'di profilo',
    });
    expect(await app.disabilityCards.photo(id)).toBeUndefined();
    await app.disabilityCards.request(id, photo, options);
    await app.disabilityCards.withdraw(id, options);
    expect(await app.disabilityCards.stateFor(id)).toEqual({ name: 'withdrawn' });
    expect(await app.disabilityCards.photo(id)).toBeUndefined();
    await app.disabilityCards.request(id, photo, options);
    const [again] = await app.disabilityCards.pendingRequests();
    await app.disabilityCards.issue(again?.id ?? '', { actor: 'staff:1' });
    expect(await app.disabilityCards.stateFor(id)).toMatchObject({ name: 'issued' });
    await expect(
      app.disabilityCards.issue(again?.id ?? '', { actor: 'staff:1' }),
    ).rejects.toMatchObject({
      code: 'cardUnknown',
    });
  });

  test('its code says at a gate and to a reader only that the card is valid', async () => {
    const one = people.find(({ label }) => label === 'entitledWithCompanion') as SeededPerson;
    const card = await app.disabilityCards.request(
      await idOf('entitledWithCompanion'),
      photo,
      options,
    );
    const { credentialId } = card as { credentialId: string };
    const asker = { id: 'operator:1', site: 'torino' };
    const { codiceFiscale } = one.person;
    const question = { asker, requestId: randomUUID(), credentialId, codiceFiscale };
    expect((await app.firstLevel.ask(question)).answer).toEqual({ outcome: 'card', valid: true });
  });

  test('the card as a PDF: photo, data as text, and its code', async () => {
    const id = await idOf('entitledWithCompanion');
    const card = await app.disabilityCards.request(id, photo, options);
    const { serial, credentialId, companion } = card as {
      serial: string;
      credentialId: string;
      companion: boolean;
    };
    const pdf = await openPdf(await app.disabilityCards.pdf(id, 'de'));
    const page = await pdf.getPage(1);
    const { items } = await page.getTextContent();
    const said = items.map((item) => ('str' in item ? item.str : '')).join(' ');
    expect(said).toContain(serial);
    expect(said).toContain('Marco Bianchi');
    expect(said.includes('Begleitung')).toBe(companion);
    const roles = rolesOf(await page.getStructTree());
    expect(roles.filter((role) => role.startsWith('Figure: '))).toHaveLength(1);
    const picture = await drawPage(pdf, 1, 300);
    expect(await readCodes(picture)).toEqual([await app.credentials.text(credentialId)]);
  });

  test('erased with the person’s data', async () => {
    const id = await idOf('entitled');
    await app.disabilityCards.request(id, photo, options);
    await store.transaction((tx) => app.disabilityCards.erase(tx, id));
    expect(await app.disabilityCards.stateFor(id)).toEqual({ name: 'none' });
  });
});
