import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../../../scripts/launch/embedded-postgres.ts';
import { DEMO_POLICY } from '../../../scripts/sample/demo-people.ts';
import { type SeededPerson, seedPeople } from '../../../scripts/sample/seed-people.ts';
import type { App } from '../../../server/app.ts';
import { PRIVACY_VERSION } from '../../../server/credential/eligibility.ts';
import { Keyring } from '../../../server/keys/keyring.ts';
import { retire, rotate } from '../../../server/keys/keyring-file.ts';
import { countBoxes, passingColumns, reseal, sealedColumns } from '../../../server/keys/reseal.ts';
import {
  ERASED_ENTRIES_RETENTION_MS,
  purgeErasedEntries,
} from '../../../server/registry/erasure.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { Store } from '../../../server/store/store.ts';
import { keyringFile, startApp, testKeyring } from '../../support/server-app.ts';

/** What the citizen does with what is the citizen's own, on both engines. */
describe.each(['sqlite', 'postgres'] as const)('%s', (engine) => {
  let postgres: Postgres | undefined;
  let store: Store;
  let app: App;
  let one: SeededPerson;
  let personId: number;

  beforeAll(async () => {
    postgres = engine === 'postgres' ? await startPostgres() : undefined;
  });
  afterAll(() => postgres?.stop());
  beforeEach(async () => {
    store = await openStore(postgres ? await postgres.createDatabase() : 'sqlite::memory:');
    app = await startApp(store);
    [one] = (await seedPeople(app)) as [SeededPerson];
    personId = (await app.registry.findPerson(one.person.codiceFiscale))?.id ?? 0;
  });
  afterEach(async () => {
    await app.stop();
    await store.close();
  });

  const ask = async (credentialId = one.credentialId) => {
    const { verdict } = await app.verification.verify({
      asker: { id: 'kiosk:gate-1', site: 'torino' },
      requestId: randomUUID(),
      credentialId,
      codiceFiscale: one.person.codiceFiscale,
      policy: DEMO_POLICY,
    });
    return verdict;
  };
  const refused = { outcome: 'denied', reason: 'notRecognised' };
  const actor = 'citizen';

  test('own contacts are kept, and no import changes them again', async () => {
    await app.registry.updateContacts(personId, { mobile: '+393330009999' });
    const own = { ...one.person, mobile: '+393330009999' };
    expect(await app.registry.identity(personId)).toEqual(own);
    await app.registry.importRows([{ person: { ...one.person, email: 'archive@example.org' } }]);
    expect(await app.registry.identity(personId)).toEqual(own);
    const renamed = { ...one.person, name: 'New Name' };
    await app.registry.importRows([{ person: renamed }]);
    expect(await app.registry.identity(personId)).toEqual({ ...own, name: 'New Name' });
  });

  test.each([
    [{ mobile: '333' }, 'mobile'],
    [{ email: 'no address' }, 'email'],
    [{ mobile: '+390000000000000000000' }, 'mobile'],
  ])('contacts %j are refused without repeating them', async (contacts, field) => {
    const failed = app.registry.updateContacts(personId, contacts);
    await expect(failed).rejects.toMatchObject({ code: 'contactInvalid' });
    await expect(failed).rejects.toThrow(`Not a usable contact: ${field}`);
    expect(await app.registry.identity(personId)).toEqual(one.person);
  });

  test('an accepted notice is not forgotten by an import, nor replaced by an older one', async () => {
    await app.registry.acceptPrivacy(personId, '2027-01');
    await app.registry.acceptPrivacy(personId, PRIVACY_VERSION);
    const { privacyVersion: _, ...silent } = one.person;
    await app.registry.importRows([{ person: silent }, { person: one.person }]);
    expect((await app.registry.person(personId)).privacyVersion).toBe('2027-01');
    await expect(app.registry.acceptPrivacy(personId, '')).rejects.toMatchObject({
      code: 'privacyVersionInvalid',
    });
    await expect(app.registry.acceptPrivacy(0, '2026-01')).rejects.toMatchObject({
      code: 'personUnknown',
    });
  });

  test('"this was not me": locked answers like revoked, until unlocked or reissued', async () => {
    const { credentialId: id, expected } = one;
    expect(await ask()).toEqual(expected);
    await app.credentials.lock(id, { actor });
    expect(await ask()).toEqual(refused);
    await expect(app.credentials.lock(id, { actor })).rejects.toMatchObject({
      code: 'credentialUnknown',
    });
    await expect(app.credentials.text(id)).rejects.toMatchObject({ code: 'credentialUnknown' });
    const again = app.credentials.issue(one.person.codiceFiscale, { actor });
    await expect(again).rejects.toMatchObject({ code: 'alreadyIssued' });
    await app.credentials.unlock(id, { actor });
    expect(await ask()).toEqual(expected);
    await app.credentials.lock(id, { actor });
    const next = await app.credentials.reissue(id, { actor, reason: 'this was not me' });
    expect(await ask()).toEqual(refused);
    expect(await ask(next.id)).toEqual(expected);
    await expect(app.credentials.unlock(id, { actor })).rejects.toMatchObject({
      code: 'credentialUnknown',
    });
    const kinds = (await app.credentials.history(id)).map(({ kind }) => kind);
    expect(kinds).toEqual(['issued', 'locked', 'unlocked', 'locked', 'revoked']);
    const causes = await store.db.selectFrom('audit').select('body').execute();
    expect(causes.filter(({ body }) => JSON.parse(body).cause === 'locked')).toHaveLength(1);
  });

  test('a new column key: everything is sealed again, also of a page that is full', async () => {
    const rows = Array.from({ length: 600 }, (_, index) => ({
      person: { ...one.person, codiceFiscale: `TEST${index}` },
    }));
    await app.registry.importRows(rows);
    const { keyring: file, keyId } = rotate(keyringFile, 'columns', 1);
    const rotated = new Keyring(file);
    const old = testKeyring.sealingKeyId;
    const before = await countBoxes(store);
    expect([...before.keys()]).toEqual([old]);
    expect(await reseal(store, rotated)).toBe(before.get(old));
    expect(await countBoxes(store)).toEqual(new Map([[keyId, before.get(old)]]));
    expect(await reseal(store, rotated)).toBe(0);
    const restarted = await startApp(store, {
      node: 'node-b',
      keyring: new Keyring(retire(file, old)),
    });
    expect(await restarted.registry.identity(personId)).toEqual(one.person);
    await restarted.stop();
  });

  test('every column of boxes is resealed, or ends by itself', async () => {
    const { rows } = await (engine === 'sqlite'
      ? sql<{ name: string }>`select m.name || '.' || c.name as name from sqlite_master m
          join pragma_table_info(m.name) c where c.name like '%_cipher'`
      : sql<{ name: string }>`select table_name || '.' || column_name as name
          from information_schema.columns where column_name like '%_cipher'`
    ).execute(store.db);
    const known = [...sealedColumns, ...passingColumns].map((one) => `${one.table}.${one.column}`);
    expect(rows.map(({ name }) => name).sort()).toEqual(known.sort());
  });

  test("a person's codes with all that happened to them", async () => {
    await app.credentials.recordUse(one.credentialId, 'printed', { actor });
    const next = await app.credentials.reissue(one.credentialId, { actor, reason: 'lost' });
    const codes = await app.credentials.listForPerson(personId);
    expect(codes).toHaveLength(2);
    expect(codes.find(({ id }) => id === next.id)).toMatchObject({ state: 'live', kind: 'status' });
    expect(codes.find(({ id }) => id === one.credentialId)).toMatchObject({
      state: 'revoked',
      revokedReason: 'lost',
      replacedBy: next.id,
    });
    const kinds = (await app.credentials.history(one.credentialId)).map(({ kind }) => kind);
    expect(kinds).toEqual(['issued', 'printed', 'revoked']);
  });

  test('erased: the verbali stay by law, contacts and codes go', async () => {
    expect(await app.registry.erase(personId, { actor })).toEqual({
      kept: 'archive',
      credentialsRevoked: 1,
    });
    expect(await ask()).toEqual(refused);
    const { codiceFiscale, name, birthDate } = one.person;
    expect(await app.registry.identity(personId)).toEqual({ codiceFiscale, name, birthDate });
    expect(await app.registry.verbali(personId)).toHaveLength(one.verbali.length);
    expect(await app.credentials.history(one.credentialId)).toEqual([]);
    await app.registry.importRows([{ person: one.person }]);
    expect(await app.registry.identity(personId)).toEqual({ codiceFiscale, name, birthDate });
  });

  test('erased without verbali: nothing leads to the person any more', async () => {
    const own = { codiceFiscale: 'RSSMRA80A01H501U', birthDate: '1980-01-01' };
    const person = { ...one.person, ...own };
    await app.registry.importRows([{ person }]);
    const id = (await app.registry.findPerson(person.codiceFiscale))?.id ?? 0;
    const code = await app.credentials.issue(person.codiceFiscale, {
      actor,
      unchecked: 'status',
    });
    expect(await app.registry.erase(id, { actor })).toEqual({
      kept: 'nothing',
      credentialsRevoked: 1,
    });
    expect(await app.registry.findPerson(person.codiceFiscale)).toBeUndefined();
    const gone = { code: 'personUnknown' };
    await expect(app.registry.identity(id)).rejects.toMatchObject(gone);
    await expect(app.registry.erase(id, { actor })).rejects.toMatchObject(gone);
    expect(await app.credentials.listForPerson(id)).toMatchObject([
      { id: code.id, state: 'revoked' },
    ]);
    const entry = { credential_id: code.id, cost: '2/8/1', derived_cipher: Buffer.from('box') };
    await store.db.insertInto('offline_entry').values(entry).execute();
    const entries = () => store.db.selectFrom('offline_entry').select('credential_id').execute();
    await app.registry.purgeErasedEntries();
    expect(await entries()).toHaveLength(1);
    const { erased_at } = await store.db
      .selectFrom('person')
      .select('erased_at')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    await purgeErasedEntries(store, Number(erased_at) + ERASED_ENTRIES_RETENTION_MS);
    expect(await entries()).toHaveLength(1);
    await purgeErasedEntries(store, Number(erased_at) + ERASED_ENTRIES_RETENTION_MS + 1);
    expect(await entries()).toEqual([]);
  });
});
