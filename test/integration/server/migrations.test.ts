import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Kysely, PostgresDialect, SqliteDialect, sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../../../scripts/launch/embedded-postgres.ts';
import { chain, genesis } from '../../../server/audit/chain.ts';
import { verifyAudit } from '../../../server/audit/verify-chain.ts';
import { openStore } from '../../../server/store/open-store.ts';
import { startApp, testKeyring } from '../../support/server-app.ts';
import { migrateAsBefore, versioned } from '../../support/version-table.ts';

const CODE = 'RSSMRA80A01H501U';
const ID = 'a'.repeat(32);
const FACTS = {
  handicap: {
    giudizio: 'handicapGrave',
    recognised: true,
    accompagnamento: false,
    fiscalBenefits: [],
  },
};
const STATUS = {
  handicap: {
    ...FACTS.handicap,
    protocol: 'P0',
    revisionOn: '2030-01-01',
    definitiveOn: '2020-01-01',
  },
};
const earlier = versioned.map(([version]) => version);

/** What a person with a code and an audit of three rows is in the tables of the first version. */
async function fill(db: Kysely<unknown>): Promise<void> {
  const box = testKeyring.seal(
    'person.identity',
    JSON.stringify({ codiceFiscale: CODE, name: 'Mario Rossi', birthDate: '1980-01-01' }),
  );
  const rows = chain(
    'node-a',
    genesis('node-a'),
    [1, 2, 3].map((at) => ({ at, kind: 'test', subject: '', request: `r${at}`, body: '{}' })),
  );
  const last = rows[2] as (typeof rows)[number];
  const steps = [
    sql`insert into person (code_mac, identity_cipher, has_mobile, has_email, status, updated_at)
      values (${testKeyring.codeMac(CODE)}, ${box}, 0, 0, ${JSON.stringify(STATUS)}, 1)`,
    sql`insert into verbale values ('P1', (select max(id) from person), 'primaIstanza',
      'handicap', 'draft', null, '{}')`,
    sql`insert into credential (id, person_id, kind, state, issued_at, companion)
      values (${ID}, (select max(id) from person), 'status', 'live', 1, 0)`,
    sql`insert into credential_event (credential_id, at, kind, actor)
      values (${ID}, 1, 'issued', 'test')`,
    ...rows.map(
      (row) => sql`insert into audit values (${row.node}, ${row.sequence}, ${row.at}, ${row.kind},
        ${row.subject}, ${row.request}, ${row.body}, ${row.hash})`,
    ),
    sql`insert into audit_head values ('node-a', 3, ${last.hash})`,
  ];
  for (const step of steps) {
    await step.execute(db);
  }
}

describe.each(['sqlite', 'postgres'] as const)('%s', (engine) => {
  let folder: string;
  let postgres: Postgres | undefined;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'varco-migrations-'));
    postgres = engine === 'postgres' ? await startPostgres() : undefined;
  });
  afterAll(async () => {
    await postgres?.stop();
    await rm(folder, { recursive: true });
  });

  test.each(earlier)('from version %i, with people, codes and an audit', async (version) => {
    const path = join(folder, `${randomUUID()}.db`);
    const url = (await postgres?.createDatabase()) ?? `sqlite:${path}`;
    const old = new Kysely<unknown>({
      dialect: postgres
        ? new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: 1 }) })
        : new SqliteDialect({ database: new Database(path) }),
    });
    await migrateAsBefore(old, engine, version);
    await fill(old);
    await old.destroy();

    const store = await openStore(url);
    const app = await startApp(store);
    const person = await app.registry.findPerson(CODE);
    expect(await app.registry.identity(person?.id ?? 0)).toMatchObject({ name: 'Mario Rossi' });
    expect(await app.credentials.listForPerson(person?.id ?? 0)).toMatchObject([
      { id: ID, state: 'live' },
    ]);
    const atGates = await store.db
      .selectFrom('gate_record as g')
      .innerJoin('gate_facts as f', 'f.id', 'g.facts')
      .select(['g.credential_id', 'g.code_mac', 'f.body', 'g.state'])
      .execute();
    expect(atGates.map(({ body, ...row }) => ({ ...row, facts: JSON.parse(body) }))).toEqual([
      { credential_id: ID, code_mac: testKeyring.codeMac(CODE), facts: FACTS, state: 'live' },
    ]);
    expect(await verifyAudit(store, testKeyring)).toMatchObject({ rows: 3, problems: [] });
    for (const column of ['sequence', 'request']) {
      const twin = sql`insert into audit (node, sequence, at, kind, subject, request, body, hash)
        select node, ${sql.raw(column === 'sequence' ? 'sequence, at' : 'sequence + 9, at')}, kind,
          subject, ${sql.raw(column === 'request' ? 'request' : 'null')}, body, hash
        from audit where request = 'r2'`;
      await expect(twin.execute(store.db), column).rejects.toThrow(/unique/i);
    }
    await app.credentials.lock(ID, { actor: 'test' });
    const again = sql`insert into credential (id, person_id, kind, state, issued_at, companion)
      values ('b', ${person?.id ?? 0}, 'status', 'live', 1, 0)`.execute(store.db);
    await expect(again).rejects.toBeInstanceOf(Error);
    await app.stop();
    await store.close();
  });
});
